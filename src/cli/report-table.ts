// The report as a person reads it in a terminal.

import Table from 'cli-table3';
import pc from 'picocolors';
import type { ProvenanceEntry } from '../chips/index.ts';
import { shownTexts } from '../core/shown-text.ts';
import { countOf } from '../core/words.ts';
import { energyParts } from '../report/energy.ts';
import { noiseText } from '../report/noise-text.ts';
import type { LayerReport, Report } from '../report/report.ts';
import type { MacroPath } from '../simulate/macro-backend.ts';
import { borderless, bytes, count, energy, number, share } from './format.ts';

/** The whole report as text. Names that came from files cannot control the terminal. */
export function reportTable(exact: Report): string {
  const report = shownTexts(exact);
  return [
    heading(report),
    layerTable(report),
    energyTable(report),
    headlines(report),
    evidence(report),
  ].join('\n');
}

function heading(report: Report): string {
  const { compression } = report;
  return [
    `${pc.bold(report.network)} on ${pc.bold(report.chip)}, ${imagesText(report)}`,
    pc.dim(
      `${compression.weightBits}-bit weights, ${compression.activationBits}-bit activations, seed ${report.seed}; ${report.backend} on ${report.adapter}`,
    ),
    '',
  ].join('\n');
}

/** An estimate has no images; a network that was read from a stored image may not know its data set. */
function imagesText({ energy, images, dataset }: Report): string {
  if (energy.activity === 'estimated') return 'estimated without images';
  const count = countOf(images, 'image');
  return dataset === '' ? count : `${count} of ${dataset}`;
}

const columns = [
  'layer',
  'in',
  'kernel',
  'out',
  'MACs',
  'groups',
  'macro-ops',
  'cycles',
  'energy',
  'saturated reads',
];

function layerTable(report: Report): string {
  const table = new Table({
    ...borderless(columns.length),
    head: columns.map((text) => pc.dim(text)),
  });
  for (const layer of report.layers) table.push(layerRow(layer));
  return table.toString();
}

function layerRow(layer: LayerReport): string[] {
  const { name, shape } = layer;
  const shapes = [name, shape.input, shape.kernel, shape.output];
  const cost = [count(layer.cycles), energy(layer.energy.total)];
  if (layer.groups === 0) return [...shapes, '', '', '', ...cost, ''].map((cell) => pc.dim(cell));
  const saturated =
    layer.saturatedReads === 0 ? 'none' : share(layer.saturatedReads / layer.columnReads);
  const groups = `${layer.groupsKept} of ${layer.groups}`;
  return [...shapes, count(layer.macs), groups, count(layer.macroOps), ...cost, saturated];
}

const energyTitles: Readonly<Record<(typeof energyParts)[number], string>> = {
  macro: 'macros',
  featureMap: 'feature maps',
  accumulate: 'accumulators',
  requantize: 'requantizing',
  weightPath: 'weight path',
  static: 'static',
};

/** A bar as long as a share of the whole. */
function bar(part: number): string {
  const cells = Math.round(part * 32);
  return '█'.repeat(cells) + pc.dim('·'.repeat(32 - cells));
}

function energyTable(report: Report): string {
  const { perFrame, dram } = report.energy;
  const rows = energyParts.map((part) => {
    const ofTotal = perFrame[part] / perFrame.total;
    return `${pc.dim(energyTitles[part].padEnd(14))}${bar(ofTotal)} ${energy(perFrame[part]).padStart(8)}  ${share(ofTotal)}`;
  });
  const apart = pc.dim(`and, apart, ${energy(dram)} if the weights came from DRAM`);
  const total = `${pc.dim('energy/frame')}  ${pc.bold(energy(perFrame.total))}, ${report.energy.activity} activity ${apart}`;
  return `\n${total}\n${rows.join('\n')}`;
}

function headlines(report: Report): string {
  const { compression, topsPerWatt, energy: spent, area } = report;
  const rows: readonly (readonly [string, string])[] = [
    ...accuracyRow(report),
    ...noiseRow(report),
    [
      'kept',
      `${compression.groupsKept} of ${compression.groups} groups: ${share(compression.weightsKept)} of the weights, ${share(compression.macsKept)} of the MACs`,
    ],
    [
      'stored',
      `${bytes(compression.storedBits)} (${bytes(compression.indexBits)} of it index codes), dense ${bytes(compression.denseBits)}`,
    ],
    ...computedRow(report),
    ...overflows(report),
    ['speed', speedText(report)],
    [
      'efficiency',
      `${pc.bold(`${number(topsPerWatt.executed)} TOPS/W`)} executed, ${number(topsPerWatt.denseEquivalent)} dense-equivalent; with DRAM ${number(topsPerWatt.executedWithDram)} and ${number(topsPerWatt.denseEquivalentWithDram)}`,
    ],
    [
      'power, area',
      `${number(spent.averagePower)} mW; ${number(area.total)} mm²: ${area.parts.map((one) => `${areaTitles[one.part]} ${number(one.area)} (${one.evidence})`).join(', ')}`,
    ],
  ];
  return `\n${rows.map(([title, text]) => `${pc.dim(title.padEnd(14))}${text}`).join('\n')}`;
}

