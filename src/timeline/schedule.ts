// Lays a mapping out in time. Layers run one after the other; a layer's tiles run on the cores as mapping placed them,
// with a barrier after each pass or at the end of the layer; ports and weight loads can hold cores up.

import type { Barrier } from '../chips/index.ts';
import { largest } from '../core/extremes.ts';
import { ceilDivide } from '../core/integer.ts';
import { cycles } from '../core/units.ts';
import { activationsPerImage } from '../core/feature-map.ts';
import type { MappedMacroLayer, MappedPoolLayer, Mapping } from '../mapping/map-to-chip.ts';
import type { TileRun } from '../mapping/place-tiles.ts';
import { poolReads } from '../mapping/pool-reads.ts';
import { coreItems, type StallModel } from './core-items.ts';
import { type CoreItem, type CoreStep, runCores } from './run-cores.ts';
import {
  isTileStep,
  type ControllerStep,
  type CycleShares,
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
}

/** The timeline of one image. */
export function schedule(mapping: Mapping, options: ScheduleOptions = {}): Timeline {
  const { chip, network, featureMaps } = mapping;
  const { stalls = 'modelled' } = options;
  const steps: ControllerStep[] = [];
  const layers: LayerTime[] = [];
  let now = 0;
  for (const mapped of mapping.layers) {
    const { steps: own, end } =
      mapped.kind === 'macro'
        ? scheduleMacro(mapping, mapped, now, stalls)
        : schedulePool(mapping, mapped, now, stalls);
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
    now = end;
  }
  return {
    network: network.name,
    chip: chip.name,
    cores: chip.cores.count.value,
    frequency: chip.clock.frequency.value,
    cyclesPerFrame: cycles(now),
    layers,
    steps,
  };
}

interface Scheduled {
  readonly steps: readonly ControllerStep[];
  readonly end: number;
}

function scheduleMacro(
  mapping: Mapping,
  mapped: MappedMacroLayer,
  start: number,
  stalls: StallModel,
): Scheduled {
  const { chip } = mapping;
  const cores = chip.cores.count.value;
  const { readPorts, writePorts } = chip.featureMap;
  const limits = {
    overlap: chip.controller.overlap.value,
    ports: { read: readPorts.value, write: writePorts.value },
  };
  const steps: ControllerStep[] = [];
  let now = start;
  for (const pass of passesOf(mapped.runs, chip.controller.barrier.value)) {
    const queues = Array.from({ length: cores }, (): CoreItem[] => []);
    for (const run of pass)
      for (const item of coreItems(chip, mapped, run, stalls)) queues[run.core]?.push(item);
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
  { layer }: MappedPoolLayer,
  start: number,
  stalls: StallModel,
): Scheduled {
  if (stalls === 'none') return { steps: [], end: start };
  const { portBits, readPorts, writePorts } = mapping.chip.featureMap;
  const cores = mapping.chip.cores.count.value;
  const bits = mapping.network.activationBits;
  const words = (activations: number): number => ceilDivide(activations * bits, portBits.value);
  const reading = ceilDivide(words(poolReads(layer)), Math.min(readPorts.value, cores));
  const writing = ceilDivide(words(activationsPerImage(layer.outputShape)), writePorts.value);
  const end = start + Math.max(reading, writing);
  const steps = Array.from({ length: cores }, (_, core) => ({
    ...idleStep(layer.name, 'pool', core),
    ...span(start, end),
  }));
  return { steps, end };
}

function controllerStep(mapped: MappedMacroLayer, step: CoreStep): ControllerStep {
  const { tile, load, half, groups, computeCycles } = step.item;
  return {
    kind: step.kind,
    layer: mapped.layer.name,
    core: step.core,
    half,
    tile,
    load,
    ...span(step.start, step.end),
    stalled: step.kind === 'compute' ? step.end - step.start - computeCycles : 0,
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

/** What the cores' cycles went to. A load counts where nothing else happens on its core. */
function sharesOf(steps: readonly ControllerStep[], length: number, cores: number): CycleShares {
  const sum = (kind: ControllerStep['kind'], of: (step: ControllerStep) => number): number =>
    steps.reduce((total, step) => total + (step.kind === kind ? of(step) : 0), 0) / cores;
  const stalled = (step: ControllerStep): number => (isTileStep(step) ? step.stalled : 0);
  const compute = sum('compute', (step) => step.cycles - stalled(step));
  const port = sum('compute', stalled);
  const drain = sum('drain', (step) => step.cycles);
  const pool = sum('pool', (step) => step.cycles);
  const barrier = sum('wait', (step) => step.cycles);
  return {
    compute,
    port,
    drain,
    pool,
    barrier,
    load: length - compute - port - drain - pool - barrier,
  };
}
