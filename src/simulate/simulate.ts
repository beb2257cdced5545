// Real images through a mapped network, batch by batch, on whichever backend is handed in.

import type { Mapping } from '../mapping/map-to-chip.ts';
import { plannedActivity } from '../mapping/planned-activity.ts';
import { type CompressedLayer, isMacroLayer } from '../compress/compressed-network.ts';
import { type AdcTable, fixedPointUnit, uniformTable } from '../core/adc-table.ts';
import { assert, CimError, hasKind } from '../core/errors.ts';
import { type FeatureMap, imageSlice, lengthFault, shapeText } from '../core/feature-map.ts';
import { bitsFor } from '../core/integer.ts';
import { imageCodes } from '../compress/image-codes.ts';
import { imageShape, withBorder } from '../core/image-border.ts';
import type { LongWork } from '../core/progress.ts';
import { foldLayers } from '../network/fused-network.ts';
import { imageName } from '../network/graph.ts';
import type { LayerActivity } from './activity.ts';
import type { HeldMap, MacroBackend, MacroPath, PreparedLayer } from './macro-backend.ts';
import { largestSum, type MacroProgram } from './macro-program.ts';
import { defaultSeed } from './noise-program.ts';
import { toPrograms } from './to-program.ts';

/** How to simulate. */
export interface SimulateOptions extends LongWork {
  readonly backend: MacroBackend;
  /** Images per batch. Chosen so that one kernel stays well below a second on a software adapter by default. */
  readonly batch?: number;
  /**
   * Seed of the chip's noise, a whole number from 0 to 2^32 - 1; 1 by default. The same seed is the same physical chip
   * and the same read noise, whatever the batches and the backend. It does nothing on a chip without noise.
   */
  readonly seed?: number;
  /**
   * True: the integer network as it is, as on a chip whose ADC loses nothing, without noise and with accumulators of 31
   * bits. False by default.
   */
  readonly exact?: boolean;
  /**
   * Number of the first of these images in a larger run, 0 by default: read noise depends on it. Parts of a run that are
   * simulated apart so give the outputs of the whole run, and their counts add up to its counts.
   */
  readonly firstImage?: number;
  /** Called after each batch with its outputs, order (image, class), and the number of its first image among these. */
  readonly onOutputs?: ((outputs: Int32Array, firstImage: number) => void) | undefined;
}

/** What a simulation gives. */
export interface SimulationRun {
  readonly images: number;
  /** Seed of the noise. */
  readonly seed: number;
  /** Sums of the last layer, order (image, class). */
  readonly outputs: Int32Array;
  /** One entry per macro layer, in the order they run. */
  readonly activity: readonly LayerActivity[];
  /** `simulated`: counted. `estimated`: what follows from the mapping; events that depend on data are zero. */
  readonly activitySource: 'simulated' | 'estimated';
  readonly backend: string;
  readonly device: string;
  /** How the column reads of each macro layer were computed. */
  readonly paths: Readonly<Record<string, MacroPath>>;
  /** Most bytes of device memory that the backend has held so far; undefined without a device. */
  readonly peakMemory: number | undefined;
}

/** Images of a batch at most. */
const maxImagesPerBatch = 256;

/**
 * Simulates `images` on the chip of `mapping`. A batch that does not fit the device's memory is halved.
 * @throws {CimError} (simulation) when the images do not have the network's input shape or all their pixels, batch or seed are not possible, or
 * the backend fails
 * @throws {CimError} (mapping) when a layer has more kernels than noise can tell apart; mapToChip() refuses those first
 * @throws {CimError} (memory) when the weights and one image do not fit the device
 * @throws {CimError} (cancelled) when told to stop
 */
