import { describe, expect, it } from 'vitest';
import { requantize } from '../../src/reference/requantize.ts';
import { fillMap, type PlainMap, scaledExactly, valueAt } from '../support/plain.ts';
import { drawFrom } from '../../src/measure/draw.ts';

const one = { images: 1, height: 1, width: 1 };

describe('requantize with a table', () => {
  it('stores the entry of the rounded and clipped 8-bit code, lowest code first', () => {
    const table = Uint8Array.from({ length: 256 }, (_, i) => 255 - i);
    const program = {
      scale: { multiplier: 128, shift: 8 },
      outputBits: 8,
      signed: false,
      table,
      residual: undefined,
    };
    const sums = Int32Array.of(-1000, -256, -3, -1, 0, 1, 254, 255, 1000);

    const map = requantize(program, { ...one, channels: 9 }, sums, undefined);

    // Codes -128, -128, -1, 0, 0, 1, 127, 127 (128 is clipped), 127.
    expect([...map.data]).toEqual([255, 255, 128, 127, 127, 126, 0, 0, 0]);
    expect(map.bits).toBe(8);
  });
});

describe('requantize', () => {
  it('scales, rounds halves up and clips to unsigned bits', () => {
    const sums = Int32Array.of(-1000, -1, 0, 1, 2, 3, 29, 30, 31, 1000);
    const program = {
      scale: { multiplier: 128, shift: 8 },
      outputBits: 4,
      signed: false,
      residual: undefined,
    };

    const map = requantize(program, { ...one, channels: 10 }, sums, undefined);

    // Halves of the sums, 0 ... 15.
    expect([...map.data]).toEqual([0, 0, 0, 1, 1, 2, 15, 15, 15, 15]);
    expect(map).toMatchObject({ images: 1, height: 1, width: 1, channels: 10, bits: 4 });
  });

  it('stores signed results in two’s complement of a byte', () => {
    const sums = Int32Array.of(-1000, -9, -8, -7, -1, 0, 6, 7, 8, 1000);
    const program = {
      scale: { multiplier: 128, shift: 7 },
      outputBits: 4,
      signed: true,
      residual: undefined,
    };

    const map = requantize(program, { ...one, channels: 10 }, sums, undefined);

    expect([...new Int8Array(map.data)]).toEqual([-8, -8, -8, -7, -1, 0, 6, 7, 7, 7]);
  });

  it('adds a signed residual before it scales', () => {
    const residual = {
      ...one,
      channels: 2,
      bits: 8,
      data: Uint8Array.of(0x80, 0x7f),
    };
    const program = {
      scale: { multiplier: 128, shift: 7 },
      outputBits: 8,
      signed: false,
      residual: {
        stride: 1,
        channelOffset: 1,
        scale: { multiplier: 128, shift: 6 },
        signed: true,
      },
    };
    const sums = Int32Array.of(5, 300, -250, 5);

    const map = requantize(program, { ...one, channels: 4 }, sums, residual);

    // -128 and 127, doubled, onto channels 1 and 2.
    expect([...map.data]).toEqual([5, 300 - 256, -250 + 254, 5]);
  });

  it('is the rounded formula for random programs, maps and residuals', () => {
    for (let seed = 0; seed < 40; seed++) {
      const draw = drawFrom(seed);
      const shape = {
        images: draw(1, 2),
        height: draw(1, 4),
        width: draw(1, 4),
        channels: draw(1, 9),
      };
      const stride = draw(1, 3);
      const channelOffset = draw(0, shape.channels - 1);
      const added = {
        images: shape.images,
        // Any height with ceil(height / stride) rows taken.
        height: shape.height * stride - draw(0, stride - 1),
        width: shape.width * stride - draw(0, stride - 1),
        channels: draw(1, shape.channels - channelOffset),
        bits: 8,
      };
      const count = shape.images * shape.height * shape.width * shape.channels;
      const sums = Int32Array.from({ length: count }, () => draw(-(2 ** 23), 2 ** 23 - 1));
      const bytes = added.images * added.height * added.width * added.channels;
      const residual = { ...added, data: Uint8Array.from({ length: bytes }, () => draw(0, 255)) };
      const program = {
        scale: { multiplier: draw(128, 255), shift: draw(8, 30) },
        outputBits: draw(1, 8),
        signed: draw(0, 1) === 0,
        residual: {
          stride,
          channelOffset,
          scale: { multiplier: draw(128, 255), shift: draw(-14, 20) },
          signed: draw(0, 1) === 0,
        },
      };

      const map = requantize(program, shape, sums, residual);

      const plain: PlainMap = { ...shape, data: sums };
      const high = 2 ** (program.outputBits - (program.signed ? 1 : 0)) - 1;
      const low = program.signed ? -high - 1 : 0;
      const expected = fillMap(shape, (place) => {
        const c = place.c - channelOffset;
        const from = { ...place, y: place.y * stride, x: place.x * stride, c };
        const byte = c >= 0 && c < residual.channels ? valueAt(residual, from) : 0;
        const signed = program.residual.signed && byte > 127 ? byte - 256 : byte;
        const sum = valueAt(plain, place) + scaledExactly(signed, program.residual.scale);
        return Math.min(high, Math.max(low, scaledExactly(sum, program.scale)));
      });
      const stored = program.signed ? new Int8Array(map.data) : map.data;
      expect([...stored], `case ${seed}`).toEqual(Array.from(expected, (value) => value + 0));
    }
  });
});
