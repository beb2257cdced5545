// Means and intervals against figures of the literature and against plain formulas.

import { describe, expect, it } from 'vitest';
import { binomialInterval } from '../../src/core/accuracy.ts';
import { figures, type Figures } from '../../src/experiment/figures.ts';
import { bitText } from '../../src/experiment/image-range.ts';
import type { Coordinates } from '../../src/experiment/point.ts';
import { type Row } from '../../src/experiment/point-result.ts';
import { readRows, rowsCsv, statisticsCsv } from '../../src/experiment/result-file.ts';
import { rowText } from '../../src/experiment/point-result.ts';
import { meanOf, statisticsOf } from '../../src/experiment/statistics.ts';
import { studentProbability, studentQuantile } from '../../src/experiment/student-t.ts';

describe('Student t', () => {
  // Two-sided 95 % quantiles of any table, such as NIST/SEMATECH 1.3.6.7.2.
  it.each([
    [1, 12.706],
    [2, 4.303],
    [4, 2.776],
    [9, 2.262],
    [19, 2.093],
    [49, 2.01],
    [100, 1.984],
    [9999, 1.96],
  ])('has with %i degrees of freedom the quantile %d', (degrees, quantile) => {
    expect(studentQuantile(degrees)).toBeCloseTo(quantile, 3);
    expect(studentProbability(studentQuantile(degrees), degrees)).toBeCloseTo(0.95, 10);
  });
});

describe('a mean', () => {
  it('has the interval of a hand-computed sample', () => {
    // 2, 4, 4, 6: mean 4, squares 8, deviation sqrt(8/3), error sqrt(8/3)/2, t(3) = 3.182446.
    const { mean, deviation, interval, draws } = meanOf([2, 4, 4, 6])!;

    expect([mean, draws]).toEqual([4, 4]);
    expect(deviation).toBeCloseTo(1.632993, 6);
    expect(interval![0]).toBeCloseTo(4 - 2.598457, 5);
    expect(interval![1]).toBeCloseTo(4 + 2.598457, 5);
  });

  it('claims no interval for one draw, and nothing for none', () => {
    expect(meanOf([0.5])).toEqual({ mean: 0.5, deviation: null, interval: null, draws: 1 });
    expect(meanOf([])).toBeNull();
  });
});

const row = (coordinates: Coordinates, chipSeed: number, right: readonly number[]): Row => ({
  version: 1,
  id: chipSeed.toString(16).padStart(8, '0') + String(coordinates['adc.bits']).padStart(8, '0'),
  mars: '0.1.0',
  backend: 'reference',
  coordinates,
  settings: { network: 'a, "b"', seed: 1, chipSeed },
  dataset: 'mnist test',
  images: right.length,
  figures: {
    ...(Object.fromEntries(figures.map(({ name }) => [name, 1])) as Figures),
    accuracy: right.filter((bit) => bit === 1).length / right.length,
    floatAccuracy: null,
  },
  right: bitText(right.map((bit) => bit === 1)),
  error: null,
});
const failed = (one: Row): Row => ({
  ...one,
  figures: null,
  right: '',
  images: 0,
  error: { kind: 'mapping', what: 'does not fit', where: ['net', 'conv1'], todo: undefined },
});

const rows: readonly Row[] = [
  row({ 'adc.bits': 6 }, 1, [1, 1, 1, 1, 1, 1, 1, 1, 1, 0]),
  row({ 'adc.bits': 6 }, 2, [1, 1, 1, 1, 1, 1, 1, 1, 0, 0]),
  row({ 'adc.bits': 3 }, 1, [1, 1, 1, 1, 1, 0, 0, 0, 0, 1]),
  row({ 'adc.bits': 3 }, 2, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]),
  failed(row({ 'adc.bits': 3 }, 3, [1])),
];

describe('the statistics of conditions', () => {
  const [six, three] = statisticsOf(rows, { 'adc.bits': 6 });

  it('rest on the chip instances with a result, and on the images', () => {
    expect([three!.chips, three!.failed, three!.images]).toEqual([2, 1, 10]);
    expect(three!.overChips.accuracy).toMatchObject({ mean: 0.5, draws: 2 });
    expect(three!.overChips.accuracy!.deviation).toBeCloseTo(Math.SQRT1_2 / 5, 12);
    expect(three!.accuracyOverImages).toMatchObject({ mean: 0.5, draws: 10 });
    expect(three!.accuracyOverImages!.interval).toEqual(binomialInterval(0.5, 10));
    expect(three!.overChips.floatAccuracy).toBeNull();
  });

  it('compare with the baseline chip by chip and image by image', () => {
    expect(six!.difference).toBeNull();
    const { overChips, overImages, better, worse, baseline } = three!.difference!;

    expect(baseline).toEqual({ 'adc.bits': 6 });
    expect([better, worse]).toEqual([1, 8]);
    expect(overChips.mean).toBeCloseTo(-0.35, 12);
    expect(overChips.draws).toBe(2);
    // Chip 1 loses 3 of 10, chip 2 loses 4.
    expect(overChips.deviation).toBeCloseTo(0.1 * Math.SQRT1_2, 12);
    expect(overImages.mean).toBeCloseTo(-0.35, 12);
    expect(overImages.draws).toBe(10);
    expect(overImages).toEqual(meanOf([0, 0, 0, 0, -0.5, -1, -1, -1, -0.5, 0.5]));
  });

  it('compare the first images where one run has more', () => {
    const shorter = row({ 'adc.bits': 3 }, 1, [1, 0, 1, 1]);
    const others = [rows[0]!, shorter];
    const { overImages, better, worse } = statisticsOf(others, { 'adc.bits': 6 })[1]!.difference!;

    expect([better, worse]).toEqual([0, 1]);
    expect(overImages).toEqual(meanOf([0, -1, 0, 0]));
    const elsewhere = [rows[0]!, { ...shorter, dataset: 'another test' }];
    expect(statisticsOf(elsewhere, { 'adc.bits': 6 })[1]!.difference).toBeNull();
  });

  it('compare with nothing where no chip instance is in both', () => {
    const others = [rows[0]!, row({ 'adc.bits': 3 }, 9, [1, 1, 1, 1, 1, 1, 1, 1, 1, 1])];

    expect(statisticsOf(others, { 'adc.bits': 6 }).map(({ difference }) => difference)).toEqual([
      null,
      null,
    ]);
  });
});

describe('tables', () => {
  it('have a line per row, quoted where it must be', () => {
    const [head, first] = rowsCsv(rows, ['adc.bits']).split('\n');

    expect(head).toMatch(/^id,mars,backend,adc\.bits,network,seed,chipSeed,dataset,accuracy,/);
    expect(first).toMatch(
      /^0000000100000006,0\.1\.0,reference,6,"a, ""b""",1,1,mnist test,0\.9,1,,/,
    );
    expect(rowsCsv(rows, []).trim().split('\n').at(-1)).toMatch(/,net: conv1: does not fit$/);
  });

  it('have a line per condition, with the draws of each mean', () => {
    const lines = statisticsCsv(statisticsOf(rows, { 'adc.bits': 6 }), ['adc.bits'])
      .trim()
      .split('\n');

    expect(lines).toHaveLength(3);
    expect(new Set(lines.map((line) => line.split(',').length)).size).toBe(1);
  });

  it('come back from their lines', () => {
    expect(readRows(rows.map(rowText).join(''), 'results.ndjson').map(rowText)).toEqual(
      rows.map(rowText),
    );
    expect(() => readRows('{}\n', 'results.ndjson')).toThrow(
      'results.ndjson, line 1 > version: is missing',
    );
  });
});
