// Images made smaller for the first epochs of a training, whose steps then cost less.

import type { Shape } from '../../core/feature-map.ts';

/** Pixels along one axis that an output pixel is a weighted mean of. */
interface Tap {
  readonly first: number;
  readonly weights: Float64Array;
}

/**
 * The weights of every output pixel along an axis that shrinks from `from` to `to` pixels: a triangle as wide as two
 * output pixels, cut off at the border. Bilinear interpolation with antialiasing, as in PyTorch and Pillow.
 */
function tapsOf(from: number, to: number): readonly Tap[] {
  const scale = Math.max(1, from / to);
  return Array.from({ length: to }, (_, pixel) => {
    const centre = ((pixel + 0.5) * from) / to;
    const first = Math.max(0, Math.round(centre - scale));
    const last = Math.min(from, Math.round(centre + scale));
    const weights = Float64Array.from({ length: last - first }, (__, i) =>
      Math.max(0, 1 - Math.abs(first + i + 0.5 - centre) / scale),
    );
    const sum = weights.reduce((a, b) => a + b, 0);
    return { first, weights: weights.map((weight) => weight / sum) };
  });
}

/**
 * What makes images of `shape` `side` rows high and `side` columns wide.
 * @returns a function of `count` images of this shape, order (image, channel, y, x)
 */
export function shrinker(
  { height, width, channels }: Shape,
  side: number,
): (images: Float32Array, count: number) => Float32Array {
  const rows = tapsOf(height, side);
  const columns = tapsOf(width, side);
  const narrow = new Float64Array(height * side);
  const shrinkPlane = (plane: Float32Array, to: Float32Array): void => {
    for (let y = 0; y < height; y++)
      columns.forEach(({ first, weights }, x) => {
        let sum = 0;
        for (let i = 0; i < weights.length; i++)
          sum += (weights[i] as number) * (plane[y * width + first + i] as number);
        narrow[y * side + x] = sum;
      });
    rows.forEach(({ first, weights }, y) => {
      for (let x = 0; x < side; x++) {
        let sum = 0;
        for (let i = 0; i < weights.length; i++)
          sum += (weights[i] as number) * (narrow[(first + i) * side + x] as number);
        to[y * side + x] = sum;
      }
    });
  };
  const [large, small] = [height * width, side * side];
  return (images, count) => {
    const result = new Float32Array(count * channels * small);
    for (let plane = 0; plane < count * channels; plane++)
      shrinkPlane(
        images.subarray(plane * large, (plane + 1) * large),
        result.subarray(plane * small, (plane + 1) * small),
      );
    return result;
  };
}
