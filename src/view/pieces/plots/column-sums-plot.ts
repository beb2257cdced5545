// Histogram of the sums on bit lines with the ADC's levels over it.

import * as Plot from '@observablehq/plot';
import { drawFigure } from '../figure/figure.ts';
import type { LegendItem } from '../figure/legend-layout.ts';
import { formatCount } from '../../../core/number-text.ts';
import { make, type PieceHandle } from '../../ui/make-element.ts';
import { drawPlot, legendHeight, seriesColor, tip } from './base-plot.ts';
import {
  type ColumnSum,
  type ColumnSums,
  columnSumsData,
  isSaturated,
} from './column-sums-data.ts';

const height = 260;
const marginLeft = 56;
/** Levels closer than this, in pixels, would be one grey area. */
const minLevelGap = 4;
const levelColor = 'var(--mars-muted)';

/** Draws the histogram; counts are on a logarithmic axis until the person switches it off. */
export function drawColumnSumsPlot(parent: ParentNode, data: ColumnSums): PieceHandle<ColumnSums> {
  const log = make('input', { attributes: { type: 'checkbox' } });
  log.checked = true;
  return drawFigure(
    parent,
    {
      name: 'column-sums',
      describe: columnSumsData,
      draw: (sums, width) => drawHistogram(sums, width, log.checked),
      height: (_, width) => height + legendHeight(legend, width),
      controls: (redraw) => {
        log.addEventListener('change', redraw);
        return [make('label', { class: 'mars-switch' }, [log, 'logarithmic counts'])];
      },
    },
    data,
  );
}

const legend: readonly LegendItem[] = [
  { label: 'converted', color: seriesColor(0) },
  { label: 'saturated', color: seriesColor(1) },
  { label: 'levels of the ADC', color: levelColor, mark: 'line' },
];

function drawHistogram(data: ColumnSums, width: number, isLog: boolean): SVGSVGElement {
  const { adc } = data;
  const sums = data.sums.filter(({ count }) => count > 0);
  const { levels } = adc;
  const ends = [...levels, ...sums.map(({ sum }) => sum)];
  const low = ends.reduce((least, value) => Math.min(least, value), Infinity) - 1;
  const high = ends.reduce((most, value) => Math.max(most, value), -Infinity) + 1;
  const most = sums.reduce((largest, { count }) => Math.max(largest, count), 1);
  const base = isLog ? 0.5 : 0;
  const minStep = levels.reduce(
    (least, level, i) => (i > 0 ? Math.min(least, level - (levels[i - 1] ?? 0)) : least),
    Infinity,
  );
  const gap = ((width - marginLeft) * minStep) / (high - low);
  const shown = gap >= minLevelGap ? levels : [levels[0] ?? 0, levels.at(-1) ?? 0];
  return drawPlot(
    { width, height, marginLeft, label: 'column reads', legend },
    {
      x: { domain: [low, high], label: 'sum on a bit line (unit discharges)' },
      y: {
        ...(isLog ? { type: 'log', domain: [base, most * 1.3] } : { domain: [0, most * 1.05] }),
        label: null,
        tickFormat: (count: number) => (count < 1 ? '' : formatCount(count)),
        ticks: 5,
        grid: true,
      },
      marks: [
        gap >= minLevelGap
          ? null
          : Plot.rect([shown], {
              x1: (pair: readonly number[]) => pair[0] ?? 0,
              x2: (pair: readonly number[]) => pair[1] ?? 0,
              y1: base,
              y2: most * (isLog ? 1.3 : 1.05),
              fill: levelColor,
              fillOpacity: 0.15,
            }),
        Plot.rect(sums, {
          x1: ({ sum }: ColumnSum) => sum - 0.4,
          x2: ({ sum }: ColumnSum) => sum + 0.4,
          y1: base,
          y2: 'count',
          fill: ({ sum }: ColumnSum) => (isSaturated(sum, adc) ? seriesColor(1) : seriesColor(0)),
          title: ({ sum, count }: ColumnSum) =>
            `sum ${sum}: ${formatCount(count)} reads${isSaturated(sum, adc) ? ', saturated' : ''}`,
          tip,
        }),
        Plot.ruleX(shown, { stroke: levelColor, strokeOpacity: 0.6 }),
        Plot.ruleY([base], { stroke: 'var(--mars-text)' }),
      ],
    },
  );
}
