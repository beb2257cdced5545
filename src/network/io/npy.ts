// Arrays of NumPy: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html

import { CimError } from '../../core/errors.ts';
import type { Constant, ElementType, Values } from './onnx/tensor.ts';

const magic = 'NUMPY';
/** Longer headers no array has. */
const longestHeader = 65_536;

const kinds: Readonly<Record<string, readonly [ElementType, bytes: number]>> = {
  f4: ['float32', 4],
  f8: ['float32', 8],
  u1: ['uint8', 1],
  i1: ['int8', 1],
  i4: ['int32', 4],
  i8: ['int64', 8],
};

/**
 * Reads a `.npy` file: little-endian numbers in C order. Doubles are rounded to floats.
 * @throws {CimError} (input) when it is damaged, or an array of another kind
 */
export function readNpy(bytes: Uint8Array, where: string): Constant {
  const fail = (what: string, todo?: string): CimError =>
    new CimError('input', { what, where, todo });
  const { header, body } = headerOf(bytes, fail);
  const type = /'descr':\s*'[<|=]?(\w+)'/.exec(header)?.[1] ?? '';
  const shape = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const kind = kinds[type];
  if (!kind || shape === undefined || !header.includes("'fortran_order': False"))
    throw fail(`has the header ${header.trim()}`, 'save it as float32 in C order');
  const dims = shape.split(',').flatMap((size) => (size.trim() === '' ? [] : [Number(size)]));
  const count = dims.reduce((product, size) => product * size, 1);
  const [name, size] = kind;
  if (bytes.length - body !== count * size)
    throw fail(
      `has ${bytes.length - body} bytes of values, and ${dims.join('x')} take ${count * size}`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const data = valuesOf(view, body, { kind: type, size, count });
  return { kind: 'constant', name: where, type: name, dims, data };
}

function headerOf(
  bytes: Uint8Array,
  fail: (what: string) => CimError,
): { readonly header: string; readonly body: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = new TextDecoder('latin1').decode(bytes.subarray(1, 1 + magic.length));
  if (bytes[0] !== 0x93 || start !== magic || bytes.length < 12) throw fail('is no .npy file');
  const isLong = bytes[6] !== 1;
  const headerBytes = isLong ? view.getUint32(8, true) : view.getUint16(8, true);
  const body = (isLong ? 12 : 10) + headerBytes;
  if (headerBytes > longestHeader || body > bytes.length) throw fail('is cut off in its header');
  const header = new TextDecoder('latin1').decode(bytes.subarray(isLong ? 12 : 10, body));
  return { header, body };
}

function valuesOf(
  view: DataView,
  body: number,
  { kind, size, count }: { readonly kind: string; readonly size: number; readonly count: number },
): Values {
  const read = {
    f4: (at: number) => view.getFloat32(at, true),
    f8: (at: number) => view.getFloat64(at, true),
    u1: (at: number) => view.getUint8(at),
    i1: (at: number) => view.getInt8(at),
    i4: (at: number) => view.getInt32(at, true),
    i8: (at: number) => Number(view.getBigInt64(at, true)),
  }[kind];
  const values = kind.startsWith('f') ? new Float32Array(count) : new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = read?.(body + i * size) ?? 0;
  return values;
}

/** A `.npy` file of 32-bit floats in C order. */
export function writeNpy(dims: readonly number[], data: ArrayLike<number>): Uint8Array {
  const shape = dims.length === 1 ? `${dims[0]},` : dims.join(', ');
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape}), }`;
  const before = 10;
  const header = text.padEnd(Math.ceil((before + text.length + 1) / 64) * 64 - before - 1) + '\n';
  const bytes = new Uint8Array(before + header.length + 4 * data.length);
  const view = new DataView(bytes.buffer);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  view.setUint16(8, header.length, true);
  bytes.set(new TextEncoder().encode(header), before);
  for (let i = 0; i < data.length; i++)
    view.setFloat32(before + header.length + 4 * i, data[i] as number, true);
  return bytes;
}
