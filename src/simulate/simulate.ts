// Real images through a mapped network, batch by batch, on whichever backend is handed in.

import { type MappedMacroLayer, type Mapping } from '../mapping/map-to-chip.ts';
import { quantizePixels } from '../compress/quantize.ts';
import { assert, CancelledError, SimulationError } from '../core/errors.ts';
import { type FeatureMap, imageSlice, predictedClasses, shapeText } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import type { CountedEvents, LayerActivity } from './activity.ts';
import type { HeldMap, MacroBackend, PreparedLayer } from './macro-backend.ts';
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
}

/** Column reads of one layer that a batch may take: a quarter of a second at 0.4 G reads/s, as SwiftShader does. */
const readsPerBatch = 1e8;

/**
 * Simulates `images` on the chip of `mapping`.
 * @throws {SimulationError} when the images do not have the network's input shape, batch or seed are not possible, or
 * the backend fails
 * @throws {MappingError} when a layer's sums could exceed 32 bits, or it is too large for noise
 * @throws {CancelledError} when told to stop
 */
export async function simulate(
  mapping: Mapping,
  images: FeatureMap,
  options: SimulateOptions,
): Promise<SimulationRun> {
  const { network } = mapping;
  checkImages(mapping, images);
  const { backend, batch = defaultBatch(mapping), seed = defaultSeed } = options;
  checkNumbers(batch, seed);
  const outputs = new Int32Array(images.images * network.classes);
  const events = new Map<string, CountedEvents>();
  const prepared = new Map<string, PreparedLayer>();
  try {
    for (const [name, program] of toPrograms(mapping, seed))
      prepared.set(name, await backend.prepare(program));
    for (let first = 0; first < images.images; first += batch) {
      if (options.signal?.aborted) throw new CancelledError({ what: 'stopped' });
      const slice = imageSlice(images, first, Math.min(batch, images.images - first));
      const sums = await runBatch({ mapping, backend, prepared }, slice, first);
      outputs.set(sums, first * network.classes);
      for (const [name, layer] of prepared)
        events.set(name, addEvents(events.get(name), await backend.takeEvents(layer)));
      const done = first + slice.images;
      options.onProgress?.({ stage: 'simulate', done, total: images.images });
    }
  } finally {
    for (const layer of prepared.values()) backend.release(layer);
  }
  const activity = mapping.layers.flatMap((mapped) => {
    if (mapped.kind !== 'macro') return [];
    const counted = events.get(mapped.layer.name);
    assert(counted !== undefined, `events of ${mapped.layer.name}`);
    return [{ ...plannedActivity(mapped, images.images), ...counted }];
  });
  return {
    images: images.images,
    seed,
    outputs,
    activity,
    activitySource: 'simulated',
    backend: backend.name,
    device: backend.device,
  };
}

/**
 * What can be said of one image without simulating it: no outputs, and none of the events that depend on data (input
 * phases that drive nothing, saturated reads, overflows).
 */
export function estimateRun(mapping: Mapping): SimulationRun {
  const nothing: CountedEvents = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
  const activity = mapping.layers.flatMap((mapped) =>
    mapped.kind === 'macro' ? [{ ...plannedActivity(mapped, 1), ...nothing }] : [],
  );
  return {
    images: 1,
    seed: defaultSeed,
    outputs: new Int32Array(),
    activity,
    activitySource: 'estimated',
    backend: 'none',
    device: 'none',
  };
}

/** Share of the images whose largest output is their label. */
export function accuracy(
  outputs: ArrayLike<number>,
  labels: ArrayLike<number>,
  classes: number,
): number {
  const predicted = predictedClasses(outputs, classes);
  return predicted.filter((one, image) => one === labels[image]).length / labels.length;
}

