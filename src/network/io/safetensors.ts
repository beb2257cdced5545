// The safetensors container: an 8-byte header length, a JSON header, then raw tensors. We store networks in it, so
// that Python tools read our files as they are. https://github.com/huggingface/safetensors#format

import { countOf } from '../../core/words.ts';
import { z } from 'zod';
import { CimError } from '../../core/errors.ts';
import { kindInstead } from '../../core/file-kind.ts';
import { parseJson } from '../../core/json.ts';
import { checkSchema } from '../../core/schema-fault.ts';

/** Values of a tensor: F32 and I8 of the format's types are used. */
export type TensorData = Float32Array | Int8Array;

/** One tensor of a file. */
export interface Tensor<Data extends TensorData = TensorData> {
  readonly shape: readonly number[];
  readonly data: Data;
}

/** What a safetensors file holds. */
export interface TensorFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** What the header begins with. */
const openBrace = 0x7b;
/** Limit of the format itself. */
const largestHeader = 100_000_000;
/** Bytes of a value. */
const valueBytes = { F32: 4, I8: 1 } as const;

const typeOf = (data: TensorData): keyof typeof valueBytes =>
  data instanceof Int8Array ? 'I8' : 'F32';

const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const headerSchema = z
  .object({ __metadata__: z.record(z.string(), z.string()).optional() })
  .catchall(entrySchema);

/**
 * Reads a safetensors file. Its tensors must fill the bytes behind the header: the format forbids holes, overlaps and
 * trailing bytes, so that a file holds nothing that no reader sees.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when the header or a tensor claims what the file does not hold, or a byte has no tensor or two
 */
export function readTensorFile(bytes: Uint8Array, where: string): TensorFile {
  const fail = (what: string): never => {
    throw new CimError('input', { what, where, todo: 'is it a whole .safetensors file?' });
  };
  if (bytes.length < 8) fail(`only ${countOf(bytes.length, 'byte')}, too short for a header`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  if (headerBytes > largestHeader || headerBytes > bytes.length - 8) {
    if (bytes[8] === openBrace)
      fail(`its header claims ${headerBytes} bytes, the file has ${bytes.length}`);
    throw new CimError('input', {
      what: `is not a .safetensors file${kindInstead(bytes)}`,
      where,
      todo: 'give a network file, such as mars train writes',
    });
  }
  const header = parseHeader(bytes.subarray(8, 8 + headerBytes), fail);
  const body = bytes.subarray(8 + headerBytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  const parts = Object.entries(entries).map(([name, entry]): Part => {
    const { dtype, shape, data_offsets: offsets } = entry;
    const [begin, end] = offsets;
    const count = shape.reduce((product, n) => product * n, 1);
    if (dtype !== 'F32' && dtype !== 'I8')
      throw fail(`tensor ${name} is ${dtype}, only F32 and I8 are read`);
    if (end > body.length || end - begin !== valueBytes[dtype] * count)
      fail(
        `tensor ${name} of ${shape.join('x')} claims bytes ${begin} to ${end} of ${body.length}`,
      );
    return { name, dtype, shape, begin, end };
  });
  checkFilled(parts, body.length, fail);
  const tensors = parts.map(({ name, dtype, shape, begin, end }): [string, Tensor] => {
    const { buffer } = new Uint8Array(body.subarray(begin, end));
    return [name, { shape, data: new (dtype === 'I8' ? Int8Array : Float32Array)(buffer) }];
  });
  return { metadata, tensors: new Map(tensors) };
}

/** A tensor of the header: where its bytes lie. */
interface Part {
  readonly name: string;
  readonly dtype: keyof typeof valueBytes;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

function checkFilled(parts: readonly Part[], bytes: number, fail: (what: string) => never): void {
  const inOrder = parts.toSorted((a, b) => a.begin - b.begin || a.end - b.end);
  let filled = 0;
  for (const { name, begin, end } of inOrder) {
    if (begin > filled)
      fail(`bytes ${filled} to ${begin} in front of tensor ${name} have no tensor`);
    if (begin < filled)
      fail(`tensor ${name} begins at byte ${begin} of a tensor that ends at ${filled}`);
    filled = end;
  }
  if (filled < bytes) fail(`${bytes - filled} bytes come after its last tensor`);
}

/** Writes a safetensors file; tensors in the order of the map, those of bytes after those of floats, which so stay aligned. */
export function writeTensorFile(file: TensorFile): Uint8Array {
  const header: Record<string, unknown> = { __metadata__: file.metadata };
  const tensors = [...file.tensors].toSorted(
    ([, a], [, b]) => valueBytes[typeOf(b.data)] - valueBytes[typeOf(a.data)],
  );
  let end = 0;
  for (const [name, { shape, data }] of tensors) {
    header[name] = { dtype: typeOf(data), shape, data_offsets: [end, end + data.byteLength] };
    end += data.byteLength;
  }
  let text = JSON.stringify(header);
  text += ' '.repeat((8 - (new TextEncoder().encode(text).length % 8)) % 8);
  const head = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + head.length + end);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let at = 8 + head.length;
  for (const [, { data }] of tensors) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at);
    at += data.byteLength;
  }
  return bytes;
}

function parseHeader(
  bytes: Uint8Array,
  fail: (what: string) => never,
): z.infer<typeof headerSchema> {
  // What the format says of the text: it begins with a brace, and spaces may fill it up.
  if (bytes[0] !== 0x7b) fail('its header does not begin with {');
  const json = parseJson(bytes, (what) => fail(`its header ${what}`));
  if (bytes[bytes.findLastIndex((byte) => byte !== 0x20)] !== 0x7d)
    fail('its header is filled up with something other than spaces');
  return checkSchema(headerSchema, json, ({ path, what }) =>
    fail(`its header is not valid: ${path} ${what}`),
  );
}
