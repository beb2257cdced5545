import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeIndex,
  encodeIndex,
  indexCodeBits,
  packIndexCodes,
  unpackIndexCodes,
} from '../../src/mapping/index-code.ts';
import { caught } from '../support/caught.ts';
import { holds } from '../support/property.ts';

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

describe('encodeIndex and decodeIndex', () => {
  it('give back every place', () => {
    const place = between(1, 64).chain((positions) =>
      fc.record({
        positions: fc.constant(positions),
        block: between(0, 1000),
        position: between(0, positions - 1),
      }),
    );

    holds(
      fc.property(place, ({ positions, block, position }) => {
        const code = encodeIndex({ block, position }, positions);

        expect(decodeIndex(code, positions)).toEqual({ block, position });
      }),
    );
  });

  it('number the places of a layer without gaps', () => {
    const codes = [0, 1, 2].flatMap((block) =>
      [0, 1, 2, 3].map((position) => encodeIndex({ block, position }, 4)),
    );

    expect(codes).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
  });
});

describe('indexCodeBits', () => {
  it.each([
    ['512 channels of 3x3', 32 * 9, 9],
    ['128 channels of 3x3', 8 * 9, 7],
    ['a packed layer of 2 blocks', 2, 1],
    ['one place', 1, 1],
    ['512 linear inputs', 32, 5],
  ])('gives %s (%i places) %i bits', (_, codes, bits) => {
    expect(indexCodeBits(codes)).toBe(bits);
  });
});

describe('packIndexCodes and unpackIndexCodes', () => {
  const lists = between(1, 16).chain((bits) =>
    fc.record({
      bits: fc.constant(bits),
      codes: fc.array(between(0, 2 ** bits - 1), { maxLength: 50 }),
    }),
  );

  it('give back every list', () => {
    holds(
      fc.property(lists, ({ bits, codes }) => {
        const packed = packIndexCodes(codes, bits);

        expect([...unpackIndexCodes(packed, bits, codes.length)]).toEqual(codes);
        expect(packed.length).toBe(Math.ceil((codes.length * bits) / 8));
      }),
      300,
    );
  });

  it('pack the lowest bit first', () => {
    // 3-bit codes 1, 2, 7: bits 100 010 11|1, lowest first, are 0xd1 0x01.
    expect([...packIndexCodes([1, 2, 7], 3)]).toEqual([0xd1, 0x01]);
  });

  it('refuse to unpack more codes than there are bits', () => {
    expect(caught(() => unpackIndexCodes(new Uint8Array(2), 3, 6))).toMatchObject({
      kind: 'input',
      what: '2 bytes cannot hold 6 index codes of 3 bits',
    });
    expect(unpackIndexCodes(new Uint8Array(2), 3, 5)).toHaveLength(5);
  });
});
