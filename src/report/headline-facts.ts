// The headline figures of a report: the one list that terminal, page and element show.

import type { MacroPath } from '../simulate/macro-backend.ts';
import { binomialInterval } from '../core/accuracy.ts';
import { areaFacts, evidenceFacts, runFacts, staticFacts, weightFacts } from './chip-facts.ts';
import { energyPartNames, energyParts } from './energy.ts';
import { type Fact, type FactGroup, notSimulated } from './fact.ts';
import {
  formatCount,
  formatNumber,
  formatRatio,
  formatShare,
  formatWhole,
} from '../core/number-text.ts';
import { countOf } from '../core/words.ts';
import type { Report } from './report.ts';
import { adcText, isEstimated, saturatedShare } from './report-words.ts';

/**
 * Every headline figure of a report, in groups.
 * @param dense report of the same network on a chip that stores all groups, to compare with; none by default
 */
export const headlineFacts = (report: Report, dense?: Report): readonly FactGroup[] => [
  { title: 'accuracy', facts: accuracyFacts(report) },
  { title: 'speed', facts: speedFacts(report, dense) },
  { title: 'energy', facts: energyFacts(report, dense) },
  { title: 'efficiency', facts: efficiencyFacts(report, dense) },
  { title: 'energy by part', facts: partFacts(report) },
  ...[{ title: 'DRAM', facts: dramFacts(report) }].filter(({ facts }) => facts.length > 0),
  { title: 'column reads', facts: readFacts(report) },
  { title: 'weights', facts: weightFacts(report) },
  { title: 'area', facts: areaFacts(report) },
  { title: 'run', facts: runFacts(report) },
  { title: 'chip numbers', facts: evidenceFacts(report) },
];

const known = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(', ');

function accuracyFacts(report: Report): readonly Fact[] {
  const { accuracy, images } = report;
  const { top1, quantizedTop1, floatTop1, floatImages, agreement } = accuracy;
  if (isEstimated(report))
    return [
      {
        label: 'accuracy on the chip',
        value: null,
        missing: notSimulated,
        note: report.notSimulated ?? 'an estimate runs no images',
        isMain: true,
      },
    ];
  const range = top1 === null ? undefined : binomialInterval(top1, images);
  return [
    {
      label: 'accuracy on the chip',
      value: top1,
      unit: 'share',
      path: 'accuracy.top1',
      note: known(countOf(images, 'image'), range ? `95 % interval ${intervalText(range)}` : ''),
      isMain: true,
    },
    {
      label: 'in exact integers',
      value: quantizedTop1,
      unit: 'share',
      path: 'accuracy.quantizedTop1',
    },
    {
      label: 'same class on the chip as in exact integers',
      value: agreement,
      unit: 'share',
      path: 'accuracy.agreement',
    },
    {
      label: 'in float',
      value: floatTop1,
      unit: 'share',
      path: 'accuracy.floatTop1',
      ...(floatImages === 0 && { missing: 'not run' }),
      note: floatImages === 0 ? '' : `first ${countOf(floatImages, 'image')}, nothing pruned`,
    },
  ];
}

/** Such as `0.5 × the dense chip`; empty without one, and where its activity is known in another way. */
function against(
  report: Report,
  dense: Report | undefined,
  of: (one: Report) => number,
  needsActivity = true,
): string {
  const base = dense ? of(dense) : 0;
  if (base <= 0 || (needsActivity && dense?.energy.activity !== report.energy.activity)) return '';
  return `${formatRatio(of(report) / base)} the dense chip`;
}

