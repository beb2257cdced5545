// The columns of the layer table.

import { shapeText, sizeText } from '../../../core/feature-map.ts';
import type { LayerReport, Report } from '../../../report/report.ts';
import type { CellValue } from '../figure/csv.ts';
import { formatShare } from '../../../core/number-text.ts';

/** A column of the layer table; bars are lengths 0 ... 1. */
export interface LayerColumn {
  readonly label: string;
  value(layer: LayerReport): CellValue;
  text?(layer: LayerReport): string;
  bar?(layer: LayerReport): number;
}

const shareText = (share: number | null): string => (share === null ? '' : formatShare(share));

/** Columns for a report; cycles and energy have bars relative to the largest layer. */
export function layerColumns({ layers }: Report): readonly LayerColumn[] {
  const most = (of: (layer: LayerReport) => number): number =>
    layers.reduce((largest, layer) => Math.max(largest, of(layer)), 0);
  const [maxCycles, maxEnergy] = [most(({ cycles }) => cycles), most(({ energy }) => energy.total)];
  return [
    { label: 'layer', value: ({ name }) => name },
    { label: 'kind', value: ({ kind }) => kind },
    { label: 'output', value: ({ shape }) => shapeText(shape.output) },
    { label: 'kernel', value: ({ shape }) => sizeText(shape.kernel) },
    { label: 'MACs', value: ({ macs, groups }) => (groups === 0 ? null : macs) },
    { label: 'groups', value: ({ groups }) => (groups === 0 ? null : groups) },
    { label: 'stored', value: ({ groups, groupsKept }) => (groups === 0 ? null : groupsKept) },
    {
      label: 'density',
      value: densityOf,
      text: (layer) => shareText(densityOf(layer)),
      bar: (layer) => densityOf(layer) ?? 0,
    },
    { label: 'macro-ops', value: ({ macroOps, groups }) => (groups === 0 ? null : macroOps) },
    {
      label: 'cycles',
      value: ({ cycles }) => cycles,
      bar: ({ cycles }) => (maxCycles > 0 ? cycles / maxCycles : 0),
    },
    ...stripColumns(layers),
    {
      label: 'energy (nJ)',
      value: ({ energy }) => energy.total / 1000,
      text: ({ energy }) => (energy.total / 1000).toFixed(2),
      bar: ({ energy }) => (maxEnergy > 0 ? energy.total / maxEnergy : 0),
    },
    {
      label: 'saturated reads',
      value: saturationOf,
      text: (layer) => shareText(saturationOf(layer)),
    },
    { label: 'path', value: ({ path }) => path },
  ];
}

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

const densityOf = ({ groups, groupsKept }: LayerReport): number | null =>
  groups === 0 ? null : groupsKept / groups;

/** Null where nothing was read, or nothing was simulated. */
const saturationOf = ({ columnReads, saturatedReads, path }: LayerReport): number | null =>
  columnReads === 0 || path === null ? null : saturatedReads / columnReads;
