// Accuracy against density, as rows.

import type { FigureData } from '../../src/view/pieces/figure/figure-data.ts';
import { formatShare } from '../../src/core/number-text.ts';

/** One network of a series. */
export interface DensityRow {
  /** Such as `group lasso`, `magnitude alone`. */
  readonly series: string;
  /** Share of the weight groups that are stored. */
  readonly density: number;
  readonly accuracy: number;
}

/** Names of the series in the order of their first rows. */
export const seriesOf = (rows: readonly DensityRow[]): readonly string[] => [
  ...new Set(rows.map(({ series }) => series)),
];

/** Words and rows of the density plot. */
export function densityData(rows: readonly DensityRow[]): FigureData {
  const ordered = [...rows].sort(
    (a, b) => a.series.localeCompare(b.series) || a.density - b.density,
  );
  const texts = seriesOf(rows).map((series) => {
    const sparsest = ordered.find((row) => row.series === series);
    return sparsest
      ? `${series} reaches ${formatShare(sparsest.accuracy)} at its least density, ${formatShare(sparsest.density)}`
      : series;
  });
  return {
    caption: 'Accuracy against density, the share of weight groups that are stored',
    summary: `Accuracy against density: ${texts.join('; ')}.`,
    table: {
      columns: ['series', 'density', 'accuracy'],
      rows: ordered.map(({ series, density, accuracy }) => [series, density, accuracy]),
    },
  };
}
