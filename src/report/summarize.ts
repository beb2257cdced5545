// From a mapping, a simulation and a timeline to the report.

import { provenanceOf } from '../chips/sourced.ts';
import { isMacroLayer } from '../compress/compressed-network.ts';
import { assert } from '../core/errors.ts';
import { shapeText } from '../core/feature-map.ts';
import type { MappedLayer, Mapping } from '../mapping/map-to-chip.ts';
import { layerStorage, mappingStorage } from '../mapping/mapping-summary.ts';
import type { SimulationRun } from '../simulate/simulate.ts';
import { framesPerSecond, type Timeline } from '../timeline/timeline.ts';
import { dramEnergy, type EnergyBreakdown, layerEnergy, poolEnergy, sumEnergy } from './energy.ts';
import { type LayerReport, type Report, reportVersion } from './report.ts';

/** What a report tells beyond mapping, run and timeline. */
export interface RunFacts {
  /** 1 by default. */
  readonly seed?: number;
  /** Name of the data set and part; empty by default. */
  readonly dataset?: string;
  /** All null by default. */
  readonly accuracy?: Report['accuracy'];
}

const unknownAccuracy: Report['accuracy'] = {
  top1: null,
  floatTop1: null,
  quantizedTop1: null,
  agreement: null,
};

/** Puts a {@link Report} together. */
export function summarize(
  mapping: Mapping,
  run: SimulationRun,
  timeline: Timeline,
  facts: RunFacts = {},
): Report {
  const { chip, network } = mapping;
  const layers = mapping.layers.map((mapped) => layerReport(mapping, mapped, run, timeline));
  const energy = sumEnergy([...layers.map((layer) => layer.energy), poolEnergy(mapping)]);
  const storage = mappingStorage(mapping);
  const dram = dramEnergy(chip, storage.storedBits);
  const perWatt = (macs: number, picojoulesPerFrame: number): number =>
    (2 * macs) / picojoulesPerFrame;
  const share = (part: 'compute' | 'load' | 'wait'): number =>
    timeline.layers.reduce((sum, layer) => sum + layer[part], 0);
  return {
    version: reportVersion,
    seed: facts.seed ?? 1,
    network: network.name,
    chip: chip.name,
    dataset: facts.dataset ?? '',
    adapter: run.device,
    backend: run.backend,
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
    performance: {
      cyclesPerFrame: timeline.cyclesPerFrame,
      framesPerSecond: framesPerSecond(timeline),
      computeCycles: share('compute'),
      loadCycles: share('load'),
      stallCycles: share('wait'),
      utilization: timeline.cyclesPerFrame > 0 ? share('compute') / timeline.cyclesPerFrame : 0,
    },
    energy: { perFrame: energy, dram, activity: 'simulated' },
    topsPerWatt: {
      executed: perWatt(storage.macsKept, energy.total),
      denseEquivalent: perWatt(storage.macs, energy.total),
      executedWithDram: perWatt(storage.macsKept, energy.total + dram),
      denseEquivalentWithDram: perWatt(storage.macs, energy.total + dram),
    },
    layers,
    provenance: provenanceOf(chip),
  };
}

const noEnergy: EnergyBreakdown = sumEnergy([]);

function layerReport(
  mapping: Mapping,
  mapped: MappedLayer,
  run: SimulationRun,
  timeline: Timeline,
): LayerReport {
  const { layer } = mapped;
  const { name, kind, inputShape, outputShape } = layer;
  const shape = { input: shapeText(inputShape), output: shapeText(outputShape) };
  if (mapped.kind === 'pool' || !isMacroLayer(layer)) {
    const kernel =
      layer.kind === 'maxPool'
        ? `${layer.size}x${layer.size}`
        : `${inputShape.height}x${inputShape.width}`;
    const nothing = { macs: 0, groups: 0, groupsKept: 0, macroOps: 0, cycles: 0, energy: noEnergy };
    const noReads = { columnReads: 0, saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
    return { name, kind, shape: { ...shape, kernel }, ...nothing, ...noReads };
  }
  const activity = run.activity.find((candidate) => candidate.layer === name);
  const time = timeline.layers.find((candidate) => candidate.layer === name);
  assert(activity !== undefined && time !== undefined, `activity and time of ${name}`);
  const storage = layerStorage(mapped);
  return {
    name,
    kind,
    shape: { ...shape, kernel: `${layer.geometry.kernelHeight}x${layer.geometry.kernelWidth}` },
    macs: storage.macs,
    groups: storage.groups,
    groupsKept: storage.groupsKept,
    macroOps: activity.macroOps / run.images,
    cycles: time.cycles,
    energy: layerEnergy(mapping.chip, mapped, activity, {
      images: run.images,
      cycles: time.cycles,
    }),
    columnReads: activity.columnReads / run.images,
    saturatedReads: activity.saturatedReads / run.images,
    zeroPhaseReads: activity.zeroPhaseReads / run.images,
    overflowedSums: activity.overflowedSums / run.images,
  };
}
