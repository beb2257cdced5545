// Simulates images of a point. What comes out are integers, so parts of a run add up to the whole exactly.

import { CimError } from '../core/errors.ts';
import { type FeatureMap, imageSlice, predictedClasses } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { exactOutputs } from '../pipeline/run-job.ts';
import { floatOutputs } from '../network/float-forward.ts';
import type { LayerActivity } from '../simulate/activity.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { simulate, type SimulationRun } from '../simulate/simulate.ts';
import { bitText, type ImageRange } from './image-range.ts';
import { keepRanges, keepResults } from './kept-stages.ts';
import { hasNoise, type MappedPoint, type Stages } from './stages.ts';

/** What was counted on a range of images. */
export interface PointPart extends ImageRange {
  /** Name of the data set and part. */
  readonly dataset: string;
  /** One bit per image: the chip is right. */
  readonly right: string;
  /** Images on which the integer network is right, and on which chip and integer network have the same class. */
  readonly exactRight: number;
  readonly agreeing: number;
  /** Images that were run in real arithmetic as well, and those of them that it is right on. */
  readonly floatImages: number;
  readonly floatRight: number;
  readonly activity: readonly LayerActivity[];
}

/** Simulates ranges of images of points. */
export type PartSimulator = (
  mapped: MappedPoint,
  range: ImageRange,
  backend: MacroBackend,
) => Promise<PointPart>;

/**
 * Opens a simulator. Points of the same integers share the exact network and the one in real arithmetic, and chip
 * instances without noise share their simulation.
 */
export function openPartSimulator(stages: Stages, work: LongWork = {}): PartSimulator {
  const exactClasses = keepRanges(8);
  const floatClasses = keepRanges(8);
  const noiseless = keepResults<PointPart>(8);
  return async (mapped, range, backend) => {
    const { point, mapping, compressedKey, mappingKey } = mapped;
    const { images: count, floatImages = 0, chipSeed: seed } = point.settings;
    const { dataset, data, resize, labels: names } = point.settings;
    const set = await stages.images(mapped);
    const { classes } = mapping.network;
    const images = imageSlice(set.images, range.first, range.count);
    const labels = set.labels.subarray(range.first, range.first + range.count);
    const of = JSON.stringify([dataset, data, resize, names, count]);
    const rightOf = (predicted: ArrayLike<number>): readonly boolean[] =>
      Array.from(labels, (label, i) => predicted[i] === label);
    const simulated = async (): Promise<PointPart> => {
      const options = { backend, seed, firstImage: range.first, ...work };
      const run = await simulate(mapping, images, options);
      const exact = await exactClasses(`${compressedKey} ${of} ${backend.name}`, range, async () =>
        predictedClasses(await exactOutputs(mapping, images, { backend, run, ...work }), classes),
      );
      const predicted = predictedClasses(run.outputs, classes);
      const inFloat = floatImagesOf(mapped, range);
      const float = await floatClasses(
        `${compressedKey} ${of}`,
        { first: range.first, count: inFloat },
        async () => floatPredictions(mapped, imageSlice(images, 0, inFloat), work),
      );
      return {
        ...range,
        dataset: set.name,
        right: bitText(rightOf(predicted)),
        exactRight: rightOf(exact).filter(Boolean).length,
        agreeing: predicted.filter((one, i) => one === exact[i]).length,
        floatImages: inFloat,
        floatRight: rightOf(float).filter(Boolean).length,
        activity: run.activity,
      };
    };
    if (hasNoise(mapping.chip)) return await simulated();
    const whole = JSON.stringify([mappingKey, of, range, backend.name, floatImages]);
    return await noiseless(whole, simulated);
  };
}

/** Images of a range that are run in real arithmetic too: none of a stored image, which has only integers. */
function floatImagesOf({ point, loaded }: MappedPoint, { first, count }: ImageRange): number {
  const { floatImages = 0 } = point.settings;
  return 'stored' in loaded ? 0 : Math.max(0, Math.min(floatImages - first, count));
}

function floatPredictions(
  { loaded, mapping }: MappedPoint,
  images: FeatureMap,
  work: LongWork,
): Uint16Array {
  if ('stored' in loaded) return new Uint16Array();
  return predictedClasses(floatOutputs(loaded.network, images, work), mapping.network.classes);
}

/**
 * The whole of parts that follow each other from image 0 on.
 * @throws {CimError} (input) when their layers differ
 */
export function mergeParts(parts: readonly PointPart[], where: string): PointPart {
  const [first, ...others] = parts;
  if (!first) throw new CimError('input', { what: 'there are no parts to merge', where });
  return others.reduce((whole, part): PointPart => {
    if (whole.first + whole.count !== part.first || whole.activity.length !== part.activity.length)
      throw new CimError('input', { what: 'its parts do not belong together', where });
    return {
      first: whole.first,
      count: whole.count + part.count,
      dataset: whole.dataset,
      right: whole.right + part.right,
      exactRight: whole.exactRight + part.exactRight,
      agreeing: whole.agreeing + part.agreeing,
      floatImages: whole.floatImages + part.floatImages,
      floatRight: whole.floatRight + part.floatRight,
      activity: whole.activity.map((layer, i) => addedActivity(layer, part.activity[i])),
    };
  }, first);
}

function addedActivity(layer: LayerActivity, other: LayerActivity | undefined): LayerActivity {
  if (other?.layer !== layer.layer)
    throw new CimError('input', {
      what: `has counts of ${other?.layer ?? 'no layer'} where others have those of ${layer.layer}`,
      where: 'part',
    });
  return {
    layer: layer.layer,
    macroOps: layer.macroOps + other.macroOps,
    skippedGroups: layer.skippedGroups + other.skippedGroups,
    columnReads: layer.columnReads + other.columnReads,
    saturatedReads: layer.saturatedReads + other.saturatedReads,
    zeroPhaseReads: layer.zeroPhaseReads + other.zeroPhaseReads,
    overflowedSums: layer.overflowedSums + other.overflowedSums,
  };
}

/** The run that a whole is of, as far as a report needs it. */
export const runOf = (whole: PointPart, seed: number, backend: string): SimulationRun => ({
  images: whole.count,
  seed,
  outputs: new Int32Array(),
  activity: whole.activity,
  activitySource: 'simulated',
  backend,
  device: '',
  paths: {},
  peakMemory: undefined,
});
