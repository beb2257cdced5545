// Index codes say which group a slot of the macro holds. One code serves all kernels of a tile.

import { countOf } from '../core/words.ts';
import { readBits, writeBits } from '../core/bits.ts';
import { CimError } from '../core/errors.ts';
import { bitsFor } from '../core/integer.ts';

/** A group's place in its layer: which block of channels, at which kernel position. */
export interface GroupPlace {
  readonly block: number;
  /** Kernel position `ky * kernelWidth + kx`; 0 in a packed layer. */
  readonly position: number;
}

/** The absolute code: block * positions + position. */
export const encodeIndex = (place: GroupPlace, positions: number): number =>
  place.block * positions + place.position;

/** Inverse of {@link encodeIndex}. */
export const decodeIndex = (code: number, positions: number): GroupPlace => ({
  block: Math.floor(code / positions),
  position: code % positions,
});

/** Width of the absolute code of a layer with `codes` group places: 9 bits for the 288 of a 512-channel 3x3 layer. */
export const indexCodeBits = (codes: number): number => Math.max(1, bitsFor(codes));

/** Packs codes of `bits` each one after the other, lowest bit first, into bytes. */
export function packIndexCodes(codes: ArrayLike<number>, bits: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((codes.length * bits) / 8));
  for (let i = 0; i < codes.length; i++) writeBits(bytes, i * bits, bits, codes[i] as number);
  return bytes;
}

/**
 * Inverse of {@link packIndexCodes}.
 * @throws {CimError} (input) when there are fewer bits than `count` codes need
 */
export function unpackIndexCodes(bytes: Uint8Array, bits: number, count: number): Uint32Array {
  if (bytes.length * 8 < count * bits)
    throw new CimError('input', {
      what: `${countOf(bytes.length, 'byte')} cannot hold ${countOf(count, 'index code')} of ${countOf(bits, 'bit')}`,
    });
  return Uint32Array.from({ length: count }, (_, i) => readBits(bytes, i * bits, bits));
}
