// The smallest case that an adapter computes wrong.

import { openReference } from '../../reference/reference-backend.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import type { WrongNumbers } from '../equal.ts';
import type { Host } from '../question.ts';
import { type MacroCase, runCase } from '../run-case.ts';
import { caseData } from './case-data.ts';
import type { Fault } from './check-report.ts';
import { shrink } from './shrink.ts';
import { inEveryWay } from './ways.ts';

/** Seconds, at most, in which a wrong case is made smaller. */
const shrinkSeconds = 30;

/** Makes what an adapter computed wrong small. */
export async function faultOf(
  host: Host,
  part: string,
  { message, found }: WrongNumbers,
): Promise<Fault> {
  const none = { what: message, part, way: null, first: null, case: null };
  if (!found) return none;
  const end = host.now() + shrinkSeconds;
  return await inEveryWay(host, async (open) => {
    for (const { name, backend } of open) {
      const seen = await differences(backend, found);
      // Values say more than counts of events: a case whose values are wrong stays one.
      const kind = seen.values === undefined ? 'events' : 'values';
      if (seen[kind] === undefined) continue;
      const isWrong = async (one: MacroCase): Promise<boolean> =>
        (await differences(backend, one))[kind] !== undefined;
      const small = await shrink(found, isWrong, () => host.now() < end);
      const first = (await differences(backend, small))[kind] ?? null;
      return { ...none, way: name, first, case: caseData(small) };
    }
    return { ...none, case: caseData(found) };
  });
}

/** The first value and the first count of events that differ from the reference's; undefined: none does. */
interface Differences {
  readonly values: string | undefined;
  readonly events: string | undefined;
}

async function differences(backend: MacroBackend, one: MacroCase): Promise<Differences> {
  const expected = await runCase(openReference(), one);
  const actual = await runCase(backend, one);
  const i = expected.values.findIndex((value, place) => value !== actual.values[place]);
  const counts = new Map(Object.entries(actual.events));
  const event = Object.entries(expected.events).find(([name, count]) => counts.get(name) !== count);
  return {
    values: i < 0 ? undefined : `value ${i} is ${actual.values[i]}, not ${expected.values[i]}`,
    events: event && `${event[0]} is ${counts.get(event[0])}, not ${event[1]}`,
  };
}
