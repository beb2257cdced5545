// Every number of the other chips moves no cost that it does not move on mars.

import { describe, expect, it } from 'vitest';
import { chips, mars, setChipValues } from '../../src/chips/index.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { type ParameterEffect, parameterEffects } from '../../src/experiment/parameter-effects.ts';
import { marsEffects, probeOutcomes } from '../../src/experiment/parameter-page.ts';

const patience = 120_000;
const backend = openReference();

const movesOf = (effects: readonly ParameterEffect[]): Record<string, readonly string[]> =>
  Object.fromEntries(effects.map(({ parameter, moves }) => [parameter, moves]));

/** Whether a parameter may change how often weights are loaded: on mars they stay in the macros of this probe. */
const loadsAgain = (parameter: string, moves: readonly string[]): boolean =>
  parameter === 'macro.wordLines' || moves.includes('DRAM traffic');

describe('the numbers of the other chips', () => {
  /** What a chip, its macros or this probe have no use for. */
  const mayBeStill = [
    'adc.range',
    'adc.percentile',
    'adc.timeShare',
    'macro.phaseTime',
    'accumulator.bits',
    'accumulator.spillBitsPerCycle',
    'featureMap.readPorts',
    'featureMap.writePorts',
    'controller.barrier',
    'controller.sparsity',
    'energy.partialSum',
    'energy.zeroPhaseShare',
    // A finer multiplier may round the few sums of the probe to the same codes.
    'requantizer.multiplierBits',
  ];

  for (const chip of Object.values(chips).filter(({ name }) => name !== mars.name))
    it(
      `${chip.name}: each moves nothing that it does not move on mars, but for time`,
      async () => {
        const expected = movesOf(await marsEffects(backend));
        const bits = chip.adc.calibratedBits.value - 1;
        const effects = await parameterEffects(
          setChipValues(chip, [`adc.bits=${bits}`]),
          probeOutcomes(backend),
        );

        const more: (readonly [string, string])[] = [];
        for (const { parameter, moves, refused } of effects) {
          if (moves.length === 0 && refused === undefined) expect(mayBeStill).toContain(parameter);
          // Where a phase or load ends on a cycle is each chip's own, and so is what fits it.
          const costs = moves.filter((one) => / energy$|^area$|^column read$/.test(one));
          for (const name of costs.filter((one) => one !== 'static energy'))
            // Weights are loaded again where the macros do not hold them all: other strips, other word lines.
            if (name !== 'weight-path energy' || !loadsAgain(parameter, moves))
              if (!expected[parameter]!.includes(name)) more.push([parameter, name]);
        }
        expect(more).toEqual([]);
      },
      patience,
    );
});
