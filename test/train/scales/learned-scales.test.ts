import { describe, expect, it } from 'vitest';
import { learnScale, scaleNumbers } from '../../../src/train/scales/learned-scales.ts';
import { tourNetwork } from '../../support/small-networks.ts';

describe('learnScale', () => {
  const update = { learningRate: 0.1, momentum: 0.5, values: 25, highest: 4 };

  it('goes against the gradient, divided by the root of values times codes, with momentum', () => {
    const moved = learnScale({ value: 1, velocity: 0.2 }, { ...update, gradient: 3 });

    expect(moved.velocity).toBeCloseTo(0.5 * 0.2 + 3 / 10, 12);
    expect(moved.value).toBeCloseTo(1 - 0.1 * moved.velocity, 12);
  });

  it('never moves by more than a fifth', () => {
    const far = (gradient: number): number =>
      learnScale({ value: 2, velocity: 0 }, { ...update, gradient }).value;

    expect(far(1e9)).toBeCloseTo(1.6, 12);
    expect(far(-1e9)).toBeCloseTo(2.4, 12);
  });
});

describe('scaleNumbers', () => {
  it('refuses scales that the requantizer cannot apply, naming the layer', () => {
    const number = (value: number): { value: number; velocity: number } => ({ value, velocity: 0 });
    const scales = new Map(
      ['stem', 'half', 'main', 'skip', 'join', 'fc'].map((name) => [
        name,
        { weight: number(0.1), output: number(name === 'main' ? 1e-9 : 0.1) },
      ]),
    );

    expect(() => scaleNumbers(tourNetwork(), scales, 8)).toThrow(
      expect.objectContaining({ kind: 'compress' }),
    );
    expect(() => scaleNumbers(tourNetwork(), scales, 8)).toThrow('tour > main');
  });
});
