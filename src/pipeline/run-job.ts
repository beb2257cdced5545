// The whole way of a job: compress, map, simulate, schedule, summarize. Command line and page both call this, so the
// same job gives the same report wherever it runs.

import type { ChipSpec } from '../chips/index.ts';
import { compress } from '../compress/compress.ts';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import type { GroupMasks } from '../compress/group-masks.ts';
import { CimError, hasKind } from '../core/errors.ts';
import { type FeatureMap, imageSlice, predictedClasses } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { type ImageSet } from '../datasets/image-set.ts';
import { fittedAdcs } from '../inspect/adc-range.ts';
import type { IndexCoding } from '../mapping/index-coding.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { mapToChip, type Mapping } from '../mapping/map-to-chip.ts';
import type { Balance } from '../mapping/place-tiles.ts';
import { layerStorage } from '../mapping/mapping-summary.ts';
import type { StoredNetwork } from '../mapping/stored-header.ts';
import { floatOutputs } from '../network/float-forward.ts';
import { type Network, networkMacs } from '../network/network.ts';
import { integerForward } from '../reference/integer-network.ts';
import type { Report } from '../report/report.ts';
import { type RunFacts, summarize } from '../report/summarize.ts';
import type { LayerActivity } from '../simulate/activity.ts';
import type { MacroBackend } from '../simulate/macro-backend.ts';
import { simulate, type SimulateOptions, type SimulationRun } from '../simulate/simulate.ts';
import { accuracy } from '../core/accuracy.ts';
import { scheduleAll } from '../timeline/schedule-all.ts';
import type { Timeline } from '../timeline/timeline.ts';

/** A trained network, and how to compress it. */
export interface TrainedSource {
  readonly network: Network;
  /** Training images on which activation clips are chosen; without any, clips are guessed from batch norm. */
  readonly calibration?: FeatureMap | undefined;
  readonly weightBits: number;
  readonly activationBits: number;
  /** Share of the groups that may be pruned which is pruned. */
  readonly prunedGroups: number;
  /** Groups to keep, instead of pruning by magnitude: then `prunedGroups` is 0. */
  readonly groupMasks?: GroupMasks | undefined;
  /** How group lists are stored; `absolute` by default. */
  readonly indexCoding?: IndexCoding | undefined;
}

/** A network that is compressed already. */
export interface StoredSource {
  readonly stored: StoredNetwork;
}

/** Where the integers of a job come from. */
export type JobSource = TrainedSource | StoredSource;

/** What a job is mapped onto. */
export interface JobTarget {
  readonly chip: ChipSpec;
  /** How tiles are dealt onto cores; `none` by default. */
  readonly balance?: Balance | undefined;
  /** Training images that the layers' ADCs are fitted to, by the chip's `adc.range`; without any, all have the chip's ADC. */
  readonly adcImages?: FeatureMap | undefined;
}

/** The part of a job that compress and map need. */
export type MapJob = JobTarget & JobSource;

/** A job without its images. */
export type UnloadedJob = JobTarget &
  JobSource & {
    /** Of the chip's noise, 0 ... 2^32 - 1. */
    readonly seed: number;
    /** Images that the trained network is run on in real arithmetic; as many as a few seconds take by default. */
    readonly floatImages?: number | undefined;
  };

/** What to do, as plain data. */
export type Job = UnloadedJob & { readonly images: ImageSet };

/** Data set that the network was trained on. */
export const trainedOn = (source: TrainedSource | StoredSource): string =>
  'stored' in source ? source.stored.dataset : source.network.dataset;

/** What came of a job. */
export interface JobResult {
  readonly report: Report;
  readonly timeline: Timeline;
  /** Sums of the last layer, order (image, class). */
  readonly outputs: Int32Array;
  /** The same of the integer network, exactly computed. */
  readonly exactOutputs: Int32Array;
  readonly activity: readonly LayerActivity[];
  readonly mapping: Mapping;
}

/** What of it crosses from one process to another. */
export type JobFigures = Omit<JobResult, 'exactOutputs' | 'mapping'>;

/** A backend to compare with. Disposing it gives it back, or closes it. */
export interface LentBackend extends AsyncDisposable {
  readonly backend: MacroBackend;
}

