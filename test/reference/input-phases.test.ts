import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digit, wordActivations } from '../../src/reference/input-phases.ts';
import { toPrograms } from '../../src/simulate/to-program.ts';
import { mapped } from '../support/mapped.ts';
import { holds } from '../support/property.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

describe('digit', () => {
  it('gives digits that make up the activation again', () => {
    const activation = fc.integer({ min: 0, max: 255 });

    holds(
      fc.property(activation, fc.constantFrom(1, 2, 4), (value, bits) => {
        let sum = 0;
        for (let phase = 0; phase < 8 / bits; phase++) {
          const driven = digit(value, phase, bits);
          expect(driven >= 0 && driven < 2 ** bits).toBe(true);
          sum += driven * 2 ** (bits * phase);
        }

        expect(sum).toBe(value);
      }),
      300,
    );
  });

  it('gives the lowest digit first', () => {
    // 0b11_01_10_00
    expect([0, 1, 2, 3].map((phase) => digit(0b11011000, phase, 2))).toEqual([0, 2, 1, 3]);
  });
});

describe('wordActivations', () => {
  const programs = toPrograms(mapped(tourNetwork()));

  it('drives each pixel’s channels, and nothing on word lines beyond them', () => {
    const program = programs.get('half')!;
    const input = noise(program.input, 2);

    const lines = wordActivations(program, input);

    // 18 channels on 2 words of 16 lines.
    expect(lines).toHaveLength(2 * 9 * 8 * 32);
    for (let pixel = 0; pixel < 2 * 72; pixel++) {
      const own = [...lines.subarray(pixel * 32, pixel * 32 + 32)];
      expect(own).toEqual([
        ...input.data.subarray(pixel * 18, pixel * 18 + 18),
        ...new Array<number>(14).fill(0),
      ]);
    }
  });

  it('drives the patch of a packed layer, zero outside the map', () => {
    const program = programs.get('stem')!;
    const input = noise(program.input, 1);

    const lines = wordActivations(program, input);

    const pixel = (y: number, x: number): number[] =>
      y < 0 || x < 0 ? [0, 0, 0] : [...input.data.subarray((y * 8 + x) * 3, (y * 8 + x) * 3 + 3)];
    const patch = [-1, 0, 1].flatMap((y) => [-1, 0, 1].flatMap((x) => pixel(y, x)));
    expect([...lines.subarray(0, 32)]).toEqual([...patch, 0, 0, 0, 0, 0]);
  });
});