export async function simulate(
  mapping: Mapping,
  images: FeatureMap,
  options: SimulateOptions,
): Promise<SimulationRun> {
  checkImages(mapping, images);
  const { backend, seed = defaultSeed } = options;
  checkNumbers(options.batch ?? 1, seed);
  checkFirstImage(options.firstImage ?? 0, images.images);
  const programs = programsOf(mapping, seed, options.exact ?? false);
  const prepared = await prepareLayers(programs, backend);
  try {
    const outputs = await runBatches({ mapping, backend, prepared }, images, options);
    return {
      images: images.images,
      seed,
      outputs,
      activity: await countedActivity(mapping, images.images, backend, prepared),
      activitySource: 'simulated',
      backend: backend.name,
      device: backend.device,
      paths: Object.fromEntries([...prepared].map(([name, { path }]) => [name, path])),
      peakMemory: backend.peakMemory,
    };
  } finally {
    for (const layer of prepared.values()) backend.release(layer);
  }
}

/** Prepares all layers at once, so that their kernels compile side by side. */
async function prepareLayers(
  programs: readonly MacroProgram[],
  backend: MacroBackend,
): Promise<ReadonlyMap<string, PreparedLayer>> {
  const results = await Promise.allSettled(
    programs.map(async (program) => await backend.prepare(program)),
  );
  const failed = results.find((result) => result.status === 'rejected');
  if (failed) {
    for (const result of results) if (result.status === 'fulfilled') backend.release(result.value);
    throw failed.reason;
  }
  return new Map(
    results.flatMap((result) =>
      result.status === 'fulfilled' ? [[result.value.program.name, result.value] as const] : [],
    ),
  );
}

/** Bits of an accumulator that no sum of a 32-bit program exceeds. */
const widestAccumulator = 31;

/** An ADC that loses nothing of sums up to `largest`; the same one for the same bits. */
function losslessAdc(largest: number): AdcTable {
  const bits = bitsFor(largest + 1);
  const adc = losslessAdcs.get(bits) ?? uniformTable({ bits, step: fixedPointUnit, offset: 0 });
  losslessAdcs.set(bits, adc);
  return adc;
}

const losslessAdcs = new Map<number, AdcTable>();

function programsOf(mapping: Mapping, seed: number, exact: boolean): readonly MacroProgram[] {
  const programs = [...toPrograms(mapping, seed).values()];
  if (!exact) return programs;
  return programs.map((program) => ({
    ...program,
    adc: losslessAdc(largestSum(program)),
    accumulatorBits: widestAccumulator,
    noise: undefined,
  }));
}

/** Runs all images; gives the outputs, order (image, class). */
async function runBatches(
  run: PreparedRun,
  images: FeatureMap,
  options: SimulateOptions,
): Promise<Int32Array> {
  const { classes } = run.mapping.network;
  const outputs = new Int32Array(images.images * classes);
  let batch = options.batch ?? defaultBatch(run);
  let first = 0;
  while (first < images.images) {
    if (options.signal?.aborted) throw new CimError('cancelled', { what: 'stopped' });
    const slice = imageSlice(images, first, Math.min(batch, images.images - first));
    try {
      const number = (options.firstImage ?? 0) + first;
      const batchOutputs = await runBatch(run, slice, number, options.signal);
      outputs.set(batchOutputs, first * classes);
      options.onOutputs?.(batchOutputs, first);
    } catch (error) {
      if (!hasKind(error, 'memory')) throw error;
      if (slice.images === 1) throw ofOneImage(error, run.mapping.network.name);
      batch = Math.floor(slice.images / 2);
      continue;
    }
    first += slice.images;
    const stage = options.exact ? 'exact' : 'simulate';
    options.onProgress?.({ stage, done: first, total: images.images });
  }
  return outputs;
}

/** A batch of one image cannot be halved, so what would help with larger ones does not. */
const ofOneImage = (error: CimError, network: string): CimError =>
  new CimError('memory', {
    what: `${error.what}, with one image per batch`,
    where: [network, ...error.where],
    todo: 'allow more where it is limited (--max-memory), use smaller images, or the reference (--backend reference)',
    cause: error,
  });

