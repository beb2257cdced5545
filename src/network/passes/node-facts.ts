// What lowering asks of single nodes.

import { activationsPerImage, type Shape } from '../../core/feature-map.ts';
import type { GraphNode } from '../graph.ts';
import type { QuantizeAttributes } from '../ops/quantize.ts';
import { placesOf } from '../ops/rearrange.ts';

/** Whether codes are the same whole numbers. */
export const isSameCodes = (a: QuantizeAttributes | undefined, b: QuantizeAttributes): boolean =>
  a !== undefined &&
  a.scale === b.scale &&
  a.zero === b.zero &&
  a.low === b.low &&
  a.high === b.high;

/** Whether an activation makes no negative values, whatever it is asked for. */
export function isNeverNegative({ op, attributes }: GraphNode): boolean {
  if (op === 'clip') return ((attributes as { min?: number }).min ?? -1) >= 0;
  return ['relu', 'sigmoid', 'hardSigmoid', 'abs', 'exp', 'softplus', 'sqrt'].includes(op);
}

/** The channel that each channel of a rearranged map has, if it has the pixels as they were. */
export function channelsOf(
  { attributes: { shape, first, loops } }: GraphNode<'rearrange'>,
  from: Shape,
): readonly number[] | undefined {
  if (shape.height !== from.height || shape.width !== from.width) return undefined;
  const places = placesOf(first, loops);
  const chosen = Array.from(places.subarray(0, shape.channels), (place) => place % from.channels);
  const isSame = places.every((place, i) => {
    const pixel = Math.floor(i / shape.channels);
    return place === pixel * from.channels + (chosen[i % shape.channels] as number);
  });
  return isSame && places.length === activationsPerImage(shape) ? chosen : undefined;
}
