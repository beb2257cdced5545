import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, joinBytes, readBits, transposeBits, writeBits } from '../../src/core/bits.ts';
import { holds } from '../support/property.ts';

describe('writeBits and readBits', () => {
  const fields = fc.array(
    fc.integer({ min: 1, max: 16 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        value: fc.integer({ min: 0, max: 2 ** width - 1 }),
      }),
    ),
    { maxLength: 40 },
  );

  it('give back fields of any widths, one after the other', () => {
    holds(
      fc.property(fields, (list) => {
        const bits = list.reduce((sum, { width }) => sum + width, 0);
        const bytes = new Uint8Array(Math.ceil(bits / 8));
        let at = 0;
        for (const { width, value } of list) {
          writeBits(bytes, at, width, value);
          at += width;
        }

        at = 0;
        for (const { width, value } of list) {
          expect(readBits(bytes, at, width)).toBe(value);
          at += width;
        }
      }),
    );
  });

  it('write the low bits of negative numbers, as two’s complement has them', () => {
    const bytes = new Uint8Array(2);

    writeBits(bytes, 3, 8, -2);

    expect([...bytes]).toEqual([0b11110000, 0b00000111]);
  });
});

describe('joinBytes', () => {
  it('puts arrays one after the other', () => {
    expect(joinBytes([Uint8Array.of(1, 2), new Uint8Array(), Uint8Array.of(3)])).toEqual(
      Uint8Array.of(1, 2, 3),
    );
  });
});

describe('crc32', () => {
  it('gives the check value of the standard', () => {
    expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array())).toBe(0);
  });
});

describe('transposeBits', () => {
  it('makes bit j of byte i bit i of byte j, and leaves the other words alone', () => {
    holds(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const words = new Uint32Array(Uint8Array.from(bytes).buffer);

        transposeBits(words, 1);

        const after = new Uint8Array(words.buffer);
        for (let i = 0; i < 8; i++)
          for (let j = 0; j < 8; j++)
            expect((after[4 + j]! >> i) & 1).toBe((bytes[4 + i]! >> j) & 1);
        expect([...after.subarray(0, 4), ...after.subarray(12)]).toEqual([
          ...bytes.subarray(0, 4),
          ...bytes.subarray(12),
        ]);
      }),
    );
  });
});
