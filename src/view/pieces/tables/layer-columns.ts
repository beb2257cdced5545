// The columns of the layer table.

import { shapeText, sizeText } from '../../../core/feature-map.ts';
import type { LayerReport, Report } from '../../../report/report.ts';
import type { CellValue } from '../figure/csv.ts';
import { cellText } from '../figure/figure-data.ts';
import { formatRareShare, formatShare, withTimes } from '../../../core/number-text.ts';
import { saturatedShare } from '../../../report/report-words.ts';

/** A column of the layer table; bars are lengths 0 ... 1. */
export interface LayerColumn {
  readonly label: string;
  value(layer: LayerReport): CellValue;
  text?(layer: LayerReport): string;
  bar?(layer: LayerReport): number;
  /** What `explain` calls its figures, below `layers.<name>.`; absent: no figures. */
  readonly field?: string;
  /** Of the whole network, and what `explain` calls that. */
  readonly total?: Total;
}

/** What stands in the last row. */
export interface Total {
  readonly value: CellValue;
  readonly text: string;
  readonly path: string;
}

/** As the headline has it: what is not 0 is not shown as 0. */
const rareText = (share: number | null): string => (share === null ? '' : formatRareShare(share));
const shareText = (share: number | null): string => (share === null ? '' : formatShare(share));

/** Columns for a report; cycles and energy have bars relative to the largest layer. */
export function layerColumns(report: Report): readonly LayerColumn[] {
  const { layers } = report;
  const total = totalsOf(report);
  const most = (of: (layer: LayerReport) => number): number =>
    layers.reduce((largest, layer) => Math.max(largest, of(layer)), 0);
  const [maxCycles, maxEnergy] = [most(({ cycles }) => cycles), most(({ energy }) => energy.total)];
  return [
    { label: 'layer', value: ({ name }) => name },
    { label: 'kind', value: ({ kind }) => kind },
    {
      label: 'output',
      value: ({ shape }) => shapeText(shape.output),
      text: ({ shape }) => withTimes(shapeText(shape.output)),
    },
    { label: 'kernel', value: kernelOf, text: (layer) => withTimes(kernelOf(layer) ?? '') },
    ...countColumns(total),
    {
      label: 'density',
      value: densityOf,
      text: (layer) => shareText(densityOf(layer)),
      bar: (layer) => densityOf(layer) ?? 0,
      field: 'density',
      total: total.density,
    },
    ...cellColumns(layers),
    {
      label: 'macro-ops',
      value: ({ macroOps, groups }) => (groups === 0 ? null : macroOps),
      field: 'macroOps',
      total: total.macroOps,
    },
    {
      label: 'cycles',
      value: ({ cycles }) => cycles,
      bar: ({ cycles }) => (maxCycles > 0 ? cycles / maxCycles : 0),
      field: 'cycles',
      total: total.cycles,
    },
    ...stripColumns(layers),
    {
      label: 'energy (nJ)',
      value: ({ energy }) => energy.total / 1000,
      text: ({ energy }) => (energy.total / 1000).toFixed(2),
      bar: ({ energy }) => (maxEnergy > 0 ? energy.total / maxEnergy : 0),
      field: 'energy.total',
      total: total.energy,
    },
    {
      label: 'saturated reads',
      value: saturationOf,
      text: (layer) => rareText(saturationOf(layer)),
      field: 'saturatedShare',
      ...(total.saturated && { total: total.saturated }),
    },
    { label: 'path', value: ({ path }) => path },
  ];
}

/** Multiply-accumulates and groups. */
const countColumns = (total: Totals): readonly LayerColumn[] => [
  {
    label: 'MACs',
    value: ({ macs, groups }) => (groups === 0 ? null : macs),
    field: 'macs',
    total: total.macs,
  },
  {
    label: 'groups',
    value: ({ groups }) => (groups === 0 ? null : groups),
    field: 'groups',
    total: total.groups,
  },
  {
    label: 'stored',
    value: ({ groups, groupsKept }) => (groups === 0 ? null : groupsKept),
    field: 'groupsKept',
    total: total.stored,
  },
];

/** The last row: sums, and shares of sums. */
function totalsOf(report: Report): Totals {
  const { layers, compression, performance, energy } = report;
  const whole = (value: number, path: string): Total => ({
    value,
    text: cellText(value),
    path,
  });
  const sum = (of: (layer: LayerReport) => number): number =>
    layers.reduce((all, layer) => all + of(layer), 0);
  const density = compression.groups === 0 ? null : compression.groupsKept / compression.groups;
  const saturated = saturatedShare(report);
  return {
    macs: whole(
      sum(({ macs }) => macs),
      'compression.macs',
    ),
    groups: whole(compression.groups, 'compression.groups'),
    stored: whole(compression.groupsKept, 'compression.groupsKept'),
    density: { value: density, text: shareText(density), path: 'compression.density' },
    macroOps: whole(
      sum(({ macroOps }) => macroOps),
      'performance.macroOps',
    ),
    cycles: whole(performance.cyclesPerFrame, 'performance.cyclesPerFrame'),
    energy: {
      value: energy.perFrame.total / 1000,
      text: (energy.perFrame.total / 1000).toFixed(2),
      path: 'energy.total',
    },
    saturated:
      saturated === null
        ? undefined
        : { value: saturated, text: rareText(saturated), path: 'reads.saturatedShare' },
  };
}

type Totals = Readonly<
  Record<'macs' | 'groups' | 'stored' | 'density' | 'macroOps' | 'cycles' | 'energy', Total>
> & { readonly saturated: Total | undefined };

/** What goes through DRAM; nothing where all maps fit and weights are on the chip. */
const stripColumns = (layers: readonly LayerReport[]): readonly LayerColumn[] =>
  layers.every(({ strips, dram }) => strips === 0 && dram.weights === 0)
    ? []
    : [
        { label: 'strips', value: ({ strips }) => (strips === 0 ? null : strips) },
        {
          label: 'DRAM (KB)',
          value: ({ dram }) => (dram.read + dram.written + dram.weights) / 1024,
          text: ({ dram }) => ((dram.read + dram.written + dram.weights) / 1024).toFixed(1),
        },
      ];

/** Where some convolution has several groups: how much of its stored groups is weights. */
const cellColumns = (layers: readonly LayerReport[]): readonly LayerColumn[] =>
  layers.every(({ cellsUsed }) => cellsUsed === undefined)
    ? []
    : [
        {
          label: 'cells used',
          value: ({ cellsUsed }) => cellsUsed ?? null,
          text: ({ cellsUsed }) => shareText(cellsUsed ?? null),
        },
      ];

/** Of what has one: a linear layer sees its whole map. */
const kernelOf = ({ kind, shape }: LayerReport): string | null =>
  kind === 'image' || kind === 'linear' ? null : sizeText(shape.kernel);

const densityOf = ({ groups, groupsKept }: LayerReport): number | null =>
  groups === 0 ? null : groupsKept / groups;

/** Null where nothing was read, or nothing was simulated. */
const saturationOf = ({ columnReads, saturatedReads, path }: LayerReport): number | null =>
  columnReads === 0 || path === null ? null : saturatedReads / columnReads;
