// Tensors of ONNX files: initializers, attributes and `.pb` files. What one claims is checked against the bytes that it has
// before its values are read.

import { CimError } from '../../../core/errors.ts';
import {
  addIntegers,
  addReals,
  bytesOf,
  type Field,
  integerOf,
  readFields,
  textOf,
  WireFault,
} from './wire.ts';

/** Types of values by ONNX's number. */
const typeNames = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  8: 'string',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
  21: 'uint4',
  22: 'int4',
} as const;

/** Type of the values of a tensor. */
export type ElementType = (typeof typeNames)[keyof typeof typeNames];

/** The type of this number; undefined where it is none that we know. */
export const elementType = (code: number): ElementType | undefined =>
  (typeNames as Readonly<Record<number, ElementType>>)[code];

/** Values of a constant, in row-major order; whole numbers beyond 2^53 are rounded. */
export type Values = Float32Array | Float64Array;

/** A constant: its values are known when a file is read. */
export interface Constant {
  readonly kind: 'constant';
  /** What errors call it. */
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  readonly data: Values;
  /** Of what whole numbers stand for: the bits that they take in two's complement, and the value of a unit, of all or of each. */
  readonly units?: { readonly bits: number; readonly scale: Float64Array } | undefined;
}

/** A tensor of a file, its values not read yet. */
export interface RawTensor {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly number[];
  /** Little-endian values, where they are written so. */
  readonly raw: Uint8Array | undefined;
  /** Values where they are written one by one; `undefined` for none. */
  readonly listed: readonly number[] | undefined;
  /** Where the values are, if they lie in another file. */
  readonly external: string | undefined;
}

/** The most values of one tensor: 1 GiB of floats. */
export const mostValues: number = 2 ** 28;

/** Number of values of these dimensions; may be beyond 2^53, and is no number where a dimension is negative. */
export const valuesIn = (dims: readonly number[]): number =>
  dims.reduce((product, size) => (size < 0 ? NaN : product * size), 1);

/** A tensor message. */
export function readRawTensor(bytes: Uint8Array): RawTensor {
  const dims: number[] = [];
  const listed: number[] = [];
  let type = 0;
  let name = '';
  let raw: Uint8Array | undefined;
  let location = '';
  let isExternal = false;
  const readers: Readonly<Record<number, (field: Field) => void>> = {
    1: (field) => addIntegers(field, dims),
    2: (field) => (type = integerOf(field)),
    4: (field) => addReals(field, listed, 4),
    5: (field) => addIntegers(field, listed),
    7: (field) => addIntegers(field, listed),
    8: (field) => (name = textOf(field)),
    9: (field) => (raw = bytesOf(field)),
    10: (field) => addReals(field, listed, 8),
    11: (field) => addIntegers(field, listed),
    13: (field) => (location ||= externalFile(field)),
    14: (field) => (isExternal = integerOf(field) === 1),
  };
  readFields(bytes, (field) => readers[field.number]?.(field));
  const external = isExternal ? location : undefined;
  return { name, type, dims, raw, listed: listed.length > 0 ? listed : undefined, external };
}

/** The file that an entry of `external_data` names; empty where it says something else. */
function externalFile(field: Field): string {
  let key = '';
  let value = '';
  readFields(bytesOf(field), (entry) => {
    if (entry.number === 1) key = textOf(entry);
    if (entry.number === 2) value = textOf(entry);
  });
  return key === 'location' ? value : '';
}

const bytesPerValue: Readonly<Record<ElementType, number>> = {
  float32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
  int16: 2,
  int32: 4,
  int64: 8,
  string: 0,
  bool: 1,
  float16: 2,
  float64: 8,
  uint32: 4,
  uint64: 8,
  bfloat16: 2,
  uint4: 0.5,
  int4: 0.5,
};

/**
 * The values of a tensor.
 * @param where file, and what uses it
 * @throws {CimError} (input) when they are not there, or not as many as its dimensions say
 */
