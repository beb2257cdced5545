// The figures of a point that rows, statistics and plots know, with their units.

import type { Report } from '../report/report.ts';

/** A figure of a point. */
export interface Figure {
  readonly name: FigureName;
  /** As an axis of a plot names it, with its unit. */
  readonly label: string;
  /** Whether it is a share, 0 ... 1. */
  readonly isShare?: true;
  /** Whether more is better; undefined: neither is. */
  readonly moreIsBetter?: boolean;
  /** Its value in a report; null where nothing was simulated. */
  readonly of: (report: Report) => number | null;
}

/** Names of the figures. */
export type FigureName =
  | 'accuracy'
  | 'quantizedAccuracy'
  | 'floatAccuracy'
  | 'agreement'
  | 'framesPerSecond'
  | 'cyclesPerFrame'
  | 'energyPerFrame'
  | 'dramEnergy'
  | 'averagePower'
  | 'topsPerWatt'
  | 'topsPerWattExecuted'
  | 'area'
  | 'weightsKept'
  | 'macsKept'
  | 'storedBits'
  | 'columnReads'
  | 'saturatedReads'
  | 'overflowedSums';

/** Values by name; null where nothing was simulated. */
export type Figures = Readonly<Record<FigureName, number | null>>;

const total = (report: Report, of: (layer: Report['layers'][number]) => number): number =>
  report.layers.reduce((sum, layer) => sum + of(layer), 0);
/** Counts of events mean nothing in an estimate. */
const counted = (report: Report, of: (layer: Report['layers'][number]) => number): number | null =>
  report.energy.activity === 'simulated' ? total(report, of) : null;

/** Every figure, in the order that rows have them. */
export const figures: readonly Figure[] = [
  {
    name: 'accuracy',
    isShare: true,
    label: 'accuracy on the chip',
    moreIsBetter: true,
    of: ({ accuracy }) => accuracy.top1,
  },
  {
    name: 'quantizedAccuracy',
    isShare: true,
    label: 'accuracy of the integer network',
    moreIsBetter: true,
    of: ({ accuracy }) => accuracy.quantizedTop1,
  },
  {
    name: 'floatAccuracy',
    isShare: true,
    label: 'accuracy in real arithmetic',
    moreIsBetter: true,
    of: ({ accuracy }) => accuracy.floatTop1,
  },
  {
    name: 'agreement',
    isShare: true,
    label: 'same class as the integer network',
    moreIsBetter: true,
    of: ({ accuracy }) => accuracy.agreement,
  },
  {
    name: 'framesPerSecond',
    label: 'frames per second',
    moreIsBetter: true,
    of: ({ performance }) => performance.framesPerSecond,
  },
  {
    name: 'cyclesPerFrame',
    label: 'cycles per frame',
    moreIsBetter: false,
    of: ({ performance }) => performance.cyclesPerFrame,
  },
  {
    name: 'energyPerFrame',
    label: 'energy per frame (pJ)',
    moreIsBetter: false,
    of: ({ energy }) => energy.perFrame.total,
  },
  {
    name: 'dramEnergy',
    label: 'DRAM energy per frame (pJ)',
    moreIsBetter: false,
    of: ({ energy }) => energy.dram,
  },
  {
    name: 'averagePower',
    label: 'average power (mW)',
    moreIsBetter: false,
    of: ({ energy }) => energy.averagePower,
  },
  {
    name: 'topsPerWatt',
    label: 'TOPS/W, dense-equivalent',
    moreIsBetter: true,
    of: ({ topsPerWatt }) => topsPerWatt.denseEquivalent,
  },
  {
    name: 'topsPerWattExecuted',
    label: 'TOPS/W, executed',
    moreIsBetter: true,
    of: ({ topsPerWatt }) => topsPerWatt.executed,
  },
  { name: 'area', label: 'area (mm²)', moreIsBetter: false, of: ({ area }) => area.total },
  {
    name: 'weightsKept',
    isShare: true,
    label: 'share of the weights stored',
    of: ({ compression }) => compression.weightsKept,
  },
  {
    name: 'macsKept',
    isShare: true,
    label: 'share of the MACs executed',
    of: ({ compression }) => compression.macsKept,
  },
  {
    name: 'storedBits',
    label: 'stored bits',
    moreIsBetter: false,
    of: ({ compression }) => compression.storedBits,
  },
  {
    name: 'columnReads',
    label: 'column reads per image',
    moreIsBetter: false,
    of: (report) => total(report, ({ columnReads }) => columnReads),
  },
  {
    name: 'saturatedReads',
    label: 'saturated column reads per image',
    moreIsBetter: false,
    of: (report) => counted(report, ({ saturatedReads }) => saturatedReads),
  },
  {
    name: 'overflowedSums',
    label: 'clamped sums per image',
    moreIsBetter: false,
    of: (report) => counted(report, ({ overflowedSums }) => overflowedSums),
  },
];

/** The figures of a report. */
export const figuresOf = (report: Report): Figures =>
  Object.fromEntries(figures.map(({ name, of }) => [name, of(report)])) as Figures;
