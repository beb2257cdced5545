// What points have in common is computed once: network, compression, mapping with its schedule, images.

import type { ChipSpec } from '../chips/index.ts';
import { noiseDeviations } from '../chips/noise-spec.ts';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import type { ImageSet } from '../datasets/image-set.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { type Mapping } from '../mapping/map-to-chip.ts';
import { jobBits } from '../pipeline/default-job.ts';
import {
  checkClasses,
  compressJob,
  mapCompressed,
  type MapJob,
  type UnloadedJob,
} from '../pipeline/run-job.ts';
import {
  addCalibration,
  imageTarget,
  loadChip,
  type LoadedNetwork,
  loadNetworkOrImage,
  mapJobOf,
} from '../settings/load-job.ts';
import type { Sources } from '../settings/sources.ts';
import { scheduleAll, type Schedules } from '../timeline/schedule-all.ts';
import { keepResults } from './kept-stages.ts';
import type { Point, PointSettings } from './point.ts';

/** A point up to its simulation. */
export interface MappedPoint {
  readonly point: Point;
  readonly loaded: LoadedNetwork;
  /** With the noise of the point. */
  readonly mapping: Mapping;
  readonly schedules: Schedules;
  /** What its integers were made from: points with the same key have the same ones. */
  readonly compressedKey: string;
  /** What its mapping was made from, noise apart. */
  readonly mappingKey: string;
}

/** Stages of points, each computed once for all points that read the same settings. */
export interface Stages {
  /**
   * Compresses and maps a point, with the noise that is its own.
   * @throws {CimError} of the stage that cannot be done
   */
  map(point: Point): Promise<MappedPoint>;
  /**
   * The test images of a point.
   * @throws {CimError} for images that are missing, wrong, or of other classes than the network
   */
  images(mapped: MappedPoint): Promise<ImageSet>;
}

/** Opens the stages of one experiment. They keep the latest few results of each kind. */
export function openStages(allSources: Sources, work: LongWork = {}): Stages {
  const sources = keepCalibration(allSources);
  const networks = keepResults<LoadedNetwork>(4);
  const compressions = keepResults<CompressedNetwork>(4);
  const mappings = keepResults<Pick<MappedPoint, 'mapping' | 'schedules'>>(16);
  const imageSets = keepResults<ImageSet>(2);
  return {
    map: async (point) => {
      const { settings } = point;
      const { network, seed, balance, indexCoding } = settings;
      const { inputNorm, inputMean, inputStd, inputRange } = settings;
      const chip = await loadChip(settings, sources);
      const loaded = await networks(
        JSON.stringify([network, seed, inputNorm, inputMean, inputStd, inputRange]),
        () => loadNetworkOrImage(settings, sources),
      );
      const compressedKey = compressionKey(settings, loaded, chip);
      const job = async (): Promise<MapJob> => await mapJobOf(loaded, settings, sources);
      const calibrated = async (): Promise<UnloadedJob> =>
        await addCalibration(await job(), settings, sources);
      const compressed = await compressions(compressedKey, async () =>
        compressJob(settings.images === 0 ? await job() : await calibrated(), work),
      );
      const mappingKey = JSON.stringify([compressedKey, balance, indexCoding, withoutNoise(chip)]);
      const { mapping, schedules } = await mappings(mappingKey, async () => {
        const coding = 'stored' in loaded ? loaded.stored.indexCoding : indexCoding;
        const isFitted = settings.images > 0 && chip.adc.range.value !== 'chip';
        const { adcImages } = isFitted ? await calibrated() : {};
        const target = { chip, balance, indexCoding: coding, adcImages };
        const mapped = mapCompressed(compressed, target);
        return { mapping: mapped, schedules: scheduleAll(mapped) };
      });
      const own = { ...mapping, chip };
      return { point, loaded, mapping: own, schedules, compressedKey, mappingKey };
    },
    images: async ({ point, loaded, mapping }) => {
      const target = imageTarget({ ...loaded, chip: mapping.chip } as MapJob);
      const { dataset, data, images, resize, labels } = point.settings;
      const key = JSON.stringify([target, dataset, data, images, resize, labels]);
      const set = await imageSets(key, () => sources.testImages(target, point.settings));
      checkClasses(mapping, set);
      return set;
    },
  };
}

/** The same sources, with the latest few sets of calibration images kept: a data set is large to read. */
function keepCalibration(sources: Sources): Sources {
  const sets = keepResults<FeatureMap>(4);
  return {
    ...sources,
    calibrationImages: async (target, count, settings) => {
      const { dataset: trainedOn, classes, input } = target;
      const { dataset, data, ownImages, resize, labels } = settings;
      const asked = [count, dataset, data, ownImages, resize, labels];
      const key = JSON.stringify([trainedOn, classes, input, ...asked]);
      return await sets(key, () => sources.calibrationImages(target, count, settings));
    },
  };
}

/** Settings that only the chip or the simulation reads. */
const readLater: readonly string[] = [
  'chip',
  'set',
  'balance',
  'indexCoding',
  'chipSeed',
  'images',
  'floatImages',
] satisfies (keyof PointSettings)[];

/** All that compression reads: every setting but those of the chip and of what is simulated. */
function compressionKey(settings: PointSettings, loaded: LoadedNetwork, chip: ChipSpec): string {
  const { images, indexCoding } = settings;
  const read = [Object.entries(settings).filter(([key]) => !readLater.includes(key)), images === 0];
  // A stored image refuses an index coding when its job is made.
  if ('stored' in loaded) return JSON.stringify([...read, indexCoding]);
  const bits = jobBits(settings, loaded.network, chip);
  return JSON.stringify([...read, bits, groupShapeOf(chip, bits.weightBits)]);
}

/** The chip as mapping and schedule see it: of noise they ask only whether there is any, and whether cells have it. */
function withoutNoise(chip: ChipSpec): object {
  const { cell } = noiseDeviations(chip.noise);
  return { ...chip, noise: [hasNoise(chip), cell > 0] };
}

/** Whether anything random is added to the sums. */
export const hasNoise = (chip: ChipSpec): boolean =>
  Object.values(noiseDeviations(chip.noise)).some((deviation) => deviation > 0);
