// Loss, accuracy and density by epoch: three plots over one axis.

import * as Plot from '@observablehq/plot';
import { largest, smallest } from '../../../core/extremes.ts';
import { drawFigure } from '../figure/figure.ts';
import { drawLegend } from '../figure/legend.ts';
import type { LegendItem } from '../figure/legend-layout.ts';
import { formatNumber, formatShare } from '../../../core/number-text.ts';
import { makeSvg, type PieceHandle } from '../../ui/make-element.ts';
import { drawPlot, legendHeight, percent, seriesColor } from './base-plot.ts';
import { stageStarts, trainingData, type TrainingRecord } from './training-data.ts';

const panelHeight = 150;
const marginLeft = 52;

const legend: readonly LegendItem[] = [
  { label: 'training', color: seriesColor(0), mark: 'line' },
  { label: 'test', color: seriesColor(1), mark: 'line' },
  { label: 'groups not zero', color: seriesColor(2), mark: 'line' },
  { label: 'stage begins', color: 'var(--mars-muted)', mark: 'dashes' },
];

interface Line {
  readonly of: (record: TrainingRecord) => number | undefined;
  readonly color: string;
}

interface Panel {
  readonly label: string;
  readonly format: (value: number) => string;
  readonly lines: readonly Line[];
}

const panels: readonly Panel[] = [
  {
    label: 'loss',
    format: formatNumber,
    lines: [{ of: ({ loss }) => loss, color: seriesColor(0) }],
  },
  {
    label: 'accuracy',
    format: percent,
    lines: [
      { of: ({ accuracy }) => accuracy, color: seriesColor(0) },
      { of: ({ testAccuracy }) => testAccuracy, color: seriesColor(1) },
    ],
  },
  {
    label: 'density',
    format: percent,
    lines: [{ of: ({ density }) => density, color: seriesColor(2) }],
  },
];

/** Draws a training so far; records may be appended with `update`. */
export const drawTrainingPlot = (
  parent: ParentNode,
  records: readonly TrainingRecord[],
): PieceHandle<readonly TrainingRecord[]> =>
  drawFigure(
    parent,
    {
      name: 'training',
      describe: trainingData,
      draw: drawPanels,
      height: (_, width) => panels.length * panelHeight + legendHeight(legend, width),
    },
    records,
  );

function drawPanels(records: readonly TrainingRecord[], width: number): SVGSVGElement {
  const top = legendHeight(legend, width);
  const height = top + panels.length * panelHeight;
  const svg = makeSvg('svg', {
    class: 'mars-plot',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
  });
  svg.append(drawLegend(legend, 4, width - 8));
  panels.forEach((panel, i) => {
    const plot = drawPanel(panel, records, width);
    plot.setAttribute('y', String(top + i * panelHeight));
    svg.append(plot);
  });
  return svg;
}

function drawPanel(
  { label, format, lines }: Panel,
  records: readonly TrainingRecord[],
  width: number,
): SVGSVGElement {
  const starts = stageStarts(records);
  const epochs = records.map(({ epoch }) => epoch);
  const first = smallest(epochs);
  return drawPlot(
    { width, height: panelHeight, marginLeft, label },
    {
      marginTop: 28,
      marginBottom: 34,
      x: {
        label: 'epoch',
        domain: [first, Math.max(largest(epochs), first + 1)],
        tickFormat: (epoch: number) => (Number.isInteger(epoch) ? String(epoch) : ''),
        ticks: Math.max(2, Math.min(records.length, width / 60)),
        inset: 6,
      },
      y: { label: null, tickFormat: format, ticks: 4, grid: true, nice: true },
      marks: [
        Plot.ruleX(starts, { x: 'epoch', stroke: 'var(--mars-muted)', strokeDasharray: '4,3' }),
        Plot.text(label === 'loss' ? starts : [], {
          x: 'epoch',
          text: 'stage',
          frameAnchor: 'top',
          dy: -12,
          dx: 2,
          textAnchor: 'start',
          fill: 'var(--mars-muted)',
        }),
        ...lines.flatMap(({ of, color }) => {
          const known = records.filter((record) => of(record) !== undefined);
          return [
            Plot.line(known, { x: 'epoch', y: of, stroke: color, strokeWidth: 2 }),
            Plot.dot(known, {
              x: 'epoch',
              y: of,
              fill: color,
              r: 2.5,
              title: (record: TrainingRecord) =>
                `epoch ${record.epoch}, ${record.stage}: ${label} ${label === 'loss' ? formatNumber(record.loss) : formatShare(of(record) ?? null)}`,
            }),
          ];
        }),
      ],
    },
  );
}
