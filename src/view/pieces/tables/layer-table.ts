// The layers of a report as a table.

import type { LayerReport, Report } from '../../../report/report.ts';
import type { Ask } from '../../ui/ask.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { layerColumns } from './layer-columns.ts';
import { drawSortableTable, type SortableTable } from './sortable-table.ts';

/** What a press does; nothing by default. */
export interface LayerTableOptions {
  /** Opens the formula of a figure. */
  readonly ask?: Ask | undefined;
  /** Told of the layer whose name was pressed. */
  readonly onLayer?: ((name: string) => void) | undefined;
}

/** Draws the table; counts, cycles and energies are per image. The last row is the whole network. */
export function drawLayerTable(
  parent: ParentNode,
  report: Report,
  { ask, onLayer }: LayerTableOptions = {},
): PieceHandle<Report> {
  const table = drawSortableTable(
    parent,
    {
      file: 'layers',
      caption: 'Layers: counts, cycles and energy per image',
      ask,
      onRow: onLayer && (({ name }: LayerReport) => onLayer(name)),
    },
    tableOf(report),
  );
  return { ...table, update: (next) => table.update(tableOf(next)) };
}

const tableOf = (report: Report): SortableTable<LayerReport> => ({
  rows: report.layers,
  totalName: 'all layers',
  columns: layerColumns(report).map(({ field, ...column }) => ({
    ...column,
    path: (layer: LayerReport) => pathOf(layer, field),
  })),
});

/** Nothing is computed for the image, so no cycles of it have a formula. */
const pathOf = ({ name, kind }: LayerReport, field: string | undefined): string | undefined =>
  field === undefined || (kind === 'image' && field !== 'energy.total')
    ? undefined
    : `layers.${name}.${field}`;