export function readConstant(raw: RawTensor, where: readonly string[]): Constant {
  const { name, dims } = raw;
  const fail = (what: string, todo?: string): CimError =>
    new CimError('input', { what: `its tensor "${name}" ${what}`, where, todo });
  if (raw.external !== undefined)
    throw fail(
      `lies in another file, "${raw.external}"`,
      'save the model with its weights inside: onnx.save(model, path, save_as_external_data=False)',
    );
  const type = elementType(raw.type);
  if (type === undefined || type === 'string')
    throw fail(`has values of type ${type ?? `number ${raw.type}`}, which no network can use`);
  const fault = sizeFault(raw, type);
  if (fault !== undefined) throw fail(fault);
  const count = valuesIn(dims);
  const data = raw.raw ? valuesOfBytes(raw.raw, type, count) : valuesOfList(raw, type, count);
  return { kind: 'constant', name, type, dims, data };
}

/** What is wrong with the dimensions of a tensor, or with how much it has; undefined where nothing is. */
function sizeFault({ dims, raw, listed = [] }: RawTensor, type: ElementType): string | undefined {
  const count = valuesIn(dims);
  const shape = dims.join('x');
  if (!(count <= mostValues)) return `claims dimensions ${shape}: too large`;
  const bytes = Math.ceil(count * bytesPerValue[type]);
  if (raw)
    return raw.length === bytes
      ? undefined
      : `has ${raw.length} bytes, and ${shape} of ${type} take ${bytes}`;
  const entries = bytesPerValue[type] < 1 ? bytes : count;
  return listed.length === entries
    ? undefined
    : `has ${listed.length} values, and its dimensions ${shape} need ${count}`;
}

/** Reads one little-endian value. */
type Getter = (view: DataView, at: number) => number;
const getters: Readonly<Partial<Record<ElementType, Getter>>> = {
  float32: (view, at) => view.getFloat32(at, true),
  uint8: (view, at) => view.getUint8(at),
  bool: (view, at) => view.getUint8(at),
  int8: (view, at) => view.getInt8(at),
  uint16: (view, at) => view.getUint16(at, true),
  int16: (view, at) => view.getInt16(at, true),
  int32: (view, at) => view.getInt32(at, true),
  uint32: (view, at) => view.getUint32(at, true),
  int64: (view, at) => Number(view.getBigInt64(at, true)),
  uint64: (view, at) => Number(view.getBigUint64(at, true)),
  float64: (view, at) => view.getFloat64(at, true),
  float16: (view, at) => halfFloat(view.getUint16(at, true)),
  bfloat16: (view, at) => brainFloat(view.getUint16(at, true)),
};

const isSingle = (type: ElementType): boolean => ['float32', 'float16', 'bfloat16'].includes(type);

/** An array for `count` values of a type. */
export const valuesFor = (type: ElementType, count: number): Values =>
  isSingle(type) ? new Float32Array(count) : new Float64Array(count);

function valuesOfBytes(bytes: Uint8Array, type: ElementType, count: number): Values {
  const values = valuesFor(type, count);
  const read = getters[type];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = bytesPerValue[type];
  for (let i = 0; i < count; i++)
    values[i] = read ? read(view, i * size) : nibble(bytes[i >> 1] as number, i, type);
  return values;
}

/** Small types are written as 32-bit numbers: half floats by their bits, two 4-bit numbers in one. */
function valuesOfList({ listed = [] }: RawTensor, type: ElementType, count: number): Values {
  const values = valuesFor(type, count);
  for (let i = 0; i < count; i++) {
    if (bytesPerValue[type] < 1) values[i] = nibble(listed[i >> 1] as number, i, type);
    else if (type === 'float16') values[i] = halfFloat(listed[i] as number);
    else if (type === 'bfloat16') values[i] = brainFloat(listed[i] as number);
    else values[i] = listed[i] as number;
  }
  return values;
}

function nibble(byte: number, index: number, type: ElementType): number {
  const bits = index % 2 === 0 ? byte & 15 : (byte >> 4) & 15;
  return type === 'int4' && bits > 7 ? bits - 16 : bits;
}

function halfFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function brainFloat(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, bits << 16);
  return view.getFloat32(0);
}

/**
 * Reads a tensor file, as the node tests of ONNX have them (`.pb`).
 * @param where name of the file, for errors
 * @throws {CimError} (input) when it is damaged
 */
export function readTensorProto(bytes: Uint8Array, where: string): Constant {
  try {
    return readConstant(readRawTensor(bytes), [where]);
  } catch (cause) {
    if (!(cause instanceof WireFault)) throw cause;
    throw new CimError('input', {
      what: `is no tensor of ONNX: ${cause.message}`,
      where,
      todo: 'give a .npy file, or a TensorProto as the node tests of ONNX have them',
      cause,
    });
  }
}
