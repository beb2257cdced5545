import { beforeAll, describe, expect, it } from 'vitest';
import { reportTable } from '../../src/cli/report-table.ts';
import { type Fact, factNote, factText } from '../../src/report/fact.ts';
import { headlineFacts } from '../../src/report/headline-facts.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { Report } from '../../src/report/report.ts';
import { summarize } from '../../src/report/summarize.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { mapped } from '../support/mapped.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

let small: Report;
let large: Report;
let dense: Report;
beforeAll(async () => {
  const network = tourNetwork();
  const mapping = mapped(network, { settings: ['adc.bits=3'], prunedGroups: 0.5 });
  const run = await simulate(mapping, noise(network.input, 3), { backend: openReference() });
  const accuracy = { top1: 1, floatTop1: 1, floatImages: 3, quantizedTop1: 1, agreement: 1 };
  small = summarize(mapping, run, scheduleAll(mapping), { dataset: 'noise', accuracy });
  large = summarize(mapping, estimateRun(mapping), scheduleAll(mapping));
  const stored = mapped(network, { settings: ['controller.sparsity=none'], prunedGroups: 0.5 });
  dense = summarize(stored, estimateRun(stored), scheduleAll(stored));
});

const allOf = (report: Report, other?: Report): readonly Fact[] =>
  headlineFacts(report, other).flatMap(({ facts }) => facts);

/** Values and notes as they are shown, by label. */
const shown = (report: Report, other?: Report): Record<string, readonly string[]> =>
  Object.fromEntries(
    allOf(report, other).map((fact) => [fact.label, [factText(fact), factNote(fact)]]),
  );

describe('the headline', () => {
  it('of a simulation tells accuracies with their images, and that it was simulated', () => {
    const facts = shown(small);

    expect(facts['accuracy on the chip']).toEqual([
      `${(100 * small.accuracy.top1!).toFixed(2)} %`,
      // Of n right ones of n, the lower end is n / (n + 1.96^2).
      `3 images, 95 % interval ${((100 * 3) / (3 + 1.959964 ** 2)).toFixed(1)} to 100.0 %`,
    ]);
    expect(facts['in float']![1]).toBe('first 3 images, nothing pruned');
    expect(facts['energy per frame']).toEqual([
      `${Number((small.energy.perFrame.total / 1000).toPrecision(3))} nJ`,
      'simulated activity',
    ]);
  });

  it('tells what DRAM costs, the power, what saturated, and how the numbers are known', () => {
    const facts = shown(small);
    const sum = (of: (layer: Report['layers'][number]) => number): number =>
      small.layers.reduce((all, layer) => all + of(layer), 0);
    const saturated =
      sum(({ saturatedReads }) => saturatedReads) / sum(({ columnReads }) => columnReads);
    const digits = (value: number): string => String(Number(value.toPrecision(3)));

    expect(saturated).toBeGreaterThan(0.001);
    expect(facts['saturated reads']![0]).toBe(`${(100 * saturated).toFixed(2)} %`);
    expect(facts['TOPS/W executed, with DRAM']![0]).toBe(
      digits(small.topsPerWatt.executedWithDram),
    );
    expect(facts['average power']![0]).toBe(`${digits(small.energy.averagePower)} mW`);
    expect(facts['ADC']![0]).toBe('3 bits, step 1, offset 0');
    expect(
      ['read in their source', 'inferred', 'assumed'].map((label) => Number(facts[label]![0])),
    ).toEqual(
      ['read', 'inferred', 'assumed'].map(
        (one) => small.provenance.filter(({ evidence }) => evidence === one).length,
      ),
    );
    for (const { part, area, evidence } of small.area.parts)
      expect(Object.values(facts), part).toContainEqual([`${digits(area)} mm²`, evidence]);
  });

  it('of an estimate shows neither accuracy nor events as a number, and says that it is one', () => {
    const facts = shown(large);

    for (const label of [
      'accuracy on the chip',
      'saturated reads',
      'sums clamped by the accumulator',
      'computed',
      'peak device memory',
    ])
      expect(facts[label]![0], label).toBe('not simulated');
    expect(facts['noise']![1]).toBe('not simulated');
    expect(facts['energy per frame']![1]).toBe('estimated activity');
  });

  it('shows what has no value as having none', () => {
    const { accuracy, topsPerWatt, compression } = small;
    const facts = shown({
      ...small,
      accuracy: { ...accuracy, top1: null, floatTop1: null, floatImages: 0 },
      topsPerWatt: { ...topsPerWatt, executed: Infinity },
      compression: { ...compression, groups: 0, groupsKept: 0, macsKept: Number.NaN },
    });

    expect(facts['accuracy on the chip']).toEqual(['unknown', '3 images']);
    expect(facts['in float']).toEqual(['not run', '']);
    expect(facts['TOPS/W executed']![0]).toBe('unknown');
    expect(facts['groups stored']![0]).toBe('unknown');
    expect(facts['MACs kept']![0]).toBe('unknown');
  });

  it('compares with the dense chip where it is given one', () => {
    const ratio = large.performance.framesPerSecond / dense.performance.framesPerSecond;
    const note = `${Number(ratio.toPrecision(3))} × the dense chip`;

    expect(shown(large, dense)['frames per second']![1]).toBe(note);
    // An estimated energy is no measure for a simulated one.
    const other: Report = { ...dense, energy: { ...dense.energy, activity: 'simulated' } };
    expect(shown(large, other)['frames per second']![1]).toBe(note);
    expect(shown(large, other)['energy per frame']![1]).toBe('estimated activity');
  });

  it('names each figure once', () => {
    const labels = allOf(small).map(({ label }) => label);

    expect(new Set(labels).size).toBe(labels.length);
  });
});

describe('the report of the terminal', () => {
  it('has every figure of the headline with its value and note', () => {
    for (const report of [small, large, clamped(small)]) {
      const text = reportTable(report).replaceAll(/\s+/g, ' ');
      for (const fact of allOf(report)) {
        const note = factNote(fact);
        const [value, label] = [factText(fact), fact.label];
        const either = [`${value} ${label}`, `${label} ${value}`].map((words) =>
          note === '' ? words : `${words} (${note})`,
        );
        const isBar = text.includes(`${value} ${note}`) && text.includes(`${label} `);
        expect(either.some((one) => text.includes(one)) || isBar, label).toBe(true);
      }
    }
  });

  it('says that an estimate simulated nothing, in every row', () => {
    const text = reportTable(large);

    expect(text).toContain('estimated from the mapping: no images were simulated');
    const rows = text
      .split('\n')
      .filter((line) =>
        large.layers.some(({ name, groups }) => groups > 0 && line.startsWith(`${name} `)),
      );
    expect(rows.length).toBeGreaterThan(3);
    for (const row of rows) expect(row).toMatch(/not simulated$/);
  });
});

/** The same with a sum that its accumulator could not hold. */
const clamped = (report: Report): Report => ({
  ...report,
  layers: report.layers.map((layer, i) => (i === 0 ? { ...layer, overflowedSums: 12_345 } : layer)),
});
