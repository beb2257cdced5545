// The rows of a report: the image's way in, then every layer, with what it counts, takes and costs for one image.

import type { ChipSpec } from '../chips/index.ts';
import { type AdcTable, fixedPointUnit, uniformAdc } from '../core/adc-table.ts';
import { assert } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { cycles as cyclesOf } from '../core/units.ts';
import type { MappedLayer, MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import { layerStorage } from '../mapping/mapping-summary.ts';
import { plannedActivity } from '../mapping/planned-activity.ts';
import { imageName } from '../network/graph.ts';
import type { SimulationRun } from '../simulate/simulate.ts';
import type { LayerTime, Timeline } from '../timeline/timeline.ts';
import {
  type EnergyBreakdown,
  imageEnergy,
  layerEvents,
  macroEnergy,
  poolEnergy,
} from './energy.ts';
import type { LayerReport } from './report.ts';

const nothing = { macs: 0, groups: 0, groupsKept: 0, macroOps: 0, adc: null, path: null };
const noReads = { columnReads: 0, saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };

/** The row of the image. */
export function imageReport(mapping: Mapping): LayerReport {
  const { network, featureMaps } = mapping;
  const writes = featureMaps.get(imageName) ?? 'bank 0';
  return {
    name: imageName,
    kind: 'image',
    cycles: 0,
    memories: { reads: 'outside', writes, adds: null },
    shape: {
      input: sizes(network.input),
      output: sizes(network.input),
      kernel: { height: 1, width: 1 },
    },
    strips: 0,
    dram: { read: 0, written: 0, weights: 0 },
    energy: imageEnergy(mapping),
    ...nothing,
    ...noReads,
  };
}

/** The time of a layer for one image. */
function timingOf(name: string, timeline: Timeline): LayerTime & { readonly idleCycles: number } {
  const time = timeline.layers.find((candidate) => candidate.layer === name);
  assert(time !== undefined, `time of ${name}`);
  const { images } = timeline;
  const idleCycles = (time.pool + time.barrier + time.dram) / images;
  return { ...time, cycles: cyclesOf(time.cycles / images), idleCycles };
}

/** Energy of a layer by what follows from the mapping alone. */
export function assumedEnergy(
  mapping: Mapping,
  mapped: MappedLayer,
  timeline: Timeline,
): EnergyBreakdown {
  const time = timingOf(mapped.layer.name, timeline);
  if (mapped.kind === 'pool') return poolEnergy(mapping, mapped, time);
  const unknown = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
  const activity = { ...plannedActivity(mapped, 1), ...unknown };
  return macroEnergy(mapping.chip, mapped, activity, { ...time, images: 1 });
}

/** The row of a layer. */
export function layerReport(
  mapping: Mapping,
  mapped: MappedLayer,
  run: SimulationRun,
  timeline: Timeline,
): LayerReport {
  const { layer } = mapped;
  const { name, kind, inputShape, outputShape } = layer;
  const time = timingOf(name, timeline);
  const { cycles, reads, writes, adds } = time;
  const strips = mapped.strips?.strips ?? [];
  const common = {
    name,
    kind,
    cycles,
    memories: { reads, writes, adds: adds ?? null },
    strips: strips.length,
    dram: {
      read: strips.reduce((sum, { read }) => sum + read, 0),
      written: strips.reduce((sum, { written }) => sum + written, 0),
      weights: mapped.kind === 'macro' ? weightBytes(mapping.chip, mapped) : 0,
    },
  };
  const shape = { input: sizes(inputShape), output: sizes(outputShape) };
  if (mapped.kind === 'pool') {
    const { height, width } = mapped.layer.window;
    const kernel = { height, width };
    const energy = poolEnergy(mapping, mapped, time);
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
    ...(storage.cellsUsed === undefined ? {} : { cellsUsed: storage.cellsUsed }),
    macroOps: activity.macroOps / run.images,
    adc: adcOf(mapped.adc),
    path: run.paths[name] ?? null,
    energy: macroEnergy(mapping.chip, mapped, activity, { ...time, images: run.images }),
    columnReads: activity.columnReads / run.images,
    saturatedReads: activity.saturatedReads / run.images,
    zeroPhaseReads: activity.zeroPhaseReads / run.images,
    overflowedSums: activity.overflowedSums / run.images,
  };
}

function adcOf(adc: AdcTable): LayerReport['adc'] {
  const uniform = uniformAdc(adc);
  const discharges = (value: number | undefined): number | null =>
    value === undefined ? null : value / fixedPointUnit;
  return {
    codes: adc.values.length,
    step: discharges(uniform?.step),
    offset: discharges(uniform?.offset),
  };
}

/** Bytes of weights and index codes that come from DRAM for one image. */
function weightBytes(chip: ChipSpec, mapped: MappedMacroLayer): number {
  if (chip.controller.weights.value !== 'dram') return 0;
  const { loadedBits, indexBits } = layerEvents(chip, mapped);
  return (loadedBits + indexBits) / 8;
}

/** The three numbers alone, in this order, whatever else a map has. */
const sizes = ({ height, width, channels }: Shape): Shape => ({ height, width, channels });
