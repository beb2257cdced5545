// The layers of a report as a table.

import type { Report } from '../../report/report.ts';
import type { PieceHandle } from '../make-element.ts';
import { layerColumns } from './layer-columns.ts';
import { drawSortableTable } from './sortable-table.ts';

/** Draws the table; counts, cycles and energies are per image. */
export function drawLayerTable(parent: ParentNode, report: Report): PieceHandle<Report> {
  const shown = (one: Report): Parameters<typeof table.update>[0] => ({
    rows: one.layers,
    columns: layerColumns(one),
  });
  const table = drawSortableTable(
    parent,
    { file: 'layers', caption: 'Layers: counts, cycles and energy per image' },
    { rows: report.layers, columns: layerColumns(report) },
  );
  return { ...table, update: (next) => table.update(shown(next)) };
}
