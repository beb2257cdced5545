// Headline figures of the chip and of the run itself.

import type { Evidence } from '../chips/index.ts';
import { type Fact, notSimulated } from './fact.ts';
import { noiseText } from './noise-text.ts';
import { formatNumber, formatWhole } from '../core/number-text.ts';
import { countOf } from '../core/words.ts';
import type { Report } from './report.ts';
import { isEstimated } from './report-words.ts';

/** How much of the network is stored. */
export function weightFacts({ compression }: Report): readonly Fact[] {
  const { groups, groupsKept, weightsKept, macsKept, weightBits, activationBits } = compression;
  const bits = (label: string, key: 'storedBits' | 'indexBits' | 'denseBits'): Fact => ({
    label,
    value: compression[key],
    unit: 'bits',
    path: `compression.${key}`,
  });
  return [
    {
      label: 'groups stored',
      value: groups === 0 ? null : groupsKept / groups,
      unit: 'share',
      path: 'compression.density',
      note: `${formatWhole(groupsKept)} of ${formatWhole(groups)}`,
      isMain: true,
    },
    { label: 'weights kept', value: weightsKept, unit: 'share', path: 'compression.weightsKept' },
    { label: 'MACs kept', value: macsKept, unit: 'share', path: 'compression.macsKept' },
    bits('stored network', 'storedBits'),
    bits('index codes of it', 'indexBits'),
    bits('dense network', 'denseBits'),
    { label: 'precision', value: `${weightBits}-bit weights, ${activationBits}-bit activations` },
  ];
}

const areaNames: Readonly<Record<Report['area']['parts'][number]['part'], string>> = {
  macros: 'area of the macros',
  featureMap: 'area of the feature maps',
  weightSram: 'area of the weight SRAM',
  accumulators: 'area of the accumulators',
};

/** The area by part. */
export const areaFacts = ({ area: { total, parts } }: Report): readonly Fact[] => [
  {
    label: 'area',
    value: total,
    unit: 'mm²',
    path: 'area.total',
    note: 'without control, wiring and pads',
  },
  ...parts.map(({ part, area, evidence }): Fact => ({
    label: areaNames[part],
    value: area,
    unit: 'mm²',
    path: `area.${part}`,
    evidence,
  })),
];

/** The power that is drawn whatever happens, by part; nothing in reports of before version 3. */
export const staticFacts = ({ energy: { staticPower } }: Report): readonly Fact[] =>
  staticPower === null
    ? []
    : [
        {
          label: 'static power',
          value: staticPower.total,
          unit: 'mW',
          path: 'energy.staticPower.total',
          note: (['control', 'cores', 'macros', 'sram'] as const)
            .map((part) => `${part === 'sram' ? 'SRAM' : part} ${formatNumber(staticPower[part])}`)
            .join(', '),
        },
      ];

/** What it was run with, and by what. */
export function runFacts(report: Report): readonly Fact[] {
  const { noise, seed, backend, adapter, peakMemory, backendChoice, checked } = report;
  const text = noiseText(noise);
  const hasNoise = text !== 'none' && !isEstimated(report);
  const isRun = !isEstimated(report);
  return [
    {
      label: 'noise',
      value: text,
      note: hasNoise
        ? 'standard deviations; 1 unit is a cell’s discharge at digit 1'
        : isEstimated(report)
          ? notSimulated
          : '',
    },
    { label: 'seed', value: String(seed) },
    {
      label: 'simulated by',
      value: isRun ? `${backend} on ${adapter}` : null,
      missing: 'nothing',
      ...(backendChoice !== undefined && isRun && { note: backendChoice }),
    },
    ...(checked && isRun
      ? [
          {
            label: 'checked on WebGPU',
            value: `${checked.adapter}: ${countOf(checked.images, 'image')}, equal`,
          },
        ]
      : []),
    {
      label: 'peak device memory',
      value: peakMemory === null ? null : 8 * peakMemory,
      unit: 'bits',
      path: 'peakMemory',
      missing: isRun ? 'no device used' : notSimulated,
    },
  ];
}

/** How many of the chip's numbers are known in which way. */
export function evidenceFacts({ provenance }: Report): readonly Fact[] {
  const fact = (evidence: Evidence, label: string, note = ''): Fact => ({
    label,
    value: provenance.filter((entry) => entry.evidence === evidence).length,
    unit: 'whole',
    path: `provenance.${evidence}`,
    note,
  });
  return [
    fact('read', 'read in their source', `of ${formatWhole(provenance.length)} numbers`),
    fact('inferred', 'inferred'),
    fact('assumed', 'assumed'),
  ];
}
