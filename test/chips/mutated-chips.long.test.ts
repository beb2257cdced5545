// Every number and word of every chip, replaced by values that a person could type: an error or a report, never a crash.

import { describe, expect, it } from 'vitest';
import { type ChipSpec, chips, setChipValues } from '../../src/chips/index.ts';
import { CimError } from '../../src/core/errors.ts';
import type { Report } from '../../src/report/report.ts';
import { type Estimator, openEstimator } from '../../src/pipeline/estimator.ts';
import { tourNetwork } from '../support/small-networks.ts';

const typed = [
  '0',
  '1',
  '2',
  '3',
  '7',
  '16',
  '255',
  '257',
  '65536',
  '1e9',
  '1e308',
  '4294967296',
  '-1',
  '0.5',
  '1e-300',
  'NaN',
  'Infinity',
  '',
  ' ',
  'ideal',
  'null',
  '[]',
  '{}',
  '__proto__',
];

/** Paths of all values of a chip, as `--set` takes them. */
function pathsOf(chip: ChipSpec): readonly string[] {
  const found: string[] = [];
  const walk = (node: unknown, path: readonly string[]): void => {
    if (typeof node !== 'object' || node === null) return;
    if ('value' in node) found.push(path.join('.'));
    else for (const [key, child] of Object.entries(node)) walk(child, [...path, key]);
  };
  walk(chip, []);
  return found;
}

/** Numbers of a report that are not finite, by where they stand. */
function oddNumbers(node: unknown, path = 'report'): readonly string[] {
  if (typeof node === 'number') return Number.isFinite(node) ? [] : [`${path} = ${node}`];
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([key, child]) => oddNumbers(child, `${path}.${key}`));
}

/** The report of `chip` with this setting, or what it ends in. */
function reportWith(
  estimate: Estimator,
  chip: ChipSpec,
  setting: string,
): Report | CimError | Error {
  try {
    return estimate(setChipValues(chip, [setting]));
  } catch (error) {
    if (error instanceof CimError) return error;
    return new Error(`${chip.name} with ${setting}: ${String(error)}`, { cause: error });
  }
}

describe('a chip at both ends of what its clock and phases permit', () => {
  const ends = ['clock.frequency=0.001', 'clock.frequency=1e6'].flatMap((clock) =>
    ['macro.phaseTime=0.001', 'macro.phaseTime=1e6'].map((phase) => [clock, phase]),
  );

  it.for(ends)('gives finite numbers at %s and %s', (...[[clock, phase]]) => {
    const chip = setChipValues(chips['mars']!, [clock!, phase!]);

    expect(oddNumbers(openEstimator({ network: tourNetwork() })(chip))).toEqual([]);
  });
});

describe('a chip with one value replaced', () => {
  it.for(Object.keys(chips))('%s gives an error of ours or a report of finite numbers', (name) => {
    const chip = chips[name]!;
    const estimate = openEstimator({ network: tourNetwork() });
    const paths = pathsOf(chip);
    expect(paths.length).toBeGreaterThan(30);
    let [errors, reports] = [0, 0];
    const faults: string[] = [];

    for (const path of paths)
      for (const text of typed) {
        const found = reportWith(estimate, chip, `${path}=${text}`);
        if (found instanceof CimError) errors += 1;
        else if (found instanceof Error) faults.push(found.message);
        else {
          reports += 1;
          faults.push(...oddNumbers(found).map((odd) => `${name} with ${path}=${text}: ${odd}`));
        }
      }

    expect(faults).toEqual([]);
    expect(errors).toBeGreaterThan(paths.length);
    expect(reports).toBeGreaterThan(paths.length);
  });
});
