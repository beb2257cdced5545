// Do backends give the reference's numbers? Ten thousand random macro programs over everything that the chip model permits,
// a third of them with noise: values and event counts, on each backend, with its exact shortcuts and without. The first
// case that differs ends the bench with exit code 1.

import { openReference } from '../src/reference/reference-backend.ts';
import { type Fill, randomCase, type Style } from '../src/measure/random-program.ts';
import { type CaseResult, runCase } from '../src/measure/run-case.ts';
import { openBackendOf } from '../src/measure/backend.ts';
import { equal } from '../src/measure/equal.ts';
import type { Bench, Question } from '../src/measure/question.ts';

const casesPerStyle = 2500;
const styles: readonly Style[] = ['any', 'mars', 'wide', 'other'];
const fills: readonly Fill[] = ['random', 'random', 'random', 'max', 'zero'];

/** The question. */
export const randomCases: Question = {
  name: 'random-cases',
  asks: `Do ${styles.length * casesPerStyle} random macro programs give the reference's numbers on every backend?`,
  ask: async (bench) => {
    for (const style of styles) if (bench.wants({ style })) await askStyle(bench, style);
  },
};

async function askStyle(bench: Bench, style: Style): Promise<void> {
  const { host, settings } = bench;
  const options = [{ shortcuts: true }, { shortcuts: false }];
  const backends = await Promise.all(
    settings.backends.flatMap((name) => options.map((one) => openBackendOf(host, name, one))),
  );
  let values = 0;
  let noisy = 0;
  const paths = new Map<string, number>();
  for (let seed = 0; seed < casesPerStyle; seed++) {
    const one = randomCase(seed, fills[seed % fills.length], style);
    const expected = await runCase(openReference(), one);
    values += expected.values.length;
    if (one.program.noise) noisy += 1;
    for (const backend of backends) {
      const actual = await runCase(backend, one);
      compare(actual, expected, `${backend.name}, case ${one.title}`);
      const path = `${backend.name}: ${actual.path}`;
      paths.set(path, (paths.get(path) ?? 0) + 1);
    }
  }
  for (const backend of backends) await backend[Symbol.asyncDispose]();
  bench.add({
    key: { style },
    facts: { cases: casesPerStyle, 'with noise': noisy, ...Object.fromEntries(paths) },
    checked: `${values} values and the events of ${casesPerStyle} programs with the reference, with shortcuts and without`,
  });
}

function compare(actual: CaseResult, expected: CaseResult, what: string): void {
  equal(actual.values, expected.values, what);
  equal(Object.values(actual.events), Object.values(expected.events), `events of ${what}`);
}
