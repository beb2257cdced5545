// What the formulas of explanations count: events of one layer, or of a whole frame.

import { activationsPerImage } from '../../core/feature-map.ts';
import type { MappedLayer, Mapping } from '../../mapping/map-to-chip.ts';
import { poolReads } from '../../mapping/pool-reads.ts';
import type { StripPlan } from '../../mapping/strip-plan.ts';
import { imageName } from '../../network/graph.ts';
import type { Timeline } from '../../timeline/timeline.ts';
import { layerEvents } from '../energy.ts';
import type { LayerReport, Report } from '../report.ts';

/** Events of one image. */
export interface Counts {
  /** Column reads in phases that drive a word line, and in those that drive none. */
  readonly driven: number;
  readonly silent: number;
  /** Bits read from and written to the memories of feature maps. */
  readonly mapRead: number;
  readonly mapWritten: number;
  /** Additions of a kernel's macro-op to its accumulator. */
  readonly accumulations: number;
  readonly spilledBits: number;
  /** Activations that a requantizer makes. */
  readonly requantized: number;
  /** Weight and index bits read from the weight SRAM; bits of cells written. */
  readonly loadedBits: number;
  readonly writtenBits: number;
  readonly cycles: number;
  /** Cycles in which the macros of a core have nothing to do, on average. */
  readonly idleCycles: number;
}

/** The {@link Counts} of each row of a report, by its name. */
export function countsByRow(
  mapping: Mapping,
  timeline: Timeline,
  report: Report,
): ReadonlyMap<string, Counts> {
  const rows = new Map<string, Counts>();
  for (const row of report.layers) {
    const mapped = mapping.layers.find(({ layer }) => layer.name === row.name);
    rows.set(row.name, mapped ? layerCounts(mapping, mapped, timeline, row) : imageCounts(mapping));
  }
  return rows;
}

const none: Counts = {
  driven: 0,
  silent: 0,
  mapRead: 0,
  mapWritten: 0,
  accumulations: 0,
  spilledBits: 0,
  requantized: 0,
  loadedBits: 0,
  writtenBits: 0,
  cycles: 0,
  idleCycles: 0,
};

/** Sums of counts. */
export function sumCounts(all: Iterable<Counts>): Counts {
  const sums: Record<keyof Counts, number> = { ...none };
  for (const one of all)
    for (const name of Object.keys(none) as (keyof Counts)[]) sums[name] += one[name];
  return sums;
}

function imageCounts({ network, featureMaps }: Mapping): Counts {
  const bits = activationsPerImage(network.input) * network.activationBits;
  return { ...none, mapWritten: featureMaps.get(imageName) === 'DRAM' ? 0 : bits };
}

const stripBits = (plan: StripPlan | undefined, way: 'read' | 'written'): number =>
  8 * (plan?.strips.reduce((sum, strip) => sum + strip[way], 0) ?? 0);

function layerCounts(
  mapping: Mapping,
  mapped: MappedLayer,
  timeline: Timeline,
  row: LayerReport,
): Counts {
  const { chip, network } = mapping;
  const time = timeline.layers.find(({ layer }) => layer === row.name);
  const idle = time ? (time.pool + time.barrier + time.dram) / timeline.images : 0;
  const common = { ...none, cycles: row.cycles, idleCycles: idle };
  const [read, written] = [stripBits(mapped.strips, 'read'), stripBits(mapped.strips, 'written')];
  const activations = activationsPerImage(mapped.layer.outputShape);
  if (mapped.kind === 'pool')
    return {
      ...common,
      mapRead: poolReads(mapped.layer) * network.activationBits + written,
      mapWritten: activations * network.activationBits + read,
    };
  const events = layerEvents(chip, mapped);
  const outputBits = mapped.layer.requantize?.outputBits ?? 0;
  const stored = activations * outputBits;
  return {
    ...common,
    driven: row.columnReads - row.zeroPhaseReads,
    silent: row.zeroPhaseReads,
    mapRead: events.wordBits + (mapped.layer.residual ? stored : 0) + written,
    mapWritten: stored + read,
    accumulations: events.accumulations,
    spilledBits: events.spilledBits,
    requantized: outputBits > 0 ? activations : 0,
    loadedBits: events.loadedBits + events.indexBits,
    writtenBits: events.writtenBits,
  };
}
