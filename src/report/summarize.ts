// From a mapping, a simulation and a timeline to the report.

import { noiseDeviations } from '../chips/noise-spec.ts';
import { provenanceOf } from '../chips/sourced.ts';
import { assert } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { durationOf } from '../core/units.ts';
import type { MappedLayer, Mapping } from '../mapping/map-to-chip.ts';
import { layerStorage, mappingStorage } from '../mapping/mapping-summary.ts';
import type { SimulationRun } from '../simulate/simulate.ts';
import type { Schedules } from '../timeline/schedule-all.ts';
import { frameShares, framesPerSecond, type Timeline } from '../timeline/timeline.ts';
import { chipArea } from './area.ts';
import { dramEnergy, imageEnergy, macroEnergy, poolEnergy, sumEnergy } from './energy.ts';
import { type LayerReport, type Report, reportVersion } from './report.ts';

/** What a report tells beyond mapping, run and timeline. */
export interface RunFacts {
  /** Name of the data set and part; empty by default. */
  readonly dataset?: string;
  /** All null by default. */
  readonly accuracy?: Report['accuracy'];
  /** Why the backend was taken; undefined: it was asked for. */
  readonly backendChoice?: string | undefined;
  /** Undefined: nothing was compared with another backend. */
  readonly checked?: Report['checked'] | undefined;
}

const unknownAccuracy: Report['accuracy'] = {
  top1: null,
  floatTop1: null,
  floatImages: 0,
  quantizedTop1: null,
  agreement: null,
};

/**
 * Puts a {@link Report} together.
 * @param run a simulation, or `estimateRun(mapping)`
 * @param schedules `scheduleAll(mapping)`
 */
export function summarize(
  mapping: Mapping,
  run: SimulationRun,
  schedules: Schedules,
  facts: RunFacts = {},
): Report {
  const { chip, network } = mapping;
  const { timeline } = schedules;
  const layers = mapping.layers.map((mapped) => layerReport(mapping, mapped, run, timeline));
  const energy = sumEnergy([...layers.map((layer) => layer.energy), imageEnergy(mapping)]);
  const storage = mappingStorage(mapping);
  const dram = dramEnergy(chip, storage.storedBits);
  const parts = chipArea(chip);
  return {
    version: reportVersion,
    seed: run.seed,
    noise: noiseDeviations(chip.noise),
    network: network.name,
    chip: chip.name,
    dataset: facts.dataset ?? '',
    adapter: run.device,
    backend: run.backend,
    ...(facts.backendChoice !== undefined && { backendChoice: facts.backendChoice }),
    ...(facts.checked && { checked: facts.checked }),
    peakMemory: run.peakMemory ?? null,
    images: run.images,
    accuracy: facts.accuracy ?? unknownAccuracy,
    compression: {
      weightBits: network.weightBits,
      activationBits: network.activationBits,
      groups: storage.groups,
      groupsKept: storage.groupsKept,
      weightsKept: storage.weightsKept / storage.weights,
      macsKept: storage.macsKept / storage.macs,
      indexBits: storage.indexBits,
      storedBits: storage.storedBits,
      denseBits: storage.denseBits,
    },
    performance: performanceOf(mapping.balance, schedules),
    energy: {
      perFrame: energy,
      dram,
      activity: run.activitySource,
      averagePower: energy.total / durationOf(timeline.cyclesPerFrame, timeline.frequency),
    },
    topsPerWatt: {
      executed: perWatt(storage.macsKept, energy.total),
      denseEquivalent: perWatt(storage.macs, energy.total),
      executedWithDram: perWatt(storage.macsKept, energy.total + dram),
      denseEquivalentWithDram: perWatt(storage.macs, energy.total + dram),
    },
    area: { total: parts.reduce((sum, { area }) => sum + area, 0), parts },
    layers,
    provenance: provenanceOf(chip),
  };
}

/** Operations per picojoule are TOPS/W; one multiply-accumulate is two operations. */
const perWatt = (macs: number, energy: number): number => (2 * macs) / energy;

function performanceOf(
  balance: Mapping['balance'],
  { timeline, beforeStalls, unbalanced }: Schedules,
): Report['performance'] {
  const { cyclesPerFrame } = timeline;
  const { compute, load, barrier, port, drain, pool } = frameShares(timeline);
  return {
    cyclesPerFrame,
    framesPerSecond: framesPerSecond(timeline),
    computeCycles: compute,
    loadCycles: load,
    stallCycles: barrier + port + drain + pool,
    stalls: { barrier, port, drain, pool },
    framesPerSecondBeforeStalls: framesPerSecond(beforeStalls),
    balance,
    balanceGain: cyclesPerFrame > 0 ? unbalanced.cyclesPerFrame / cyclesPerFrame : 1,
    utilization: cyclesPerFrame > 0 ? compute / cyclesPerFrame : 0,
  };
}

function layerReport(
  mapping: Mapping,
  mapped: MappedLayer,
  run: SimulationRun,
  timeline: Timeline,
): LayerReport {
  const { layer } = mapped;
  const { name, kind, inputShape, outputShape } = layer;
  const time = timeline.layers.find((candidate) => candidate.layer === name);
  assert(time !== undefined, `time of ${name}`);
  const { cycles, reads, writes, adds } = time;
  const common = { name, kind, cycles, memories: { reads, writes, adds: adds ?? null } };
  const shape = { input: sizes(inputShape), output: sizes(outputShape) };
  if (mapped.kind === 'pool') {
    const { height, width } = mapped.layer.window;
    const kernel = { height, width };
    const nothing = { macs: 0, groups: 0, groupsKept: 0, macroOps: 0, path: null };
    const noReads = { columnReads: 0, saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
    const energy = poolEnergy(mapping, mapped, cycles);
    return { ...common, shape: { ...shape, kernel }, energy, ...nothing, ...noReads };
  }
  const activity = run.activity.find((candidate) => candidate.layer === name);
  assert(activity !== undefined, `activity of ${name}`);
  const storage = layerStorage(mapped);
  const { height, width } = mapped.layer.geometry.window;
  return {
    ...common,
    shape: { ...shape, kernel: { height, width } },
    macs: storage.macs,
    groups: storage.groups,
    groupsKept: storage.groupsKept,
    macroOps: activity.macroOps / run.images,
    path: run.paths[name] ?? null,
    energy: macroEnergy(mapping.chip, mapped, activity, { images: run.images, cycles }),
    columnReads: activity.columnReads / run.images,
    saturatedReads: activity.saturatedReads / run.images,
    zeroPhaseReads: activity.zeroPhaseReads / run.images,
    overflowedSums: activity.overflowedSums / run.images,
  };
}

/** The three numbers alone, in this order, whatever else a map has. */
const sizes = ({ height, width, channels }: Shape): Shape => ({ height, width, channels });
