// A report as a table in the page.

import { noiseText } from '../report/noise-text.ts';
import type { Report } from '../report/report.ts';

const share = (value: number | null): string =>
  value === null ? 'unknown' : `${(100 * value).toFixed(2)} %`;

/** Headline figures and the layer table. */
export function drawReport(report: Report): HTMLElement {
  const { accuracy, compression, performance, topsPerWatt, energy } = report;
  const facts: readonly (readonly [string, string])[] = [
    ['Accuracy on the chip', share(accuracy.top1)],
    ['in exact integers', share(accuracy.quantizedTop1)],
    [`in float, ${accuracy.floatImages} images`, share(accuracy.floatTop1)],
    ['Noise', noiseText(report.noise)],
    ['Seed', String(report.seed)],
    ['Groups stored', `${compression.groupsKept} of ${compression.groups}`],
    ['Frames per second', performance.framesPerSecond.toFixed(0)],
    ['Energy per frame', `${(energy.perFrame.total / 1000).toFixed(1)} nJ`],
    ['TOPS/W executed', topsPerWatt.executed.toFixed(2)],
    ['TOPS/W dense-equivalent', topsPerWatt.denseEquivalent.toFixed(2)],
  ];
  const list = document.createElement('dl');
  for (const [term, value] of facts) {
    const pair = document.createElement('div');
    pair.append(text('dt', term), text('dd', value));
    list.append(pair);
  }
  const table = document.createElement('table');
  table.append(
    row('th', ['layer', 'output', 'groups', 'macro-ops', 'cycles', 'energy nJ', 'saturated reads']),
  );
  for (const layer of report.layers)
    table.append(
      row('td', [
        layer.name,
        layer.shape.output,
        layer.groups === 0 ? '' : `${layer.groupsKept} of ${layer.groups}`,
        String(layer.macroOps),
        String(layer.cycles),
        (layer.energy.total / 1000).toFixed(2),
        layer.columnReads === 0 ? '' : share(layer.saturatedReads / layer.columnReads),
      ]),
    );
  const section = document.createElement('section');
  section.append(list, table);
  return section;
}

function row(cell: 'td' | 'th', values: readonly string[]): HTMLTableRowElement {
  const tr = document.createElement('tr');
  tr.append(...values.map((value) => text(cell, value)));
  return tr;
}

function text(tag: 'dt' | 'dd' | 'td' | 'th', value: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = value;
  return node;
}
