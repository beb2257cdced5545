import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readTensorFile, type Tensor, writeTensorFile } from '../../src/network/io/safetensors.ts';
import { caught } from '../support/caught.ts';
import { holds } from '../support/property.ts';

/** A file with this header text (or length) and this many bytes after it. */
function file(header: string, body: number, claimed?: bigint): Uint8Array {
  const head = new TextEncoder().encode(header);
  const bytes = new Uint8Array(8 + head.length + body);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(head.length), true);
  bytes.set(head, 8);
  return bytes;
}

const tensor = (entry: object): string => JSON.stringify({ a: entry });
const good = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };

describe('writeTensorFile and readTensorFile', () => {
  it('give back any tensors and metadata', () => {
    const values = fc.oneof(fc.float32Array({ maxLength: 20 }), fc.int8Array({ maxLength: 20 }));
    const name = fc.string({ unit: 'grapheme' }).filter((text) => !text.startsWith('__'));
    const metadata = fc.dictionary(name, fc.string({ unit: 'grapheme' }));

    holds(
      fc.property(metadata, fc.dictionary(name, values), (notes, arrays) => {
        const tensors = new Map<string, Tensor>(
          Object.entries(arrays).map(([key, data]) => [key, { shape: [data.length], data }]),
        );

        const read = readTensorFile(writeTensorFile({ metadata: notes, tensors }), 'a');

        expect(read.tensors).toEqual(tensors);
        expect({ ...read.metadata }).toEqual({ ...notes });
      }),
      200,
    );
  });

  it('put bytes after floats, whose places stay whole', () => {
    const tensors = new Map<string, Tensor>([
      ['codes', { shape: [3], data: Int8Array.of(-128, 0, 127) }],
      ['floats', { shape: [1, 2], data: Float32Array.of(0.1, -0) }],
    ]);
    const bytes = writeTensorFile({ metadata: {}, tensors });

    expect(readTensorFile(bytes, 'a').tensors).toEqual(tensors);
    expect([...readTensorFile(bytes, 'a').tensors.keys()]).toEqual(['floats', 'codes']);
    expect(Buffer.from(bytes).toString('latin1')).toContain(
      '"codes":{"dtype":"I8","shape":[3],"data_offsets":[8,11]}',
    );
  });

  it('aligns the tensors to 8 bytes, as the format asks', () => {
    for (const note of ['', 'é', 'ab', 'abc']) {
      const bytes = writeTensorFile({ metadata: { note }, tensors: new Map() });

      expect(bytes.length % 8, note).toBe(0);
    }
  });
});

