// Random macro programs on an adapter, used in every way, each compared with the reference: values and event counts.

import { at } from '../../core/errors.ts';
import { openReference } from '../../reference/reference-backend.ts';
import { equal } from '../equal.ts';
import { type Fill, randomCase, type Style } from '../random-program.ts';
import { type CaseResult, type MacroCase, runCase } from '../run-case.ts';
import type { Fields } from '../result.ts';
import type { Stage } from './stage.ts';
import { inEveryWay, type OpenWay } from './ways.ts';

const styles: readonly Style[] = ['any', 'mars', 'wide', 'other'];
const fills: readonly Fill[] = ['random', 'random', 'random', 'max', 'zero'];

/** Numbers of the programs of a round, of each style. */
interface Round {
  readonly first: number;
  readonly count: number;
}

/** Compares the programs of a round on the adapter with the reference. */
export async function checkRandomPrograms(stage: Stage, round: Round): Promise<void> {
  await inEveryWay(stage.host, async (open) => {
    for (const style of styles) {
      const key = { programs: `${style}, from ${round.first}` };
      if (stage.hasTime()) await checkStyle({ stage, open, key }, style, round);
      else stage.skip(key);
    }
    const kernels = new Set(open.flatMap(({ backend }) => backend.kernels));
    if (kernels.size > 0)
      stage.note(`kernels that ran so far: ${[...kernels].toSorted().join(', ')}`);
  });
}

interface Place {
  readonly stage: Stage;
  readonly open: readonly OpenWay[];
  readonly key: Fields;
}

async function checkStyle(
  { stage, open, key }: Place,
  style: Style,
  { first, count }: Round,
): Promise<void> {
  const paths = new Map<string, number>();
  let [done, noisy, values] = [0, 0, 0];
  for (let seed = first; seed < first + count && stage.hasTime(); seed++) {
    const one = randomCase(seed, at(fills, seed % fills.length), style);
    const expected = await runCase(openReference(), one);
    for (const { name, backend } of open) {
      const actual = await runCase(backend, one);
      compare(actual, expected, { what: `${name}, program ${one.title}`, one });
      paths.set(actual.path, (paths.get(actual.path) ?? 0) + 1);
    }
    done += 1;
    values += expected.values.length;
    if (one.program.noise) noisy += 1;
  }
  stage.add({
    key,
    facts: { cases: done, 'with noise': noisy, ...Object.fromEntries(paths) },
    checked: `${values} values and all events with the reference, in ${open.length} ways`,
    timing: null,
  });
}

function compare(
  actual: CaseResult,
  expected: CaseResult,
  { what, one }: { readonly what: string; readonly one: MacroCase },
): void {
  equal(actual.values, expected.values, what, one);
  const events = (result: CaseResult): readonly number[] => Object.values(result.events);
  equal(events(actual), events(expected), `events of ${what}`, one);
}
