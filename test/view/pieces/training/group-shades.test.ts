// Shades of weight groups follow their norms within a layer.

import { describe, expect, it } from 'vitest';
import { shadesOf } from '../../../../src/view/pieces/training/group-shades.ts';

describe('shadesOf', () => {
  it('shades by the mean of the groups that are not zero, and leaves zero ones empty', () => {
    // Mean of 1, 2, 9 is 4: shares 1/4, 1/2, 9/4; half of them is the shade, 1 at most.
    expect([...shadesOf(Float64Array.of(0, 1, 2, 9))]).toEqual([0, 0.125, 0.25, 1]);
  });

  it('keeps the smallest group apart from zero', () => {
    expect(shadesOf(Float64Array.of(1e-9, 1))[0]).toBeGreaterThan(0.1);
  });

  it('leaves a layer without groups empty', () => {
    expect([...shadesOf(Float64Array.of(0, 0))]).toEqual([0, 0]);
  });
});