async function countedActivity(
  mapping: Mapping,
  images: number,
  backend: MacroBackend,
  prepared: ReadonlyMap<string, PreparedLayer>,
): Promise<readonly LayerActivity[]> {
  const activity: LayerActivity[] = [];
  for (const mapped of mapping.layers) {
    if (mapped.kind !== 'macro') continue;
    const layer = prepared.get(mapped.layer.name);
    assert(layer !== undefined, `program of ${mapped.layer.name}`);
    activity.push({ ...plannedActivity(mapped, images), ...(await backend.takeEvents(layer)) });
  }
  return activity;
}

interface PreparedRun {
  readonly mapping: Mapping;
  readonly backend: MacroBackend;
  readonly prepared: ReadonlyMap<string, PreparedLayer>;
}

/** @param first number of the batch's first image in the run */
async function runBatch(
  { mapping, backend, prepared }: PreparedRun,
  images: FeatureMap,
  first: number,
  signal: SimulateOptions['signal'],
): Promise<Int32Array> {
  const bits = mapping.network.activationBits;
  const { network } = mapping;
  const stored = withBorder(images, network.border);
  const pixels = { ...stored, bits, data: imageCodes(network, stored) };
  const run = (layer: CompressedLayer, input: HeldMap, added: HeldMap | undefined): HeldMap => {
    if (!isMacroLayer(layer)) return backend.runPool(layer, input);
    const program = prepared.get(layer.name);
    assert(program !== undefined, `program of ${layer.name}`);
    return backend.runMacro(program, input, added);
  };
  const release = (map: HeldMap): void => backend.release(map);
  const maps = foldLayers(network, backend.upload(pixels, first), run, release);
  try {
    const last = maps.get(network.layers.at(-1)?.name ?? imageName);
    assert(last !== undefined, 'nothing reads the last layer');
    return await backend.download(last, signal);
  } finally {
    for (const map of maps.values()) backend.release(map);
  }
}

/** As many images as the layer with the most column reads allows, in whole shares of the backend's threads. */
function defaultBatch({ mapping, backend, prepared }: PreparedRun): number {
  let batch = maxImagesPerBatch;
  for (const mapped of mapping.layers) {
    const path = mapped.kind === 'macro' && prepared.get(mapped.layer.name)?.path;
    if (mapped.kind !== 'macro' || !path) continue;
    const { columnReads } = plannedActivity(mapped, 1);
    batch = Math.min(batch, Math.floor(backend.readsPerBatch[path] / columnReads));
  }
  const { imagesTogether } = backend;
  return Math.max(1, Math.floor(batch / imagesTogether)) * imagesTogether;
}

function checkNumbers(batch: number, seed: number): void {
  if (!Number.isInteger(batch) || batch < 1)
    throw new CimError('simulation', {
      what: `batches of ${batch} images are not possible`,
      where: 'batch',
    });
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new CimError('simulation', {
      what: `${seed} is not a seed`,
      where: 'seed',
      todo: 'use a whole number from 0 to 2^32 - 1',
    });
}

/** Read noise hashes the number of an image as 32 bits. */
function checkFirstImage(firstImage: number, images: number): void {
  if (Number.isInteger(firstImage) && firstImage >= 0 && firstImage + images <= 2 ** 32) return;
  throw new CimError('simulation', {
    what: `${firstImage} cannot be the number of the first image`,
    where: 'firstImage',
    todo: 'use a whole number from 0 on; images are numbered below 2^32',
  });
}

function checkImages(mapping: Mapping, images: FeatureMap): void {
  const { name } = mapping.network;
  const input = imageShape(mapping.network);
  const fits =
    images.height === input.height &&
    images.width === input.width &&
    images.channels === input.channels;
  if (!fits || images.bits !== 8)
    throw new CimError('simulation', {
      what: `images are ${shapeText(images)} of ${images.bits} bits, but the network needs ${shapeText(input)} of 8 bits`,
      where: [name, 'image'],
      todo: 'use the data set that the network was trained on',
    });
  const what = lengthFault(images);
  if (what !== undefined)
    throw new CimError('simulation', {
      what,
      where: [name, 'image'],
      todo: 'pass every pixel of every image',
    });
}
