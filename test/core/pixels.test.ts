import { describe, expect, it } from 'vitest';
import { quantizePixels } from '../../src/core/pixels.ts';
import { roundedQuotient } from '../support/plain.ts';

describe('quantizePixels', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])('rounds all 256 pixels rightly to %i bits', (bits) => {
    const pixels = Uint8Array.from({ length: 256 }, (_, i) => i);
    const highest = 2 ** bits - 1;

    const quantized = quantizePixels(pixels, bits);

    const exact = Array.from(pixels, (pixel) =>
      Number(roundedQuotient(BigInt(pixel * highest), 255n)),
    );
    expect([...quantized]).toEqual(exact);
    expect([quantized[0], quantized[255]]).toEqual([0, highest]);
  });
});