function speedFacts(report: Report, dense: Report | undefined): readonly Fact[] {
  const { performance } = report;
  const { cyclesPerFrame, computeCycles, loadCycles, stallCycles, stalls } = performance;
  const { balance, balanceGain } = performance;
  const ofFrame = (cycles: number): string => `${formatShare(cycles / cyclesPerFrame)} of a frame`;
  const causes = (['barrier', 'port', 'drain', 'pool', 'dram'] as const)
    .filter((cause) => cause !== 'dram' || stalls.dram > 0)
    .map((cause) => `${cause === 'dram' ? 'DRAM' : cause} ${formatWhole(stalls[cause])}`)
    .join(', ');
  return [
    {
      label: 'frames per second',
      value: performance.framesPerSecond,
      unit: 'count',
      path: 'performance.framesPerSecond',
      note: against(report, dense, (one) => one.performance.framesPerSecond, false),
      isMain: true,
    },
    {
      label: 'cycles per frame',
      value: cyclesPerFrame,
      unit: 'whole',
      path: 'performance.cyclesPerFrame',
    },
    {
      label: 'utilization',
      value: performance.utilization,
      unit: 'share',
      path: 'performance.utilization',
    },
    {
      label: 'compute cycles',
      value: computeCycles,
      unit: 'whole',
      path: 'performance.computeCycles',
    },
    {
      label: 'load cycles',
      value: loadCycles,
      unit: 'whole',
      path: 'performance.loadCycles',
      note: ofFrame(loadCycles),
    },
    {
      label: 'stall cycles',
      value: stallCycles,
      unit: 'whole',
      path: 'performance.stallCycles',
      note: `${ofFrame(stallCycles)}: ${causes}`,
    },
    {
      label: 'balance of kernel tiles',
      value: balance,
      note:
        balance === 'none' ? '' : `${formatRatio(balanceGain)} the frames per second without it`,
    },
  ];
}

function energyFacts(report: Report, dense: Report | undefined): readonly Fact[] {
  const { perFrame, dram, activity, averagePower } = report.energy;
  return [
    {
      label: 'energy per frame',
      value: perFrame.total,
      unit: 'pJ',
      path: 'energy.total',
      note: known(
        `${activity} activity`,
        against(report, dense, (one) => one.energy.perFrame.total),
      ),
      isMain: true,
    },
    {
      label: 'DRAM per frame',
      value: dram,
      unit: 'pJ',
      path: 'energy.dram',
      note: dramNote(report),
    },
    {
      label: 'energy per frame with DRAM',
      value: perFrame.total + dram,
      unit: 'pJ',
      path: 'energy.withDram',
    },
    {
      label: 'average power',
      value: averagePower,
      unit: 'mW',
      path: 'energy.averagePower',
      note: 'without DRAM',
      isMain: true,
    },
    ...staticFacts(report),
  ];
}

/** What the energy of DRAM is for. */
function dramNote({ dram, provenance }: Report): string {
  const source = provenance.find(({ parameter }) => parameter === 'controller.weights')?.value;
  const weights =
    source === 'dram'
      ? 'apart: weights as they are loaded'
      : 'apart, if the stored network is read from DRAM once per frame';
  return dram.read + dram.written > 0 ? `${weights}, and maps that do not fit the banks` : weights;
}

function efficiencyFacts(report: Report, dense: Report | undefined): readonly Fact[] {
  const { topsPerWatt, energy } = report;
  const activity = `${energy.activity} activity`;
  const fact = (label: string, key: keyof Report['topsPerWatt'], note: string): Fact => ({
    label,
    value: topsPerWatt[key],
    unit: 'TOPS/W',
    path: `topsPerWatt.${key}`,
    note: known(
      note,
      against(report, dense, (one) => one.topsPerWatt[key]),
    ),
  });
  return [
    {
      ...fact('TOPS/W executed', 'executed', `MACs of stored groups only, ${activity}`),
      isMain: true,
    },
    {
      ...fact(
        'TOPS/W executed, with DRAM',
        'executedWithDram',
        'stored network read once per frame',
      ),
      isMain: true,
    },
    fact(
      'TOPS/W dense-equivalent',
      'denseEquivalent',
      `MACs of pruned groups counted too, ${activity}`,
    ),
    fact('TOPS/W dense-equivalent, with DRAM', 'denseEquivalentWithDram', ''),
  ];
}

