import { describe, expect, it } from 'vitest';
import {
  offsetPerMacroOp,
  phaseWeights,
  planesPerWord,
  wordsPerPlane,
} from '../../src/simulate/macro-program.ts';
import { randomCase } from '../support/random-program.ts';

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

  it('charge the ADC offset once per bit and phase, which sums to minus one per phase weight', () => {
    for (let seed = 0; seed < 20; seed++) {
      const { program } = randomCase(seed);
      let sum = 0;
      for (let phase = 0; phase < program.phases; phase++)
        for (let bit = 0; bit < program.weightBits; bit++) {
          const sign = bit === program.weightBits - 1 ? -1 : 1;
          sum += sign * 2 ** bit * 2 ** (phase * program.inputBitsPerPhase) * program.adc.offset;
        }

      expect(offsetPerMacroOp(program) + 0).toBe(sum + 0);
    }
  });
});
