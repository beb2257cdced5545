// Clips tried on real images: what rounding every stored map to its codes does to a network's outputs, in real arithmetic.

import { at } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { floatForwardInPortions } from '../network/float-forward.ts';
import { type FusedNetwork, hasWeights, type Layer } from '../network/fused-network.ts';
import { spellOut } from '../network/passes/spell-out.ts';
import { highestCode } from './scales.ts';

/**
 * The layers with their outputs rounded to codes of `bits` bits that end at these clips. The last layer's sums are not stored, what
 * training settled stays as it is, and what a table stores is left real.
 */
export const withClips = (
  layers: readonly Layer[],
  clips: ReadonlyMap<string, number>,
  bits: number,
): readonly Layer[] =>
  layers.map((layer, index) => {
    const clip = clips.get(layer.name) ?? 0;
    if (!hasWeights(layer) || index === layers.length - 1 || clip === 0) return layer;
    if (layer.activation || layer.quantize || layer.scales?.output) return layer;
    const high = highestCode(layer, bits);
    const scale = Math.min(clip, layer.ceiling ?? Infinity) / high;
    return { ...layer, quantize: { scale, zero: 0, low: layer.relu ? 0 : -high - 1, high } };
  });

/** A trial can be told to stop, and tells of the images that it has passed. */
interface Trial extends Pick<LongWork, 'signal'> {
  readonly pass?: (images: number) => void;
}

/**
 * How far the network's outputs lie from `wanted`: squared differences beside the squares of what is wanted, both without the mean
 * over the classes, as the mean over the images.
 * @param images as they are stored, with the network's border
 * @param wanted in the portions of `floatForwardInPortions`, order (image, class)
 * @throws {CimError} (cancelled) when told to stop
 */
export function outputError(
  network: FusedNetwork,
  images: FeatureMap,
  wanted: readonly Float32Array[],
  { signal, pass }: Trial,
): number {
  const { classes } = network;
  let error = 0;
  let number = 0;
  for (const portion of floatForwardInPortions(spellOut(network), images, { signal })) {
    const scores = at(wanted, number++);
    pass?.(portion.length / classes);
    for (let i = 0; i < portion.length; i += classes)
      error += shareLost(portion.subarray(i, i + classes), scores.subarray(i, i + classes));
  }
  return error / images.images;
}

function shareLost(own: Float32Array, wanted: Float32Array): number {
  const mean = (values: Float32Array): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  const [ownMean, wantedMean] = [mean(own), mean(wanted)];
  let lost = 0;
  let all = 0;
  wanted.forEach((value, k) => {
    lost += ((own[k] as number) - ownMean - (value - wantedMean)) ** 2;
    all += (value - wantedMean) ** 2;
  });
  return all > 0 ? lost / all : 0;
}
