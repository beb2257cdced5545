// From a mapping, a simulation and a timeline to the report.

import { readoutCost } from '../chips/adc-cost.ts';
import type { ChipSpec } from '../chips/index.ts';
import { noiseDeviations } from '../chips/noise-spec.ts';
import { provenanceOf } from '../chips/sourced.ts';
import { durationOf } from '../core/units.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import { type LayerStorage, mappingStorage } from '../mapping/mapping-summary.ts';
import type { SimulationRun } from '../simulate/simulate.ts';
import type { Schedules } from '../timeline/schedule-all.ts';
import { frameShares, framesPerSecond } from '../timeline/timeline.ts';
import { chipArea } from './area.ts';
import { dramEnergy, type EnergyBreakdown, sumEnergy } from './energy.ts';
import { assumedEnergy, imageReport, layerReport } from './layer-report.ts';
import { type DramBytes, type LayerReport, type Report, reportVersion } from './report.ts';
import { staticPower } from './static-power.ts';

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
  const rows = mapping.layers.map((mapped) => layerReport(mapping, mapped, run, timeline));
  const layers = [imageReport(mapping), ...rows];
  const storage = mappingStorage(mapping);
  const energy = energyOf(mapping, run, schedules, { layers, storedBits: storage.storedBits });
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
    energy,
    topsPerWatt: efficiencyOf(storage, energy),
    dram: dramOf(layers, schedules),
    area: { total: parts.reduce((sum, { area }) => sum + area, 0), parts },
    layers,
    provenance: provenanceOf(chip),
  };
}

/** Energy of a frame. */
function energyOf(
  mapping: Mapping,
  run: SimulationRun,
  { timeline }: Schedules,
  found: { readonly layers: readonly LayerReport[]; readonly storedBits: number },
): Report['energy'] {
  const { chip } = mapping;
  const [image, ...rows] = found.layers.map((layer) => layer.energy);
  // Added up as before there was a row for the image: its energy last.
  const sumOf = (own: readonly EnergyBreakdown[]): EnergyBreakdown =>
    sumEnergy(image ? [...own, image] : own);
  const perFrame = sumOf(rows);
  const { array, adc } = readoutCost(chip);
  return {
    perFrame,
    dram: dramEnergy(chip, dramBits(chip, found.storedBits, dramBytes(found.layers))),
    assumed: sumOf(mapping.layers.map((mapped) => assumedEnergy(mapping, mapped, timeline))),
    columnRead: { array, adc },
    staticPower: staticPower(chip),
    activity: run.activitySource,
    averagePower: perFrame.total / durationOf(timeline.cyclesPerFrame, timeline.frequency),
  };
}

/** Operations per picojoule are TOPS/W; one multiply-accumulate is two operations. */
const perWatt = (macs: number, energy: number): number => (2 * macs) / energy;

const efficiencyOf = (
  { macs, macsKept }: LayerStorage,
  { perFrame: { total }, dram }: Report['energy'],
): Report['topsPerWatt'] => ({
  executed: perWatt(macsKept, total),
  denseEquivalent: perWatt(macs, total),
  executedWithDram: perWatt(macsKept, total + dram),
  denseEquivalentWithDram: perWatt(macs, total + dram),
});

function dramOf(
  layers: readonly LayerReport[],
  { timeline, withoutDram }: Schedules,
): Report['dram'] {
  const moved = dramBytes(layers);
  const bytesPerFrame = moved.read + moved.written + moved.weights;
  return {
    ...moved,
    bytesPerFrame,
    bandwidth: (bytesPerFrame * framesPerSecond(timeline)) / 1e9,
    framesPerSecondWithout: framesPerSecond(withoutDram),
  };
}

function performanceOf(
  balance: Mapping['balance'],
  { timeline, beforeStalls, unbalanced }: Schedules,
): Report['performance'] {
  const { cyclesPerFrame } = timeline;
  const { compute, load, barrier, port, drain, pool, dram } = frameShares(timeline);
  return {
    cyclesPerFrame,
    framesPerSecond: framesPerSecond(timeline),
    computeCycles: compute,
    loadCycles: load,
    stallCycles: barrier + port + drain + pool + dram,
    stalls: { barrier, port, drain, pool, dram },
    framesPerSecondBeforeStalls: framesPerSecond(beforeStalls),
    balance,
    balanceGain: cyclesPerFrame > 0 ? unbalanced.cyclesPerFrame / cyclesPerFrame : 1,
    utilization: cyclesPerFrame > 0 ? compute / cyclesPerFrame : 0,
  };
}

/** What a frame's layers move of DRAM, together. */
function dramBytes(layers: readonly LayerReport[]): DramBytes {
  const sum = (of: (bytes: DramBytes) => number): number =>
    layers.reduce((total, { dram }) => total + of(dram), 0);
  return {
    read: sum(({ read }) => read),
    written: sum(({ written }) => written),
    weights: sum(({ weights }) => weights),
  };
}

/** Bits that count as DRAM's: where weights are taken to be on the chip, the stored network once. */
const dramBits = (chip: ChipSpec, storedBits: number, moved: DramBytes): number =>
  (chip.controller.weights.value === 'dram' ? 8 * moved.weights : storedBits) +
  8 * (moved.read + moved.written);
