// Two results of one question, row by row.

import { describe, expect, it } from 'vitest';
import { compareResults } from '../../bench/support/compare.ts';
import { readResult } from '../../src/measure/result.ts';
import { fakeAdapter, fakeResult, fakeRow } from '../support/bench-result.ts';
import { caught } from '../support/caught.ts';

const key = { 'ADC bits': 5, inputs: 'uniform' };

describe('compareResults', () => {
  it('gives the ratio of rows with the same key, whatever their order', () => {
    const first = fakeResult([fakeRow(key, 100, 50), fakeRow({ 'ADC bits': 6 }, 10)]);
    const second = fakeResult([fakeRow({ 'ADC bits': 6 }, 5), fakeRow(key, 300, 75)]);

    const { rows, warnings } = compareResults(first, second);

    expect(rows.map(({ ratio, cpuRatio }) => [ratio, cpuRatio])).toEqual([
      [3, 1.5],
      [0.5, 0.5],
    ]);
    expect(rows[0]).toMatchObject({ key, unit: 'column reads', first: 100, second: 300 });
    expect(warnings).toEqual([]);
  });

  it('has no ratio per CPU second where one result has none', () => {
    const { rows } = compareResults(
      fakeResult([fakeRow(key, 100)]),
      fakeResult([fakeRow(key, 200, null)]),
    );

    expect(rows).toMatchObject([{ ratio: 2, cpuRatio: null }]);
  });

  it('passes over rows without times', () => {
    const fit = { key: { size: 'fit' }, facts: { exponent: 1 }, checked: 'rows', timing: null };

    expect(compareResults(fakeResult([fit]), fakeResult([fit])).rows).toEqual([]);
  });

  it('warns of another machine, runtime or device, and of rows that only one has', () => {
    const first = fakeResult([fakeRow(key, 1)]);
    const second = fakeResult([fakeRow({ 'ADC bits': 4 }, 1)], {
      machine: '8 x another CPU',
      runtime: 'Node v22.0.0',
      adapter: { ...fakeAdapter, name: 'another adapter' },
    });

    expect(compareResults(first, second).warnings).toEqual([
      'the machine differs: 2 x a CPU / 8 x another CPU',
      'the runtime differs: Node v20.20.2 / Node v22.0.0',
      'the device differs: a test adapter / another adapter',
      'only the first has: ADC bits 5, inputs uniform',
      'only the second has: ADC bits 4',
    ]);
  });

  it('refuses results of different questions', () => {
    const other = fakeResult([], { question: 'macros' });

    const error = caught(() => compareResults(fakeResult([]), other));

    expect(error).toMatchObject({ kind: 'usage' });
    expect(error.message).toMatch('"column-reads" and "macros" are different questions');
  });
});

describe('readResult', () => {
  it('reads what was written', () => {
    const result = fakeResult([fakeRow(key, 100)]);

    expect(readResult(JSON.stringify(result), 'a.json')).toEqual(result);
  });

  it.each([
    ['no JSON', 'hello', /a\.json: is not JSON/],
    ['another JSON file', '{"name": "mars-cim"}', /a\.json: is not a result.*format/],
    [
      'a row without a key',
      JSON.stringify({ ...fakeResult([]), rows: [{ facts: {} }] }),
      /rows\.0\.key/,
    ],
  ])('refuses %s', (_, text, says) => {
    const error = caught(() => readResult(text, 'a.json'));

    expect(error).toMatchObject({ kind: 'input' });
    expect(error.message).toMatch(says);
  });
});
