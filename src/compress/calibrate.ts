// How large activations become on real images, and where to clip them so that the least is lost.

import { assert } from '../core/errors.ts';
import { tableEntries } from './activation-table.ts';
import type { FeatureMap, FloatMap } from '../core/feature-map.ts';
import { withBorder } from '../core/image-border.ts';
import type { LongWork } from '../core/progress.ts';
import { floatForwardInPortions } from '../network/float-forward.ts';
import { type FusedNetwork, hasWeights, type WeightLayer } from '../network/fused-network.ts';
import { spelledOut } from '../network/passes/spell-out.ts';
import { outputError, withClips } from './clip-trial.ts';
import { highestCode } from './scales.ts';

const binCount = 2048;

/** Counts of absolute values; the range doubles when a value does not fit. Zeros are left out: they cost nothing. */
interface Histogram {
  readonly bins: Float64Array;
  range: number;
}

/** Images from which on the clips for all of them are not tried against others. */
const manyImages = 32;

/**
 * The clip of each weight layer's output, or of what its activation table is asked for, by layer name: the value that the
 * largest code stands for. It is the one with the least squared error over all values of all images. Of fewer than 32 images one
 * with outliers, which hold most of the squares, can so settle the codes of all the others: there the mean of what each image would
 * have alone is tried too, and the clips are taken with which the network's outputs on these images differ the least.
 * @param images training images
 * @param bits of the stored activations
 * @throws {CimError} (network) naming the first layer whose output is too large for 32-bit floats
 * @throws {CimError} (cancelled) when told to stop
 */
export function calibrateClips(
  network: FusedNetwork,
  images: FeatureMap,
  bits: number,
  work: LongWork,
): ReadonlyMap<string, number> {
  const { network: graph, outputs, sums } = spelledOut(network);
  const measured = new Map<string, Measured>();
  for (const layer of network.layers)
    if (hasWeights(layer)) {
      // Activations that a table stands for are clipped in front of it.
      const node = (layer.activation ? sums : outputs).get(layer.name) ?? layer.name;
      measured.set(node, { layer, all: emptyHistogram(), each: [] });
    }
  const isTried = images.images > 1 && images.images < manyImages;
  // With the two trials there are three passes over the images; what is told grows evenly over all of them.
  const passes = isTried ? 3 : 1;
  let passed = 0;
  const pass = (count: number): void => {
    const before = Math.floor(passed / passes);
    passed += count;
    const done = Math.floor(passed / passes);
    if (done > before) work.onProgress?.({ stage: 'calibrate', done, total: images.images });
  };
  const stored = withBorder(images, network.border);
  const observed = floatForwardInPortions(graph, stored, work, ({ name }, output) => {
    const layer = measured.get(name);
    if (!layer) return;
    countAll(layer.all, output.data);
    if (!isTried) return;
    for (const clip of clipsOfImages(output, codesOf(layer.layer, bits))) layer.each.push(clip);
  });
  const scores: Float32Array[] = [];
  for (const portion of observed) {
    if (isTried) scores.push(portion);
    pass(portion.length / network.classes);
  }
  const clipsBy = (clipOf: (one: Measured) => number): ReadonlyMap<string, number> =>
    new Map(Array.from(measured.values(), (one) => [one.layer.name, clipOf(one)]));
  const ofAll = clipsBy(({ layer, all }) => bestClip(all, codesOf(layer, bits)));
  if (!isTried) return ofAll;
  const ofEach = clipsBy(({ each }) => meanClip(each));
  const error = (clips: ReadonlyMap<string, number>): number =>
    outputError({ ...network, layers: withClips(network.layers, clips, bits) }, stored, scores, {
      ...work,
      pass,
    });
  return error(ofEach) < error(ofAll) ? ofEach : ofAll;
}

/** What is measured of a layer's values. */
interface Measured {
  readonly layer: WeightLayer;
  readonly all: Histogram;
  /** The clip that each image would have alone; 0 where it has only zeros. */
  readonly each: number[];
}

/** Codes from 0 to the clip. */
const codesOf = (layer: WeightLayer, bits: number): number =>
  !layer.relu && layer.activation ? tableEntries / 2 - 1 : highestCode(layer, bits);

const emptyHistogram = (): Histogram => ({ bins: new Float64Array(binCount), range: 2 ** -10 });

function countAll(histogram: Histogram, values: Float32Array): void {
  for (const value of values) if (value !== 0) count(histogram, Math.abs(value));
}

/** The clip that each image of a map would have alone. */
function clipsOfImages({ data, images }: FloatMap, codes: number): readonly number[] {
  const size = data.length / images;
  return Array.from({ length: images }, (_, image) => {
    const own = emptyHistogram();
    countAll(own, data.subarray(image * size, (image + 1) * size));
    return bestClip(own, codes);
  });
}

/** The mean of the clips above 0; 0 where there is none. */
function meanClip(clips: readonly number[]): number {
  const own = clips.filter((clip) => clip > 0);
  return own.length === 0 ? 0 : own.reduce((sum, clip) => sum + clip, 0) / own.length;
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