/** The events that follow from the mapping alone. */
export function plannedActivity(
  mapped: MappedMacroLayer,
  images: number,
): Pick<LayerActivity, 'layer' | 'macroOps' | 'skippedGroups' | 'columnReads'> {
  const { layer, geometry, tiles } = mapped;
  const pixels = images * layer.outputShape.height * layer.outputShape.width;
  let macroOps = 0;
  let columnReads = 0;
  let groups = 0;
  for (const tile of tiles) {
    groups += tile.codes.length;
    macroOps += tile.codes.length * Math.ceil(tile.kernels / geometry.kernelsPerMacro) * pixels;
    columnReads += tile.codes.length * tile.kernels * layer.weightBits * geometry.phases * pixels;
  }
  return {
    layer: layer.name,
    macroOps,
    skippedGroups: (layer.kept.length - groups) * pixels,
    columnReads,
  };
}

interface PreparedRun {
  readonly mapping: Mapping;
  readonly backend: MacroBackend;
  readonly prepared: ReadonlyMap<string, PreparedLayer>;
}

/** @param first number of the batch's first image in the run */
async function runBatch(run: PreparedRun, images: FeatureMap, first: number): Promise<Int32Array> {
  const { mapping, backend, prepared } = run;
  const bits = mapping.network.activationBits;
  const maps = new Map<string, HeldMap>();
  const pixels = { ...images, bits, data: quantizePixels(images.data, bits) };
  maps.set('image', backend.upload(pixels, first));
  const held = (name: string): HeldMap => {
    const map = maps.get(name);
    assert(map !== undefined, `feature map ${name}`);
    return map;
  };
  const lastReader = lastReaders(mapping);
  try {
    let last = held('image');
    mapping.layers.forEach((mapped, index) => {
      const input = held(mapped.layer.input);
      if (mapped.kind === 'macro') {
        const layer = prepared.get(mapped.layer.name);
        assert(layer !== undefined, `program of ${mapped.layer.name}`);
        const { residual } = mapped.layer;
        last = backend.runMacro(layer, input, residual && held(residual.input));
      } else last = backend.runPool(mapped.layer, input);
      maps.set(mapped.layer.name, last);
      for (const [name, reader] of lastReader)
        if (reader === index) {
          backend.release(held(name));
          maps.delete(name);
        }
    });
    return await backend.download(last);
  } finally {
    for (const map of maps.values()) backend.release(map);
  }
}

/** Index of the last layer that reads each map. */
function lastReaders(mapping: Mapping): ReadonlyMap<string, number> {
  const readers = new Map<string, number>();
  mapping.layers.forEach(({ layer }, index) => {
    readers.set(layer.input, index);
    if ('residual' in layer && layer.residual) readers.set(layer.residual.input, index);
  });
  return readers;
}

function defaultBatch(mapping: Mapping): number {
  let most = 1;
  for (const mapped of mapping.layers)
    if (mapped.kind === 'macro') most = Math.max(most, plannedActivity(mapped, 1).columnReads);
  return Math.max(1, Math.min(256, Math.floor(readsPerBatch / most)));
}

function checkNumbers(batch: number, seed: number): void {
  if (!Number.isInteger(batch) || batch < 1)
    throw new SimulationError({
      what: `batches of ${batch} images are not possible`,
      where: 'batch',
    });
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32)
    throw new SimulationError({
      what: `${seed} is not a seed`,
      where: 'seed',
      todo: 'use a whole number from 0 to 2^32 - 1',
    });
}

function checkImages(mapping: Mapping, images: FeatureMap): void {
  const { input, name } = mapping.network;
  const fits =
    images.height === input.height &&
    images.width === input.width &&
    images.channels === input.channels;
  if (!fits || images.bits !== 8)
    throw new SimulationError({
      what: `images are ${shapeText(images)} of ${images.bits} bits, the network wants ${shapeText(input)} of 8`,
      where: [name, 'image'],
      todo: 'use the data set that the network was trained on',
    });
}

const addEvents = (a: CountedEvents | undefined, b: CountedEvents): CountedEvents => ({
  saturatedReads: (a?.saturatedReads ?? 0) + b.saturatedReads,
  zeroPhaseReads: (a?.zeroPhaseReads ?? 0) + b.zeroPhaseReads,
  overflowedSums: (a?.overflowedSums ?? 0) + b.overflowedSums,
});
