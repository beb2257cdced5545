// The layers of a report as a table.

import type { LayerReport, Report } from '../../../report/report.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { layerColumns } from './layer-columns.ts';
import { drawSortableTable, type SortableTable } from './sortable-table.ts';

/** Draws the table; counts, cycles and energies are per image. */
export function drawLayerTable(parent: ParentNode, report: Report): PieceHandle<Report> {
  const table = drawSortableTable(
    parent,
    { file: 'layers', caption: 'Layers: counts, cycles and energy per image' },
    tableOf(report),
  );
  return { ...table, update: (next) => table.update(tableOf(next)) };
}

const tableOf = (report: Report): SortableTable<LayerReport> => ({
  rows: report.layers,
  columns: layerColumns(report),
});
