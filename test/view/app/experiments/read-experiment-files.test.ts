// What files of a folder of results say together, and what a person is told about them.

import { describe, expect, it } from 'vitest';
import { expandPlan } from '../../../../src/experiment/expand-plan.ts';
import { type PlanFile, planText } from '../../../../src/experiment/plan.ts';
import { identityOf } from '../../../../src/experiment/point.ts';
import { type Row, rowText } from '../../../../src/experiment/point-result.ts';
import { fileText, rowsCsv } from '../../../../src/experiment/result-file.ts';
import {
  placedIn,
  readExperimentFiles,
  remarksOn,
} from '../../../../src/view/app/experiments/read-experiment-files.ts';
import { madeRow } from '../../../support/rows.ts';

const plan: PlanFile = {
  version: 1,
  base: { images: 0 },
  axes: [{ grid: { 'adc.bits': [4, 5, 6] } }],
};
const rows: readonly Row[] = expandPlan(plan)
  .points.map(({ id, coordinates, settings }) => ({
    ...madeRow(coordinates, { framesPerSecond: 10 }),
    id,
    settings: identityOf(settings),
  }))
  .toSorted((a, b) => (a.id < b.id ? -1 : 1));
const file = (name: string, text: string) => ({ name, bytes: new TextEncoder().encode(text) });
const made = { seconds: 1, host: 'here', device: 'none' };
const ndjson = file('results.ndjson', rows.map(rowText).join(''));
const csv = file('results.csv', rowsCsv(rows, ['adc.bits']));
const pointFiles = rows.map((row) => file(`${row.id}.json`, fileText({ row, made })));

describe('files of an experiment', () => {
  it.each([
    ['results.ndjson', [ndjson]],
    ['the files of the points', pointFiles],
    ['all of them, each point once', [ndjson, csv, ...pointFiles, file('statistics.csv', 'x')]],
  ])('are read: %s', (_, files) => {
    expect(readExperimentFiles(files)).toEqual({ plan: undefined, rows });
  });

  it('give the points of a results.csv their places in the plan', () => {
    const given = readExperimentFiles([csv, file('plan.json', planText(plan))]);

    expect(given.plan).toMatchObject({ axes: plan.axes });
    expect(placedIn(plan, given.rows)).toEqual(rows);
  });

  it.each([
    [[file('experiment.json', '{"mars": "0.2.0", "inputs": {}}')], /holds no results of single/],
    [[file('results.ndjson', '{}\n')], /results\.ndjson, line 1/],
    [
      [file('plan.json', '{"version": 1, "axis": []}')],
      /plan\.json > top level: has no field "axis"/,
    ],
  ])('that say nothing, or wrong things, are refused by name', (files, message) => {
    expect(() => readExperimentFiles(files)).toThrow(message);
  });
});

describe('remarks on results', () => {
  it('are none where all belongs together', () => {
    expect(remarksOn(rows, plan, '0.2.0')).toEqual([]);
  });

  it('name another version, another plan, and what is missing', () => {
    expect(remarksOn(rows, plan, '0.3.0')).toEqual([
      'Computed by mars-cim 0.2.0, and this is 0.3.0: numbers may differ.',
    ]);
    expect(remarksOn(rows.slice(1), plan, '0.2.0')).toEqual([
      '1 point of the plan above has no result.',
    ]);
    const other: PlanFile = { ...plan, axes: [{ grid: { 'adc.bits': [6, 7] } }] };
    expect(remarksOn(rows, other, '0.2.0')).toEqual([
      '2 results of 3 are of another plan than the one above.',
      '1 point of the plan above has no result.',
    ]);
  });
});
