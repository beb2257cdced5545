import { describe, expect, it } from 'vitest';
import {
  offsetPerMacroOp,
  phaseWeights,
  planesPerWord,
  wordsPerPlane,
} from '../../src/simulate/macro-program.ts';
import { randomCase } from '../../src/measure/random-program.ts';

describe('the sizes of a program', () => {
  it('take a 32-bit word for every 32 word lines', () => {
    expect([1, 16, 32, 33, 64].map((wordLinesOn) => wordsPerPlane({ wordLinesOn }))).toEqual([
      1, 1, 1, 2, 2,
    ]);
  });

  it.each([
    [4, 2, 8, 1 + 4 + 16 + 64],
    [8, 1, 8, 255],
    [2, 4, 8, 17],
    [1, 2, 2, 1],
  ])(
    'weigh %i phases of %i bits: %i planes, weights that sum to %i',
    (phases, inputBitsPerPhase, planes, sum) => {
      expect(planesPerWord({ phases, inputBitsPerPhase })).toBe(planes);
      expect(phaseWeights({ phases, inputBitsPerPhase })).toBe(sum);
    },
  );

  it('charge the ADC offset once per column and phase', () => {
    for (let seed = 0; seed < 40; seed++) {
      const { program } = randomCase(seed, 'zero', seed < 20 ? 'any' : 'other');
      let sum = 0;
      for (let phase = 0; phase < program.phases; phase++)
        for (const factor of program.columns.factors)
          sum += factor * 2 ** (phase * program.inputBitsPerPhase) * program.adc.values[0]!;

      expect(offsetPerMacroOp(program) + 0).toBe(sum + 0);
    }
  });
});
