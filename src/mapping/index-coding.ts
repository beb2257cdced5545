// How a kernel tile's group list is written. All three codings give back every list; which is shortest depends on how
// many groups are stored and how they lie. A list visits the places of its layer in walking order: by kernel position,
// then by channel block, as `groupList` does.
//
//   absolute   per stored group its index code, in ceil(log2(places)) bits (at least 1)
//   gap        per stored group how many places were skipped since the one before. Each layer has its own width, the
//              one of 1 ... 16 bits that makes the layer's lists shortest; the symbol of only ones is an escape: it
//              skips 2^width - 1 places and the gap goes on with the next symbol
//   bitmap     per place of the layer one bit: 1 if its group is stored
//
// Every coding is a row of symbols of one width, packed lowest bit first. How many groups a list has stands apart (the
// controller needs it for its weight loads) and is not counted here.

import { countOf } from '../core/words.ts';
import type { GroupGrid } from '../compress/weight-group.ts';
import { readBits } from '../core/bits.ts';
import { CimError } from '../core/errors.ts';
import { decodeIndex, encodeIndex, indexCodeBits, packIndexCodes } from './index-code.ts';

/** The codings of a group list. */
export const indexCodings = ['absolute', 'gap', 'bitmap'] as const;
/** One of {@link indexCodings}. */
export type IndexCoding = (typeof indexCodings)[number];

/** How the group lists of one layer are written. */
export interface IndexFormat {
  readonly coding: IndexCoding;
  /** Bits of one symbol, 1 ... 16; 1 in a bitmap. */
  readonly width: number;
}

/** A group list in its coding, or read from it. */
export interface CodedList {
  /** The bits, filled up to whole bytes with zeros. */
  readonly bytes: Uint8Array;
  readonly bits: number;
}

type Places = Pick<GroupGrid, 'blocks' | 'positions' | 'codes'>;
/** Index codes in walking order. */
type GroupList = ArrayLike<number>;

const widest = 16;
const isSet = 1;

/** The {@link IndexFormat} of a layer's lists: of `gap` the width with the fewest bits, the least of equals. */
export function indexFormat(
  lists: readonly GroupList[],
  places: Places,
  coding: IndexCoding,
): IndexFormat {
  switch (coding) {
    case 'absolute':
      return { coding, width: indexCodeBits(places.codes) };
    case 'bitmap':
      return { coding, width: 1 };
    case 'gap': {
      const gaps = lists.flatMap((codes) => gapsOf(codes, places));
      let best = { width: 1, bits: Infinity };
      for (let width = 1; width <= widest; width++) {
        const bits = gapBits(gaps, width);
        if (bits < best.bits) best = { width, bits };
      }
      return { coding, width: best.width };
    }
  }
}

/** Bits of a layer's lists, counted without writing them. */
export function indexBits(
  lists: readonly GroupList[],
  places: Places,
  { coding, width }: IndexFormat,
): number {
  switch (coding) {
    case 'absolute':
      return width * lists.reduce((sum, codes) => sum + codes.length, 0);
    case 'bitmap':
      return lists.length * places.codes;
    case 'gap':
      return lists.reduce((sum, codes) => sum + gapBits(gapsOf(codes, places), width), 0);
  }
}

/** Writes one group list. */
export function encodeGroupList(
  codes: GroupList,
  places: Places,
  { coding, width }: IndexFormat,
): CodedList {
  const symbols = symbolsOf(codes, places, { coding, width });
  return { bytes: packIndexCodes(symbols, width), bits: symbols.length * width };
}

/** What is known of a group list before it is read. */
export interface ListHeader {
  readonly places: Places;
  readonly format: IndexFormat;
  /** Groups in the list. */
  readonly groups: number;
}

/**
 * Inverse of {@link encodeGroupList}.
 * @param bytes start with the list and may go on after it
 * @param where whose list it is, for errors
 * @throws {CimError} (input) when the list does not end, leaves the layer, is out of order or has another number of groups
 */
export function decodeGroupList(
  bytes: Uint8Array,
  list: ListHeader,
  where: readonly string[],
): { readonly codes: Uint16Array; readonly bits: number } {
  const fail = (what: string): never => {
    throw new CimError('input', { what, where });
  };
  const { places, format, groups } = list;
  const { coding, width } = format;
  let bits = 0;
  const next = (): number => {
    if (bits + width > bytes.length * 8)
      fail(`its group list goes on after the last of ${countOf(bytes.length, 'byte')}`);
    bits += width;
    return readBits(bytes, bits - width, width);
  };
  const codes = new Uint16Array(groups);
  let place = -1;
  for (let group = 0; group < groups; group++) {
    const before = place;
    if (coding === 'absolute') {
      const code = next();
      place = code < places.codes ? placeOf(code, places) : places.codes;
    } else if (coding === 'bitmap') {
      do place += 1;
      while (place < places.codes && next() !== isSet);
    } else place += 1 + readGap(next, width, places.codes);
    if (place <= before || place >= places.codes)
      fail(`group ${group} of its list is at place ${place}, after ${before} of ${places.codes}`);
    codes[group] = codeOf(place, places);
  }
  if (coding === 'bitmap')
    for (place += 1; place < places.codes; place++)
      if (next() === isSet) fail(`its bitmap has more than ${groups} groups`);
  return { codes, bits };
}

function symbolsOf(codes: GroupList, places: Places, { coding, width }: IndexFormat): GroupList {
  switch (coding) {
    case 'absolute':
      return codes;
    case 'gap': {
      const escape = 2 ** width - 1;
      return gapsOf(codes, places).flatMap((gap) => [
        ...Array.from<number>({ length: Math.floor(gap / escape) }).fill(escape),
        gap % escape,
      ]);
    }
    case 'bitmap': {
      const flags = new Uint8Array(places.codes);
      for (let i = 0; i < codes.length; i++) flags[placeOf(codes[i] as number, places)] = isSet;
      return flags;
    }
  }
}

/** Places skipped before the next group; stops once they are more than the layer has. */
function readGap(next: () => number, width: number, most: number): number {
  const escape = 2 ** width - 1;
  let gap = 0;
  while (gap <= most) {
    const symbol = next();
    gap += symbol;
    if (symbol !== escape) break;
  }
  return gap;
}

function gapsOf(codes: GroupList, places: Places): number[] {
  let before = -1;
  return Array.from(codes, (code) => {
    const place = placeOf(code, places);
    const gap = place - before - 1;
    before = place;
    return gap;
  });
}

const gapBits = (gaps: readonly number[], width: number): number =>
  gaps.reduce((sum, gap) => sum + (Math.floor(gap / (2 ** width - 1)) + 1) * width, 0);

/** Number of a group's place in walking order. */
function placeOf(code: number, { blocks, positions }: Places): number {
  const { block, position } = decodeIndex(code, positions);
  return position * blocks + block;
}

/** Inverse of {@link placeOf}. */
const codeOf = (place: number, { blocks, positions }: Places): number =>
  encodeIndex({ block: place % blocks, position: Math.floor(place / blocks) }, positions);
