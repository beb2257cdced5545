// The reference with a fault, as a driver that miscompiles a kernel would have it.

import { type MacroCase, runCase } from '../../src/measure/run-case.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';

/** What is wrong with it. */
export type Fault = 'a weight of -2 counts as -1' | 'noise is forgotten';

const programs: Readonly<Record<Fault, (program: MacroProgram) => MacroProgram>> = {
  'a weight of -2 counts as -1': (program) => ({
    ...program,
    weights: program.weights.map((weight) => (weight === -2 ? -1 : weight)),
  }),
  'noise is forgotten': (program) => ({ ...program, noise: undefined }),
};

/** The reference, which runs other programs than it was given. */
export function faultyReference(fault: Fault): MacroBackend {
  const reference = openReference();
  return { ...reference, prepare: (program) => reference.prepare(programs[fault](program)) };
}

/** Whether a case shows a fault in its values. */
export const faultsOf =
  (fault: Fault) =>
  async (one: MacroCase): Promise<boolean> => {
    const expected = await runCase(openReference(), one);
    const actual = await runCase(faultyReference(fault), one);
    return expected.values.some((value, i) => value !== actual.values[i]);
  };
