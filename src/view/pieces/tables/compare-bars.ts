// Several reports as bars: one group of bars for each figure, and where the cycles of a frame go, on one scale.

import {
  formatCount,
  formatEnergy,
  formatNumber,
  formatShare,
  formatWhole,
} from '../../../core/number-text.ts';
import { largest } from '../../../core/extremes.ts';
import { notSimulated } from '../../../report/fact.ts';
import type { Report } from '../../../report/report.ts';
import { make } from '../../ui/make-element.ts';
import type { NamedReport } from './compare-table.ts';

interface BarMeasure {
  readonly label: string;
  readonly value: (report: Report) => number | null;
  readonly format: (value: number) => string;
}

const measures: readonly BarMeasure[] = [
  { label: 'Accuracy', value: ({ accuracy }) => accuracy.top1, format: formatShare },
  {
    label: 'Frames per second',
    value: ({ performance }) => performance.framesPerSecond,
    format: formatCount,
  },
  { label: 'Energy per frame', value: ({ energy }) => energy.perFrame.total, format: formatEnergy },
  {
    label: 'TOPS/W executed',
    value: ({ topsPerWatt }) => topsPerWatt.executed,
    format: formatNumber,
  },
  { label: 'Area (mm²)', value: ({ area }) => area.total, format: formatNumber },
];

type Performance = Report['performance'];

/** What the cycles of a frame go to, in the order of the bar, with the colour of each. */
const cycleParts: readonly (readonly [string, (of: Performance) => number, string])[] = [
  ['compute', ({ computeCycles }) => computeCycles, '1'],
  ['load', ({ loadCycles }) => loadCycles, '2'],
  ['port', ({ stalls }) => stalls.port, '3'],
  ['drain', ({ stalls }) => stalls.drain, '4'],
  ['pool', ({ stalls }) => stalls.pool, '5'],
  ['barrier', ({ stalls }) => stalls.barrier, '6'],
  ['DRAM', ({ stalls }) => stalls.dram, '7'],
];

/** Draws the bars; names of runs are numbers with a key below. */
export function drawCompareBars(reports: readonly NamedReport[]): HTMLElement {
  return make('div', { class: 'mars-compare-bars', part: 'compare-bars' }, [
    make(
      'ol',
      { class: 'mars-compare-key' },
      reports.map(({ name }) => make('li', { text: name })),
    ),
    make(
      'div',
      { class: 'mars-compare-groups' },
      measures.map((one) => groupOf(one, reports)),
    ),
    cyclesGroup(reports),
  ]);
}

function groupOf(
  { label, value, format }: BarMeasure,
  reports: readonly NamedReport[],
): HTMLElement {
  const values = reports.map(({ report }) => value(report));
  const most = largest(values.flatMap((one) => one ?? [])) || 1;
  const rows = values.map((one, i) => {
    const fill = make('span', { class: `mars-compare-bar ${i === 0 ? 'is-first' : ''}` });
    fill.style.width = `${one === null ? 0 : (100 * one) / most}%`;
    return rowOf(i, [fill], one === null ? notSimulated : format(one));
  });
  return make('div', { class: 'mars-compare-group' }, [
    make('p', { class: 'mars-caption', text: label }),
    ...rows,
  ]);
}

function cyclesGroup(reports: readonly NamedReport[]): HTMLElement {
  const most = largest(reports.map(({ report }) => report.performance.cyclesPerFrame)) || 1;
  const known = cycleParts.filter(([, of]) =>
    reports.some(({ report }) => of(report.performance) > 0),
  );
  return make('div', { class: 'mars-compare-group' }, [
    make('p', { class: 'mars-caption', text: 'Cycles of a frame, by what they go to' }),
    make(
      'ul',
      { class: 'mars-legend' },
      known.map(([name, , color]) =>
        make('li', {}, [make('span', { class: `mars-swatch mars-fill-series-${color}` }), name]),
      ),
    ),
    ...reports.map(({ report: { performance } }, i) =>
      rowOf(
        i,
        known.map(([, of, color]) => {
          const part = make('span', { class: `mars-compare-bar mars-fill-series-${color}` });
          part.style.width = `${(100 * of(performance)) / most}%`;
          return part;
        }),
        formatWhole(performance.cyclesPerFrame),
      ),
    ),
  ]);
}

const rowOf = (number: number, bars: readonly HTMLElement[], text: string): HTMLElement =>
  make('p', { class: 'mars-compare-row' }, [
    make('span', { class: 'mars-compare-number', text: String(number + 1) }),
    make('span', { class: 'mars-compare-room', attributes: { 'aria-hidden': 'true' } }, bars),
    make('span', { class: 'mars-compare-value', text }),
  ]);