function accuracyRow(report: Report): readonly (readonly [string, string])[] {
  if (report.notSimulated !== undefined)
    return [['accuracy', pc.yellow('not known: no image was simulated, this is an estimate')]];
  return report.accuracy.top1 === null ? [] : [['accuracy', accuracyText(report)]];
}

/** The noise that was simulated; nothing where there was none. */
function noiseRow({ noise, seed, energy }: Report): readonly (readonly [string, string])[] {
  const text = noiseText(noise);
  if (text === 'none' || energy.activity === 'estimated') return [];
  return [['noise', `${text} (deviations; 1 unit is a cell’s discharge at digit 1), seed ${seed}`]];
}

/** Which shortcuts the simulation took, and how much memory. Nothing where none was run. */
function computedRow({ layers, peakMemory }: Report): readonly (readonly [string, string])[] {
  const paths = [...new Set(layers.flatMap(({ path }) => path ?? []))];
  if (paths.length === 0) return [];
  const ways = paths.map((path) => {
    const names = layers.filter((layer) => layer.path === path).map(({ name }) => name);
    return `${pathTexts[path]} (${countOf(names.length, 'layer')})`;
  });
  const memory = peakMemory === null ? '' : `; at most ${bytes(8 * peakMemory)} on the device`;
  return [['computed', `${ways.join(', ')}${memory}`]];
}

const pathTexts: Readonly<Record<MacroPath, string>> = {
  'bit lines': 'every column read through the ADC',
  'dot product': 'as dot products, since the ADC loses nothing',
  'dot product, clips corrected': 'as dot products less what the ADC clips',
};

/** Sums that an accumulator could not hold: never silent. */
function overflows({ layers }: Report): readonly (readonly [string, string])[] {
  const over = layers.filter((layer) => layer.overflowedSums > 0);
  if (over.length === 0) return [];
  const text = over
    .map(({ name, overflowedSums }) => `${name} ${count(overflowedSums)}`)
    .join(', ');
  return [
    [
      'overflow',
      pc.yellow(`sums per image that did not fit the accumulator and were clamped: ${text}`),
    ],
  ];
}

const areaTitles = {
  macros: 'macros',
  featureMap: 'feature maps',
  weightSram: 'weight SRAM',
  accumulators: 'accumulators',
};

function accuracyText({ accuracy, images }: Report): string {
  const { top1, quantizedTop1, floatTop1, floatImages, agreement } = accuracy;
  const part =
    floatImages > 0 && floatImages < images ? ` (first ${countOf(floatImages, 'image')})` : '';
  return `${pc.bold(share(top1))} on the chip; ${share(quantizedTop1)} in exact integers, ${share(floatTop1)} in float${part}; same class as exact on ${share(agreement)}`;
}

function speedText({ performance }: Report): string {
  const { stalls } = performance;
  const parts = [
    `compute ${count(performance.computeCycles)}`,
    `load ${count(performance.loadCycles)}`,
    `stall ${count(performance.stallCycles)}`,
  ];
  const causes = (['barrier', 'port', 'drain', 'pool'] as const).map(
    (cause) => `${cause} ${count(stalls[cause])}`,
  );
  const gain =
    performance.balance === 'none'
      ? ''
      : `; ${performance.balance} gains ${share(performance.balanceGain - 1)}`;
  return `${pc.bold(`${count(performance.framesPerSecond)} frames/s`)}, ${count(performance.cyclesPerFrame)} cycles per frame: ${parts.join(', ')} ${pc.dim(`(${causes.join(', ')})`)}${gain}`;
}

function evidence({ provenance }: Report): string {
  const of = (evidence: ProvenanceEntry['evidence']): number =>
    provenance.filter((entry) => entry.evidence === evidence).length;
  return `\n${pc.dim(`Of the chip's ${provenance.length} numbers ${of('read')} were read in their source, ${of('inferred')} inferred, ${of('assumed')} assumed: report.json, "provenance".`)}\n`;
}
