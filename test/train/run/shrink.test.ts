import { describe, expect, it } from 'vitest';
import { shrinker } from '../../../src/train/run/shrink.ts';

/** 8x8 pixels, value (37 i modulo 101) / 10. */
const image = Float32Array.from({ length: 64 }, (_, i) => ((i * 37) % 101) / 10);

/** What PyTorch 2.6 gives: `interpolate(x, size, mode='bilinear', antialias=True, align_corners=False)`. */
const ofPyTorch: Readonly<Record<number, readonly number[]>> = {
  5: [
    3.6688013076782227, 4.969192028045654, 2.9844696521759033, 5.769192218780518, 3.90000057220459,
    6.133669376373291, 5.292867660522461, 5.3516974449157715, 5.192318916320801, 3.603367567062378,
    5.031818389892578, 4.675926208496094, 5.449999809265137, 6.114969253540039, 5.6960225105285645,
    5.00117826461792, 4.2529497146606445, 4.348148822784424, 5.122222423553467, 4.766329288482666,
    7.0, 5.130807876586914, 6.021780967712402, 5.165656566619873, 3.70454478263855,
  ],
  4: [
    4.616326332092285, 4.2410712242126465, 4.967857360839844, 4.0, 5.221428871154785,
    5.764062404632568, 5.2734375, 4.914285659790039, 4.362500190734863, 4.995312690734863,
    4.662499904632568, 5.6785712242126465, 6.281632900238037, 5.210714340209961, 5.035714149475098,
    4.428571701049805,
  ],
};

describe('shrinker', () => {
  it.each([5, 4])('gives what PyTorch gives at %i pixels', (side) => {
    const shrunk = shrinker({ height: 8, width: 8, channels: 1 }, side)(image, 1);

    // PyTorch adds in 32 bits: up to 8 additions of numbers below 8.
    const rounding = 8 * 8 * 2 ** -23;
    expect(shrunk).toHaveLength(side * side);
    shrunk.forEach((value, i) =>
      expect(Math.abs(value - ofPyTorch[side]![i]!)).toBeLessThan(rounding),
    );
  });

  it('shrinks every channel of every image, and leaves what is even as it is', () => {
    const shape = { height: 6, width: 4, channels: 2 };
    const images = new Float32Array(3 * 48);
    for (let plane = 0; plane < 6; plane++) images.fill(plane + 1, plane * 24, (plane + 1) * 24);

    const shrunk = shrinker(shape, 2)(images, 3);

    expect([...shrunk].map((value) => Math.round(value * 1e6) / 1e6)).toEqual(
      [1, 2, 3, 4, 5, 6].flatMap((value) => [value, value, value, value]),
    );
  });
});
