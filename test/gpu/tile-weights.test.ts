// Weights and word maps as the tiled kernels read them, against plain loops over what the words mean.

import { describe, expect, it } from 'vitest';
import { bitLineWeights, dotKernels, dotWeights, kernelSlots } from '../../src/gpu/tile-weights.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { randomCase } from '../../src/measure/random-program.ts';

const programs = Array.from({ length: 24 }, (_, seed) => {
  const style = seed % 2 === 0 ? 'mars' : 'any';
  return randomCase(seed, 'random', style).program;
});

function weightOf(program: MacroProgram, kernelOfGroup: number, line: number): number {
  return program.weights[kernelOfGroup * program.wordLinesOn + line]!;
}

/** Bit of a weight in two's complement. */
const bitOf = (program: MacroProgram, kernelOfGroup: number, bit: number, line: number): number =>
  Math.floor((weightOf(program, kernelOfGroup, line) + 256) / 2 ** bit) % 2;

describe('kernelSlots', () => {
  it('pads the kernels of a tile', () => {
    const of = (kernelsPerTile: number): MacroProgram => ({ ...programs[0]!, kernelsPerTile });

    expect([1, 16, 17].map((kernels) => kernelSlots(of(kernels), dotKernels))).toEqual([
      16, 16, 32,
    ]);
    expect([1, 2, 3].map((kernels) => kernelSlots(of(kernels), 2))).toEqual([2, 2, 4]);
  });
});

describe('dotWeights', () => {
  it.each(programs)('holds every weight plus 128 as a byte: $name', (program) => {
    const { codes, kernelsPerTile, wordLinesOn } = program;
    const bytes = new Uint8Array(dotWeights(program).buffer);
    const chunks = Math.ceil(wordLinesOn / 16);
    const blocks = Math.ceil(kernelsPerTile / 16);

    expect(bytes).toHaveLength(codes.length * blocks * chunks * 16 * 16);
    for (let group = 0; group < codes.length; group++)
      for (let kernel = 0; kernel < kernelsPerTile; kernel++)
        for (let line = 0; line < wordLinesOn; line++) {
          const block = group * blocks + Math.floor(kernel / 16);
          const chunk = block * chunks + Math.floor(line / 16);
          const byte = bytes[(chunk * 16 + (kernel % 16)) * 16 + (line % 16)]!;
          const weight = weightOf(program, group * kernelsPerTile + kernel, line);
          if (byte !== weight + 128) expect(byte - 128, `${group} ${kernel} ${line}`).toBe(weight);
        }
  });
});

describe('bitLineWeights', () => {
  const tiled = programs.filter(
    ({ wordLinesOn, inputBitsPerPhase }) => wordLinesOn <= 16 && inputBitsPerPhase <= 2,
  );

  it.each(tiled)('holds every weight bit as wide as a digit: $name', (program) => {
    const { codes, kernelsPerTile, wordLinesOn, inputBitsPerPhase } = program;
    const weightBits = program.columns.factors.length;
    const words = bitLineWeights(program);
    const slots = 2 * Math.ceil(kernelsPerTile / 2);

    expect(words).toHaveLength(codes.length * slots * 8);
    const expected = new Uint32Array(words.length);
    for (let group = 0; group < codes.length; group++)
      for (let kernel = 0; kernel < kernelsPerTile; kernel++)
        for (let bit = 0; bit < weightBits; bit++) {
          let word = 0;
          for (let line = 0; line < wordLinesOn; line++)
            if (bitOf(program, group * kernelsPerTile + kernel, bit, line))
              word += (2 ** inputBitsPerPhase - 1) * 2 ** (inputBitsPerPhase * line);
          expected[(group * slots + kernel) * 8 + bit] = word;
        }
    expect(words).toEqual(expected);
  });
});
