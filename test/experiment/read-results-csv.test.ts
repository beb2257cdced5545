// results.csv is read back as it was written, but for what it does not have.

import { describe, expect, it } from 'vitest';
import { readResultsCsv } from '../../src/experiment/read-results-csv.ts';
import { rowsCsv } from '../../src/experiment/result-file.ts';
import type { Row } from '../../src/experiment/point-result.ts';
import { statisticsOf } from '../../src/experiment/statistics.ts';
import { caught } from '../support/caught.ts';
import { madeRow } from '../support/rows.ts';

const failed: Row = {
  ...madeRow({ 'adc.bits': 5, weightBits: 8 }, {}),
  figures: null,
  error: { kind: 'mapping', what: 'does not fit, "at all"', where: ['net', 'conv1'], todo: 'x' },
};
const withSettings = (row: Row, more: object): Row => ({
  ...row,
  settings: { ...row.settings, ...more },
});
const rows: readonly Row[] = [
  withSettings(
    madeRow({ 'adc.bits': 4, weightBits: 4 }, { accuracy: 0.5, area: 2 }, { right: '0f' }),
    {
      weightBits: 4,
      set: ['adc.bits=4', 'noise.read=0.1'],
    },
  ),
  withSettings(madeRow({ 'adc.bits': 6, weightBits: 8 }, { framesPerSecond: 1e9 / 3 }), {
    weightBits: 8,
    network: 'my, "odd"\nname.onnx',
  }),
  withSettings(failed, { weightBits: 8 }),
];
const text = rowsCsv(rows, ['adc.bits', 'weightBits']);

describe('results.csv', () => {
  it('gives the rows back, without the bits of the images', () => {
    const read = readResultsCsv(text, 'results.csv');

    expect(read).toHaveLength(3);
    // Network and data set are settings that differ here, so they count as axes too.
    const [a, b, c] = read.map((row) => ({
      ...row,
      coordinates: Object.fromEntries(
        Object.entries(row.coordinates).filter(([path]) => !['network', 'dataset'].includes(path)),
      ),
    }));
    expect(a).toEqual({
      ...rows[0],
      right: '',
      coordinates: { 'adc.bits': 4, weightBits: 4, images: 8 },
    });
    expect(b).toEqual({ ...rows[1], coordinates: { 'adc.bits': 6, weightBits: 8, images: 0 } });
    expect(c).toMatchObject({
      id: failed.id,
      figures: null,
      error: { what: 'net: conv1: does not fit, "at all"' },
    });
  });

  it('leaves the interval over images, and no deviation that nobody knows', () => {
    const [one] = statisticsOf(readResultsCsv(text, 'results.csv'), undefined);

    expect(one!.accuracyOverImages).toMatchObject({ mean: 0.5, deviation: null, draws: 8 });
    expect(one!.accuracyOverImages!.interval![0]).toBeGreaterThan(0.2);
  });

  it.each([
    ['a,b\n1,2\n', /r\.csv: has other columns than a results\.csv/],
    [text.replace('mnist test', '"mnist test'), /line \d+: has (a quotation mark|\d+ values)/],
    [`${text}1,2\n`, /line 5: has 2 values for/],
    [text.replace(rows[0]!.id, 'ffff'), /line 2: "ffff" is no id/],
    [text.replace(',0.5,', ',half,'), /line 2 > accuracy: "half" is no number/],
  ])('that is damaged is refused by line', (damaged, message) => {
    expect(String(caught(() => readResultsCsv(damaged, 'r.csv')))).toMatch(message);
  });
});