const partFacts = ({ energy: { perFrame, assumed } }: Report): readonly Fact[] =>
  energyParts.map((part) => ({
    label: energyPartNames[part],
    value: perFrame[part],
    unit: 'pJ',
    path: `energy.${part}`,
    note: known(
      formatShare(perFrame[part] / perFrame.total),
      perFrame[part] === assumed[part]
        ? ''
        : `${formatShare(1 - perFrame[part] / assumed[part])} below the estimate`,
    ),
  }));

/** What DRAM does; nothing to say where all fits the chip. */
function dramFacts({ dram, performance, layers }: Report): readonly Fact[] {
  if (dram.bytesPerFrame === 0) return [];
  const inStrips = layers.filter(({ strips }) => strips > 0).length;
  const bytes = (
    label: string,
    key: 'bytesPerFrame' | 'read' | 'written' | 'weights',
    note = '',
  ): Fact => ({
    label,
    value: 8 * dram[key],
    unit: 'bits',
    path: `dram.${key}`,
    note,
  });
  return [
    {
      ...bytes('moved by DRAM per frame', 'bytesPerFrame'),
      isMain: true,
      note: inStrips > 0 ? `${countOf(inStrips, 'layer')} in strips` : '',
    },
    bytes('of it maps read', 'read', 'halos included'),
    bytes('of it maps written', 'written'),
    bytes('of it weights', 'weights'),
    {
      label: 'GB/s of DRAM on average',
      value: dram.bandwidth,
      unit: 'count',
      path: 'dram.bandwidth',
    },
    {
      label: 'frames per second without DRAM',
      value: dram.framesPerSecondWithout,
      unit: 'count',
      path: 'dram.framesPerSecondWithout',
      note: `${formatRatio(dram.framesPerSecondWithout / performance.framesPerSecond)} those with it`,
    },
  ];
}

const pathTexts: Readonly<Record<MacroPath, string>> = {
  'bit lines': 'every column read through the ADC',
  'dot product': 'as dot products, since the ADC loses nothing',
  'dot product, clips corrected': 'as dot products less what the ADC clips',
};

/** What became of the column reads: how many saturated, which sums were clamped, and how they were computed. */
function readFacts(report: Report): readonly Fact[] {
  const { layers } = report;
  const missing = isEstimated(report) ? notSimulated : 'unknown';
  const total = (of: (layer: Report['layers'][number]) => number): number =>
    layers.reduce((sum, layer) => sum + of(layer), 0);
  const saturated = saturatedShare(report);
  const clamped = layers.filter(({ overflowedSums }) => overflowedSums > 0);
  const paths = [...new Set(layers.flatMap(({ path }) => path ?? []))].map((path) => {
    const count = layers.filter((layer) => layer.path === path).length;
    return `${pathTexts[path]} (${countOf(count, 'layer')})`;
  });
  return [
    {
      label: 'saturated reads',
      value: saturated,
      unit: 'rareShare',
      path: 'reads.saturatedShare',
      missing,
      note:
        saturated === null
          ? ''
          : `of ${formatCount(total(({ columnReads }) => columnReads))} column reads per image`,
      isMain: true,
    },
    {
      label: 'sums clamped by the accumulator',
      value: isEstimated(report)
        ? null
        : clamped.length === 0
          ? 'none'
          : total(({ overflowedSums }) => overflowedSums),
      unit: 'count',
      path: 'reads.overflowedSums',
      missing,
      note: clamped
        .map(({ name, overflowedSums }) => `${name} ${formatCount(overflowedSums)} per image`)
        .join(', '),
      isWarning: clamped.length > 0,
    },
    { label: 'computed', value: paths.length === 0 ? null : paths.join(', '), missing },
    {
      label: 'ADC',
      value: adcText(report) ?? null,
      note: readText(report),
    },
  ];
}

/** What a column read costs, in words. */
function readText({ energy: { columnRead } }: Report): string {
  if (columnRead === null) return 'the energy of a read was the same for every ADC';
  const { array, adc } = columnRead;
  return `${formatNumber(adc)} of ${formatNumber(array + adc)} fJ per column read`;
}

const intervalText = (ends: readonly number[]): string =>
  `${ends.map((end) => (100 * end).toFixed(1)).join(' to ')} %`;