/** What a job may be told besides. */
export interface JobWork extends LongWork, Pick<SimulateOptions, 'onOutputs'> {
  /** Why the backend was taken, for the report; undefined: it was asked for. */
  readonly backendChoice?: string | undefined;
  /**
   * Lends another backend, on which the first images are computed too, and must be the same; undefined: there is none, and
   * nothing is compared.
   */
  readonly openCheck?: (() => Promise<LentBackend | undefined>) | undefined;
}

/** The compress part of a job. */
export function compressJob(job: MapJob, work: LongWork = {}): CompressedNetwork {
  if ('stored' in job) return job.stored.network;
  const { network, calibration, weightBits, activationBits, prunedGroups, groupMasks } = job;
  const groupShape = groupShapeOf(job.chip, weightBits);
  const pruning = { prunedGroups, groupMasks, groupShape };
  const multiplierBits = job.chip.requantizer.multiplierBits.value;
  const bits = { weightBits, activationBits, multiplierBits };
  return compress(network, { ...bits, calibration, ...pruning, ...work });
}

/** The compress and map part of a job. */
export function mapJob(job: MapJob, work: LongWork = {}): Mapping {
  return mapCompressed(
    compressJob(job, work),
    'stored' in job ? { ...job, indexCoding: job.stored.indexCoding } : job,
  );
}

/** Maps a compressed network as a job does; ADCs are fitted where it has images for that. */
export function mapCompressed(
  network: CompressedNetwork,
  target: JobTarget & Pick<TrainedSource, 'indexCoding'>,
): Mapping {
  const { chip, balance = 'none', indexCoding = 'absolute', adcImages } = target;
  const options = { balance, indexCoding };
  const mapping = mapToChip(network, chip, options);
  const adcs = adcImages && fittedAdcs(mapping, adcImages);
  return adcs ? mapToChip(network, chip, { ...options, adcs }) : mapping;
}

/**
 * Runs a job.
 * @throws {CimError} of the stage that cannot be done
 */
export async function runJob(
  job: Job,
  backend: MacroBackend,
  work: JobWork = {},
): Promise<JobResult> {
  const { images } = job;
  const mapping = mapJob(job, work);
  const { classes } = mapping.network;
  checkClasses(mapping, images);
  const float = 'stored' in job ? undefined : floatCheck(job, images.images, work);
  const run = await simulate(mapping, images.images, { backend, seed: job.seed, ...work });
  const checked = await checkElsewhere(mapping, images.images, { run, seed: job.seed, work });
  const exact = await exactOutputs(mapping, images.images, { backend, run, ...work });
  const schedules = scheduleAll(mapping);
  const report = summarize(mapping, run, schedules, {
    dataset: images.name,
    backendChoice: work.backendChoice,
    checked,
    accuracy: {
      top1: accuracy(run.outputs, images.labels, classes),
      floatTop1: float
        ? accuracy(float, images.labels.slice(0, float.length / classes), classes)
        : null,
      floatImages: float ? float.length / classes : 0,
      quantizedTop1: accuracy(exact, images.labels, classes),
      agreement: accuracy(run.outputs, predictedClasses(exact, classes), classes),
    },
  });
  const { outputs, activity } = run;
  const { timeline } = schedules;
  return { report, timeline, outputs, exactOutputs: exact, activity, mapping };
}

/** @throws {CimError} (input) when the images have other classes than the network */
export function checkClasses({ network }: Mapping, { name, classes }: ImageSet): void {
  if (classes === network.classes) return;
  throw new CimError('input', {
    what: `${name} has ${classes} classes, but the network has ${network.classes}`,
    where: [network.name],
    todo: 'use the data set that the network was trained on',
  });
}

/** Images that another backend computes too, and the column reads that it may take. */
const checkedImages = 5;
const checkedReads = 2e9;

/**
 * Computes the first images on another backend as well.
 * @returns what it was and how many images; undefined where there is no other, it cannot compute them (its device is lost, or
 * too small), or an image is too large to wait for
 * @throws {CimError} (simulation) when the outputs differ
 */
