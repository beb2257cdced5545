import { describe, expect, it } from 'vitest';
import { readMetrics, writeMetricsLine } from '../../src/network/io/metrics-file.ts';
import { type EpochRecord } from '../../src/network/epoch-record.ts';
import { caught } from '../support/caught.ts';

const record = (epoch: number): EpochRecord => ({
  epoch,
  stage: 'lasso',
  loss: 0.25,
  accuracy: 0.9,
  density: 0.5,
  learningRate: 0.05,
  imagesPerSecond: 1000,
  seconds: 12.5,
});
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const line = (change: object): string => `${JSON.stringify({ ...record(1), ...change })}\n`;

describe('readMetrics', () => {
  it('gives back what was written, also while nothing was', () => {
    const records = [record(1), { ...record(2), testAccuracy: 1 }];

    expect(readMetrics(bytesOf(records.map(writeMetricsLine).join('')), 'a')).toEqual(records);
    expect(readMetrics(new Uint8Array(), 'a')).toEqual([]);
  });

  it.each<[string, string, RegExp]>([
    ['a line that is not JSON', `${line({})}{`, /^a\.jsonl > line 2: is not JSON/],
    ['an accuracy above 1', line({ accuracy: 1.5 }), /line 1 > accuracy: must be 0 … 1, not 1\.5/],
    ['a missing loss', line({ loss: undefined }), /line 1 > loss: is missing \(wanted: a number\)/],
    ['an unknown field', line({ los: 1 }), /line 1 > top level: has no field "los"/],
    ['epochs out of order', line({}) + line({}), /line 2: is of epoch 1, not 2/],
  ])('refuses %s', (_, text, says) => {
    expect(caught(() => readMetrics(bytesOf(text), 'a.jsonl')).message).toMatch(says);
  });
});
