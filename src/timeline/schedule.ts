// Lays a mapping out in time. Layers run one after the other; a layer's tiles run on the cores as mapping placed them,
// with a barrier after each pass or at the end of the layer or strip; ports, weight loads and DRAM can hold cores up.

import { dramCycles } from '../chips/dram.ts';
import type { Barrier } from '../chips/index.ts';
import { largest } from '../core/extremes.ts';
import { ceilDivide } from '../core/integer.ts';
import { cycles } from '../core/units.ts';
import { activationsPerImage } from '../core/feature-map.ts';
import type {
  MappedLayer,
  MappedMacroLayer,
  MappedPoolLayer,
  Mapping,
} from '../mapping/map-to-chip.ts';
import { layerStorage } from '../mapping/mapping-summary.ts';
import type { TileRun } from '../mapping/place-tiles.ts';
import { poolReads } from '../mapping/pool-reads.ts';
import type { Strip, StripPlan } from '../mapping/strip-plan.ts';
import { coreItems, type StallModel } from './core-items.ts';
import { type CoreItem, type CoreStep, runCores } from './run-cores.ts';
import { runStrips } from './run-strips.ts';
import {
  isTileStep,
  type ControllerStep,
  type CycleShares,
  type DramTransfer,
  type LayerTime,
  type Timeline,
  type IdleStep,
  type StepTime,
} from './timeline.ts';

/** How to schedule. */
export interface ScheduleOptions {
  /**
   * `modelled` by default: ports, spilled partial sums, pipeline and pooling take their time. `none`: only loads,
   * macro-ops and barriers do, as closed formulas count.
   */
  readonly stalls?: StallModel;
  /** `modelled` by default; `none`: whatever DRAM moves is there at once. Without stalls it is so too. */
  readonly dram?: StallModel;
}

/** The timeline of one image, or of a batch where the chip shares weight loads among images. */
export function schedule(mapping: Mapping, options: ScheduleOptions = {}): Timeline {
  const { chip, network, featureMaps } = mapping;
  const { stalls = 'modelled' } = options;
  const dram = stalls === 'none' ? 'none' : (options.dram ?? 'modelled');
  const steps: ControllerStep[] = [];
  const layers: LayerTime[] = [];
  const transfers: DramTransfer[] = [];
  let now = 0;
  for (const mapped of mapping.layers) {
    const scheduled = scheduleLayer(mapping, mapped, now, { stalls, dram });
    const { end, steps: own } = scheduled;
    const residual = mapped.kind === 'macro' ? mapped.layer.residual : undefined;
    layers.push({
      layer: mapped.layer.name,
      start: cycles(now),
      cycles: cycles(end - now),
      ...sharesOf(own, end - now, chip.cores.count.value),
      reads: featureMaps.get(mapped.layer.input) ?? 'bank 0',
      writes: featureMaps.get(mapped.layer.name) ?? 'bank 0',
      adds: residual && featureMaps.get(residual.input),
    });
    for (const step of own) steps.push(step);
    for (const transfer of scheduled.transfers) transfers.push(transfer);
    now = end;
  }
  const images = chip.controller.batch.value;
  return {
    network: network.name,
    chip: chip.name,
    cores: chip.cores.count.value,
    frequency: chip.clock.frequency.value,
    images,
    cyclesPerFrame: cycles(now / images),
    layers,
    steps,
    transfers,
  };
}

/** What is modelled of what holds cores up. */
type Models = Required<ScheduleOptions>;

interface Scheduled {
  readonly steps: readonly ControllerStep[];
  readonly end: number;
}

/** A layer: all at once, or strip by strip. */
function scheduleLayer(
  mapping: Mapping,
  mapped: MappedLayer,
  start: number,
  models: Models,
): Scheduled & Pick<Timeline, 'transfers'> {
  const steps: ControllerStep[] = [];
  /** Schedules a strip, or all of the layer; returns its end. */
  const compute = (strip: number | undefined, from: number): number => {
    const { steps: own, end } =
      mapped.kind === 'macro'
        ? scheduleMacro(mapping, mapped, from, { ...models, strip })
        : schedulePool(mapping, mapped, from, { ...models, strip });
    for (const step of own) steps.push(step);
    return end;
  };
  const { strips } = mapped;
  if (!strips) return { steps, end: compute(undefined, start), transfers: [] };
  const { chip } = mapping;
  // Weights that come the same way take half of it.
  const share = mapped.kind === 'macro' && chip.controller.weights.value === 'dram' ? 2 : 1;
  const run = runStrips(strips.strips, {
    start,
    buffers: strips.buffers,
    transferCycles: (bytes) =>
      models.dram === 'none' || bytes === 0 ? 0 : Math.ceil(dramCycles(chip, bytes * share, 1)),
    compute,
  });
  const layer = mapped.layer.name;
  for (const { start: from, end } of run.waits)
    for (let core = 0; core < chip.cores.count.value; core++)
      steps.push({ ...idleStep(layer, 'dram', core), ...span(from, end) });
  const transfers = run.transfers.map(({ kind, start: from, end, bytes }) => ({
    layer,
    kind,
    ...span(from, end),
    bytes,
  }));
  return { steps, end: run.end, transfers };
}

