// Read noise in the questions: rows with noise are asked for where the chip model has it.

import { mars } from '../../src/chips/index.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';

/** Read noise of the noisy rows, in unit discharges (one standard deviation), as `--set` takes it. */
const noiseSettings: readonly string[] = ['noise.read=0.5'];

/** Settings of the rows without and with noise; only the first where chips have no noise. */
export const noiseLevels: readonly {
  readonly name: string;
  readonly settings: readonly string[];
}[] =
  'noise' in mars
    ? [
        { name: 'off', settings: [] },
        { name: 'on', settings: noiseSettings },
      ]
    : [{ name: 'off', settings: [] }];

/** Does a program's result depend on random draws? */
export const hasNoise = (program: MacroProgram): boolean =>
  'noise' in program && program.noise !== undefined;
