// The report as a person reads it in a terminal.

import Table from 'cli-table3';
import pc from 'picocolors';
import { shapeText, sizeText } from '../core/feature-map.ts';
import { shownTexts } from '../core/shown-text.ts';
import { type Fact, type FactGroup, factNote, factText, notSimulated } from '../report/fact.ts';
import { energyParts } from '../report/energy.ts';
import { headlineFacts } from '../report/headline-facts.ts';
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatRareShare,
  formatShare,
  formatWhole,
} from '../core/number-text.ts';
import type { LayerReport, Report } from '../report/report.ts';
import { subjectText } from '../report/report-words.ts';
import { borderless } from './borderless.ts';

/** The whole report as text. Names that came from files cannot control the terminal. */
export function reportTable(exact: Report): string {
  const report = shownTexts(exact);
  const groups = headlineFacts(report).map((group) =>
    group.title === partsTitle ? partBars(group, report) : groupText(group),
  );
  return `${pc.bold(subjectText(report))}\n\n${layerTable(report)}\n\n${groups.join('\n')}\n${pc.dim('Each number of the chip with its source: report.json, "provenance".')}\n`;
}

/** Columns of a report; what goes through DRAM only where something does. */
const columnsOf = (report: Report): readonly string[] => [
  'layer',
  'in',
  'kernel',
  'out',
  'MACs',
  'groups',
  'macro-ops',
  'cycles',
  ...(usesDram(report) ? ['strips', 'DRAM'] : []),
  'energy',
  'saturated reads',
];

const usesDram = ({ dram }: Report): boolean => dram.bytesPerFrame > 0;

function layerTable(report: Report): string {
  const columns = columnsOf(report);
  const table = new Table({
    ...borderless(columns.length),
    head: columns.map((text) => pc.dim(text)),
  });
  for (const layer of report.layers) table.push(layerRow(layer, usesDram(report)));
  return table.toString();
}

function layerRow(layer: LayerReport, hasDram: boolean): string[] {
  const { name, shape } = layer;
  const shapes = [name, shapeText(shape.input), sizeText(shape.kernel), shapeText(shape.output)];
  const { read, written, weights } = layer.dram;
  const bytes = read + written + weights;
  const outside = [
    layer.strips === 0 ? '' : String(layer.strips),
    bytes === 0 ? '' : formatBytes(8 * bytes),
  ];
  const cost = [
    formatWhole(layer.cycles),
    ...(hasDram ? outside : []),
    formatEnergy(layer.energy.total),
  ];
  if (layer.groups === 0) return [...shapes, '', '', '', ...cost, ''].map((cell) => pc.dim(cell));
  const used = layer.cellsUsed === undefined ? '' : `, ${formatShare(layer.cellsUsed)} used`;
  const groups = `${layer.groupsKept} of ${layer.groups}${used}`;
  return [
    ...shapes,
    formatCount(layer.macs),
    groups,
    formatWhole(layer.macroOps),
    ...cost,
    saturatedText(layer),
  ];
}

/** What an estimate does not know is no 0. */
function saturatedText({ columnReads, saturatedReads, path }: LayerReport): string {
  if (path === null) return notSimulated;
  return columnReads === 0 ? 'no reads' : formatRareShare(saturatedReads / columnReads);
}

/** Width of the titles, and of the lines where facts are that short. */
const titleWidth = 15;
const lineWidth = 110;

/** A group's title, and its facts behind it in as few lines as they need. */
function groupText({ title, facts }: FactGroup): string {
  const lines: string[][] = [[]];
  let used = 0;
  for (const fact of facts) {
    const length = plainText(fact).length + 2;
    if (used > 0 && titleWidth + used + length > lineWidth) {
      lines.push([]);
      used = 0;
    }
    lines.at(-1)?.push(shownText(fact));
    used += length;
  }
  const texts = lines.map((line) => line.join('; '));
  return `${pc.dim(title.padEnd(titleWidth))}${texts.join(`;\n${' '.repeat(titleWidth)}`)}`;
}

const noteText = (fact: Fact): string => {
  const note = factNote(fact);
  return note === '' ? '' : ` (${note})`;
};

/** A number stands before its name, words behind it: `29.4 k frames per second`, `noise none`. */
function inOrder({ label, value }: Fact, text: string, plain: string): string {
  return typeof value === 'number' && /^\d/.test(plain) ? `${text} ${label}` : `${label} ${text}`;
}

/** A fact in one line without colours. */
const plainText = (fact: Fact): string =>
  `${inOrder(fact, factText(fact), factText(fact))}${noteText(fact)}`;

function shownText(fact: Fact): string {
  if (fact.isWarning) return pc.yellow(plainText(fact));
  const plain = factText(fact);
  return `${inOrder(fact, fact.isMain ? pc.bold(plain) : plain, plain)}${pc.dim(noteText(fact))}`;
}

/** The group that is drawn as bars. */
const partsTitle = 'energy by part';

/** A bar as long as a share of the whole. */
function bar(part: number): string {
  const cells = Number.isFinite(part) ? Math.round(part * 32) : 0;
  return '█'.repeat(cells) + pc.dim('·'.repeat(32 - cells));
}

function partBars({ title, facts }: FactGroup, { energy: { perFrame } }: Report): string {
  const rows = facts.map((fact, i) => {
    const part = energyParts[i];
    const share = part ? perFrame[part] / perFrame.total : 0;
    return `  ${fact.label.padEnd(17)}${bar(share)} ${factText(fact).padStart(8)}  ${factNote(fact)}`;
  });
  return [pc.dim(title), ...rows].join('\n');
}