function scheduleMacro(
  mapping: Mapping,
  mapped: MappedMacroLayer,
  start: number,
  { stalls, dram, strip }: Models & { readonly strip: number | undefined },
): Scheduled {
  const { chip } = mapping;
  const cores = chip.cores.count.value;
  const { readPorts, writePorts } = chip.featureMap;
  const limits = {
    overlap: chip.controller.overlap.value,
    ports: { read: readPorts.value, write: writePorts.value },
  };
  const runs = strip === undefined ? mapped.runs : mapped.runs.filter((run) => run.strip === strip);
  const fromDram = dram === 'modelled' && chip.controller.weights.value === 'dram';
  const indexBits = fromDram ? indexBitsPerGroup(mapped) : 0;
  const ways = mapped.strips ? 2 : 1;
  const steps: ControllerStep[] = [];
  let now = start;
  for (const pass of passesOf(runs, chip.controller.barrier.value)) {
    const busy = new Set(pass.map(({ core }) => core)).size;
    const model = { stalls, dramCores: fromDram ? busy * ways : 0, indexBits };
    const queues = Array.from({ length: cores }, (): CoreItem[] => []);
    for (const run of pass)
      for (const item of coreItems(chip, mapped, run, model)) queues[run.core]?.push(item);
    const ends = queues.map(() => now);
    for (const step of runCores(queues, now, limits)) {
      ends[step.core] = Math.max(ends[step.core] ?? now, step.end);
      steps.push(controllerStep(mapped, step));
    }
    const end = largest([now, ...ends]);
    ends.forEach((ownEnd, core) => {
      if (ownEnd < end)
        steps.push({ ...idleStep(mapped.layer.name, 'wait', core), ...span(ownEnd, end) });
    });
    now = end;
  }
  return { steps, end: now };
}

function indexBitsPerGroup(mapped: MappedMacroLayer): number {
  const { indexBits, groupsKept } = layerStorage(mapped);
  return groupsKept > 0 ? indexBits / groupsKept : 0;
}

/** Runs that start together: those of a pass, or all of them where only the layer ends with a barrier. */
function passesOf(runs: readonly TileRun[], barrier: Barrier): readonly (readonly TileRun[])[] {
  if (barrier === 'layer') return [runs];
  const passes: TileRun[][] = [];
  for (const run of runs) (passes[run.pass] ??= []).push(run);
  return passes;
}

/** Every core pools its channels: reading is limited by the read ports, writing by the write ports. */
function schedulePool(
  mapping: Mapping,
  { layer, strips }: MappedPoolLayer,
  start: number,
  { stalls, strip }: Models & { readonly strip: number | undefined },
): Scheduled {
  if (stalls === 'none') return { steps: [], end: start };
  const { portBits, readPorts, writePorts } = mapping.chip.featureMap;
  const cores = mapping.chip.cores.count.value;
  const bits = mapping.network.activationBits * mapping.chip.controller.batch.value;
  const words = (activations: number): number => ceilDivide(activations * bits, portBits.value);
  const reading = ceilDivide(words(poolReads(layer)), Math.min(readPorts.value, cores));
  const writing = ceilDivide(words(activationsPerImage(layer.outputShape)), writePorts.value);
  const whole = Math.max(reading, writing);
  // A strip takes its share, such that all strips together take the whole.
  const upTo = (count: number): number => Math.ceil(whole * shareOf(strips, count));
  const length = strip === undefined ? whole : upTo(strip + 1) - upTo(strip);
  const end = start + length;
  const steps = Array.from({ length: cores }, (_, core) => ({
    ...idleStep(layer.name, 'pool', core),
    ...span(start, end),
  }));
  return { steps, end };
}

/** The first `count` strips over all of them, by what they move. */
function shareOf(plan: StripPlan | undefined, count: number): number {
  const moved = (strips: readonly Strip[]): number =>
    strips.reduce((sum, { read, written }) => sum + read + written, 0);
  return plan ? moved(plan.strips.slice(0, count)) / moved(plan.strips) : 1;
}

function controllerStep(mapped: MappedMacroLayer, step: CoreStep): ControllerStep {
  const { tile, load, half, groups, computeCycles, dramCycles: late } = step.item;
  const stalls = { compute: step.end - step.start - computeCycles, load: late, drain: 0 };
  return {
    kind: step.kind,
    layer: mapped.layer.name,
    core: step.core,
    half,
    tile,
    load,
    ...span(step.start, step.end),
    stalled: stalls[step.kind],
    groups,
  };
}

const idleStep = (
  layer: string,
  kind: IdleStep['kind'],
  core: number,
): Omit<IdleStep, 'start' | 'cycles'> => ({ kind, layer, core });

const span = (start: number, end: number): Pick<StepTime, 'start' | 'cycles'> => ({
  start: cycles(start),
  cycles: cycles(end - start),
});

/**
 * What the cores' cycles went to. A load counts where nothing else happens on its core; of those that count, DRAM has the
 * share that it has of all loads.
 */
function sharesOf(steps: readonly ControllerStep[], length: number, cores: number): CycleShares {
  const sum = (kind: ControllerStep['kind'], of: (step: ControllerStep) => number): number =>
    steps.reduce((total, step) => total + (step.kind === kind ? of(step) : 0), 0) / cores;
  const stalled = (step: ControllerStep): number => (isTileStep(step) ? step.stalled : 0);
  const lasting = (step: ControllerStep): number => step.cycles;
  const compute = sum('compute', (step) => step.cycles - stalled(step));
  const port = sum('compute', stalled);
  const drain = sum('drain', lasting);
  const pool = sum('pool', lasting);
  const barrier = sum('wait', lasting);
  const waiting = sum('dram', lasting);
  const loading = length - compute - port - drain - pool - barrier - waiting;
  const late = sum('load', stalled);
  const fromDram = late > 0 ? loading * (late / sum('load', lasting)) : 0;
  return {
    compute,
    port,
    drain,
    pool,
    barrier,
    load: loading - fromDram,
    dram: waiting + fromDram,
  };
}