async function checkElsewhere(
  mapping: Mapping,
  images: FeatureMap,
  known: { readonly run: SimulationRun; readonly seed: number; readonly work: JobWork },
): Promise<RunFacts['checked']> {
  const { run, seed, work } = known;
  const reads = run.activity.reduce((sum, { columnReads }) => sum + columnReads, 0) / run.images;
  const count = Math.min(images.images, checkedImages, Math.floor(checkedReads / reads));
  if (count === 0 || !work.openCheck) return undefined;
  const other = await runElsewhere(mapping, imageSlice(images, 0, count), { seed, work });
  if (!other) return undefined;
  const different = other.outputs.findIndex((value, i) => value !== run.outputs[i]);
  if (different >= 0)
    throw new CimError('simulation', {
      what: `${run.device} and ${other.device} differ (image ${Math.floor(different / mapping.network.classes)})`,
      where: [mapping.network.name],
      todo: 'use --backend reference, and report it with what `mars info` prints',
    });
  return { backend: other.backend, adapter: other.device, images: count };
}

/** A simulation on the backend that is lent to check; undefined where it cannot be done there. */
async function runElsewhere(
  mapping: Mapping,
  images: FeatureMap,
  { seed, work }: { readonly seed: number; readonly work: JobWork },
): Promise<SimulationRun | undefined> {
  try {
    await using lent = await work.openCheck?.();
    if (!lent) return undefined;
    const { signal } = work;
    return await simulate(mapping, images, { backend: lent.backend, seed, signal });
  } catch (error) {
    const isOfDevice = (['environment', 'memory', 'simulation'] as const).some((kind) =>
      hasKind(error, kind),
    );
    if (isOfDevice) return undefined;
    throw error;
  }
}

/** Multiply-accumulates in real arithmetic that plain TypeScript does in about five seconds. */
const floatMacs = 5e9;

/** Outputs of the trained network in real arithmetic for the first images, order (image, class); undefined for none. */
function floatCheck(
  job: TrainedSource & Pick<Job, 'floatImages'>,
  images: FeatureMap,
  work: LongWork,
): Float32Array | undefined {
  const affordable = Math.max(1, Math.floor(floatMacs / networkMacs(job.network)));
  const count = Math.min(images.images, job.floatImages ?? affordable);
  return count === 0 ? undefined : floatOutputs(job.network, imageSlice(images, 0, count), work);
}

/** Multiply-accumulates that plain TypeScript does in about 0.3 s. */
const checkedMacs = 1e8;

/** How the integer network is run. */
export interface ExactWork extends LongWork {
  readonly backend: MacroBackend;
  /** A run of the same images on the chip: where it lost nothing, its outputs are those of the integer network. */
  readonly run: SimulationRun;
}

/**
 * Outputs of the integer network, order (image, class). A device computes them as dot products; plain convolutions,
 * which share nothing with it, check the first images.
 * @throws {CimError} (simulation) when the two differ
 */
export async function exactOutputs(
  mapping: Mapping,
  images: FeatureMap,
  { backend, run, signal, onProgress }: ExactWork,
): Promise<Int32Array> {
  const { network } = mapping;
  if (backend.name === 'reference') return integerForward(network, images, { signal, onProgress });
  const isKnown = losesNothing(run);
  const exact = isKnown
    ? run.outputs
    : (await simulate(mapping, images, { backend, exact: true, signal, onProgress })).outputs;
  const macs = mapping.layers.reduce(
    (sum, mapped) => sum + (mapped.kind === 'macro' ? layerStorage(mapped).macs : 0),
    0,
  );
  const count = Math.min(images.images, Math.max(1, Math.floor(checkedMacs / macs)));
  // A stage goes from its first image to its last once.
  const checkWork = isKnown ? { signal, onProgress } : { signal };
  const checked = integerForward(network, imageSlice(images, 0, count), checkWork);
  const different = checked.findIndex((value, i) => value !== exact[i]);
  if (different >= 0)
    throw new CimError('simulation', {
      what: `the device and the plain convolutions differ (image ${Math.floor(different / network.classes)})`,
      where: [network.name, backend.device],
      todo: 'use another adapter (MARS_ADAPTER) or --backend reference, and report it',
    });
  return exact;
}

/** Whether a run was the integer network already. */
const losesNothing = (run: SimulationRun): boolean =>
  Object.values(run.paths).every((path) => path === 'dot product') &&
  run.activity.every(({ overflowedSums }) => overflowedSums === 0);
