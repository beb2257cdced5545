// Shares of a layer that several machines run together.

import type { Shape } from '../core/feature-map.ts';

/** A machine's part in a layer that several run together: each its share of the output pixels of every image. */
export interface Share {
  readonly index: number;
  readonly count: number;
  /** The layer is small: each runs all of it, and the first one counts its events. */
  readonly isWhole: boolean;
}

/** The output pixels of a share. */
export function pixelsOf(
  { height, width }: Shape,
  share: Share | undefined,
): readonly [number, number] {
  const pixels = height * width;
  if (!share || share.isWhole) return [0, pixels];
  const { index, count } = share;
  return [Math.floor((index * pixels) / count), Math.floor(((index + 1) * pixels) / count)];
}
