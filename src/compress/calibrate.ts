// How large activations become on real images, and where to clip them so that the least is lost.

import { assert } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { floatForwardInPortions } from '../network/float-forward.ts';
import { hasWeights } from '../network/layer.ts';
import type { Network } from '../network/network.ts';

const binCount = 2048;

/** Counts of absolute values; the range doubles when a value does not fit. Zeros are left out: they cost nothing. */
interface Histogram {
  readonly bins: Float64Array;
  range: number;
}

/**
 * The clip of each weight layer's output, by layer name: the value that the largest code stands for.
 * @param images training images
 * @param bits of the stored activations
 * @throws {CimError} (network) naming the first layer whose output is too large for 32-bit floats
 * @throws {CimError} (cancelled) when told to stop
 */
export function calibrateClips(
  network: Network,
  images: FeatureMap,
  bits: number,
  work: LongWork,
): ReadonlyMap<string, number> {
  const histograms = new Map<string, Histogram>();
  let done = 0;
  const observed = floatForwardInPortions(network, images, work, (layer, output) => {
    if (!hasWeights(layer)) return;
    const histogram = histograms.get(layer.name) ?? {
      bins: new Float64Array(binCount),
      range: 2 ** -10,
    };
    histograms.set(layer.name, histogram);
    for (const value of output.data) if (value !== 0) count(histogram, Math.abs(value));
  });
  for (const outputs of observed) {
    done += outputs.length / network.classes;
    work.onProgress?.({ stage: 'calibrate', done, total: images.images });
  }
  const clips = new Map<string, number>();
  for (const layer of network.layers) {
    const histogram = histograms.get(layer.name);
    if (!histogram) continue;
    assert(hasWeights(layer), 'only weight layers are observed');
    const codes = layer.relu ? 2 ** bits - 1 : 2 ** (bits - 1) - 1;
    clips.set(layer.name, bestClip(histogram, Math.max(1, codes)));
  }
  return clips;
}

function count(histogram: Histogram, value: number): void {
  const { bins } = histogram;
  assert(Number.isFinite(value), 'a forward pass gives finite values');
  while (value >= histogram.range) {
    for (let i = 0; i < binCount / 2; i++)
      bins[i] = (bins[2 * i] as number) + (bins[2 * i + 1] as number);
    bins.fill(0, binCount / 2);
    histogram.range *= 2;
  }
  const bin = Math.floor((value / histogram.range) * binCount);
  bins[bin] = (bins[bin] as number) + 1;
}

/** 0 if there were only zeros; else the clip with the least mean squared error of `codes` steps: step^2 / 12 below it, the whole excess above. */
function bestClip(histogram: Histogram, codes: number): number {
  const { bins, range } = histogram;
  const width = range / binCount;
  let highest = binCount;
  while (highest > 0 && bins[highest - 1] === 0) highest -= 1;
  if (highest === 0) return 0;
  let best = { clip: highest * width, error: Infinity };
  for (let edge = Math.max(1, highest >> 6); edge <= highest; edge++) {
    const clip = edge * width;
    const rounding = (clip / codes) ** 2 / 12;
    let error = 0;
    for (let i = 0; i < highest; i++)
      error += (bins[i] as number) * (i < edge ? rounding : ((i + 0.5) * width - clip) ** 2);
    if (error < best.error) best = { clip, error };
  }
  return best.clip;
}
