// Protobuf messages field by field. The library reads numbers; lengths are checked here, in all 64 bits, against the bytes
// that there are, so nothing is allocated, skipped or cut by a length that was not.

import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A field of a message as it is written. */
export interface Field {
  readonly number: number;
  /** A whole number, the bytes of a text, message or list, or a real number. */
  readonly value: bigint | Uint8Array | number;
}

/** What is wrong with the bytes of a message. */
export class WireFault extends Error {}

/**
 * Calls `visit` for each field of a message.
 * @throws {WireFault} when the bytes are no message
 */
export function readFields(bytes: Uint8Array, visit: (field: Field) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const start = reader.pos;
    try {
      const [number, type] = reader.tag();
      visit({ number, value: readValue(reader, bytes, type) });
    } catch (cause) {
      if (cause instanceof RangeError || isLibraryFault(cause))
        throw new WireFault(`its bytes end or go wrong in a field ${start} bytes into a message`);
      throw cause;
    }
  }
}

/** What the library throws for bytes that are no message. */
const isLibraryFault = (cause: unknown): boolean =>
  cause instanceof Error && cause.constructor === Error;

function readValue(reader: BinaryReader, bytes: Uint8Array, type: WireType): Field['value'] {
  if (type === WireType.Varint) return BigInt(reader.int64());
  if (type === WireType.Bit32) return reader.float();
  if (type === WireType.Bit64) return reader.double();
  if (type === WireType.LengthDelimited) {
    const length = BigInt(reader.uint64());
    const left = reader.len - reader.pos;
    if (length > BigInt(left))
      throw new WireFault(`a field claims ${length} bytes, and ${left} are left`);
    const start = reader.pos;
    reader.pos += Number(length);
    return bytes.subarray(start, reader.pos);
  }
  throw new WireFault('a field is of a kind that ONNX does not have');
}

const wrong = (wanted: string, { number }: Field): WireFault =>
  new WireFault(`field ${number} of a message is no ${wanted}`);

/** The bytes of a field that is a message or has raw values. */
export function bytesOf(field: Field): Uint8Array {
  if (field.value instanceof Uint8Array) return field.value;
  throw wrong('text or message', field);
}

/** The text of a field. */
export const textOf = (field: Field): string => new TextDecoder().decode(bytesOf(field));

/** The whole number of a field; one beyond 2^53 is rounded. */
export function integerOf(field: Field): number {
  if (typeof field.value === 'bigint') return Number(field.value);
  throw wrong('whole number', field);
}

/** The real number of a field. */
export function realOf(field: Field): number {
  if (typeof field.value === 'number') return field.value;
  throw wrong('real number', field);
}

/** Adds the whole numbers of a field to `list`: one, or many that are packed. */
export function addIntegers(field: Field, list: number[]): void {
  if (!(field.value instanceof Uint8Array)) {
    list.push(integerOf(field));
    return;
  }
  const reader = new BinaryReader(field.value);
  while (reader.pos < reader.len) list.push(Number(reader.int64()));
}

/** Adds the real numbers of a field to `list`: one, or many that are packed, of 4 or 8 bytes each. */
export function addReals(field: Field, list: number[], bytes: 4 | 8): void {
  if (!(field.value instanceof Uint8Array)) {
    list.push(realOf(field));
    return;
  }
  const { value } = field;
  if (value.length % bytes !== 0) throw wrong('list of real numbers', field);
  const view = new DataView(value.buffer, value.byteOffset, value.byteLength);
  for (let at = 0; at < value.length; at += bytes)
    list.push(bytes === 4 ? view.getFloat32(at, true) : view.getFloat64(at, true));
}