describe('readTensorFile', () => {
  it('reads what the format describes, wherever the bytes lie', () => {
    const bytes = file(tensor(good), 8);
    new DataView(bytes.buffer).setFloat32(bytes.length - 4, 1.5, true);
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);

    const { tensors } = readTensorFile(shifted.subarray(3), 'a');

    expect(tensors.get('a')).toEqual({ shape: [2], data: Float32Array.of(0, 1.5) });
  });

  it('refuses a file cut off at any byte', () => {
    const whole = writeTensorFile({
      metadata: { note: 'x' },
      tensors: new Map([
        ['a', { shape: [2, 3], data: new Float32Array(6) }],
        ['b', { shape: [1], data: new Float32Array(1) }],
      ]),
    });

    for (let length = 0; length < whole.length; length++) {
      const error = caught(() => readTensorFile(whole.subarray(0, length), 'cut'));

      expect(error, `${length} bytes`).toMatchObject({ kind: 'input', where: ['cut'] });
    }
  });

  it.each([
    ['2 GB', 2_000_000_000n],
    ['more than the file', 1000n],
    ['2^64 - 1 bytes', 2n ** 64n - 1n],
  ])('refuses a header that claims %s without making room for it', (_, claimed) => {
    const error = caught(() => readTensorFile(file(tensor(good), 8, claimed), 'a'));

    expect(error.kind).toBe('input');
    expect(error.message).toContain('claims');
  });

  it.each(['', 'null', '[]', '7', '{', 'hello', '{"a":7}', '{"__metadata__":{"a":7}}'])(
    'refuses the header %j',
    (header) => {
      expect(caught(() => readTensorFile(file(header, 0), 'a')).kind).toBe('input');
    },
  );

  it.each<[string, Record<string, [number, number]>, number, RegExp]>([
    ['a hole in front', { a: [8, 16] }, 16, /bytes 0 to 8 in front of tensor a/],
    [
      'a hole between tensors',
      { a: [0, 8], b: [16, 24] },
      24,
      /bytes 8 to 16 in front of tensor b/,
    ],
    ['two tensors in the same bytes', { a: [0, 8], b: [0, 8] }, 8, /tensor b begins at byte 0/],
    ['tensors that overlap', { b: [4, 12], a: [0, 8] }, 12, /tensor b begins at byte 4/],
    ['bytes behind the last tensor', { a: [0, 8] }, 9, /1 bytes come after its last tensor/],
    ['bytes and no tensor', {}, 4, /4 bytes come after/],
  ])('refuses %s', (_, tensors, body, says) => {
    const header = Object.fromEntries(
      Object.entries(tensors).map(([name, data_offsets]) => [name, { ...good, data_offsets }]),
    );

    const error = caught(() => readTensorFile(file(JSON.stringify(header), body), 'odd'));

    expect(error).toMatchObject({ kind: 'input', where: ['odd'] });
    expect(error.message).toMatch(says);
  });

  it('takes tensors in any order, and empty ones wherever they lie', () => {
    const none = { dtype: 'F32', shape: [0, 3] };
    const header = {
      b: { ...good, data_offsets: [8, 16] },
      first: { ...none, data_offsets: [0, 0] },
      a: good,
      last: { ...none, data_offsets: [16, 16] },
    };

    const { tensors } = readTensorFile(file(JSON.stringify(header), 16), 'a');

    expect([...tensors.keys()]).toEqual(['b', 'first', 'a', 'last']);
  });

  it.each([
    ['a tensor twice', `{"a":${JSON.stringify(good)},"a":${JSON.stringify(good)}}`, 'twice'],
    ['a space in front', ` ${tensor(good)}`, 'does not begin with {'],
    ['a line end to fill up', `${tensor(good)}\n`, 'other than spaces'],
  ])('refuses a header with %s', (_, header, says) => {
    expect(caught(() => readTensorFile(file(header, 8), 'a')).message).toContain(says);
  });

  it('refuses a header that is not UTF-8', () => {
    const bytes = file('{"a":{}}', 0);
    bytes[10] = 0xff;

    expect(caught(() => readTensorFile(bytes, 'a')).kind).toBe('input');
  });

  it.each(['F16', 'BF16', 'F64', 'U8', 'f32', ''])('refuses the dtype %j by name', (dtype) => {
    const error = caught(() => readTensorFile(file(tensor({ ...good, dtype }), 8), 'a'));

    expect(error.message).toContain(`tensor a is ${dtype}`);
  });

  it.each([
    ['beyond the end', { data_offsets: [4, 12] }],
    ['backwards', { data_offsets: [8, 0] }],
    ['below zero', { data_offsets: [-8, 0] }],
    ['at half a byte', { data_offsets: [0.5, 8.5] }],
    ['for more values than its shape', { shape: [1] }],
    ['for fewer values than its shape', { shape: [3] }],
    ['of a negative shape', { shape: [-1, -2] }],
    ['of 2^62 values', { shape: [2 ** 31, 2 ** 31] }],
    ['without a shape', { shape: undefined }],
  ])('refuses a tensor %s', (_, change) => {
    const bytes = file(tensor({ ...good, ...change }), 8);

    expect(caught(() => readTensorFile(bytes, 'a')).kind).toBe('input');
  });
});
