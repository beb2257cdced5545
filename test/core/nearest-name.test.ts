import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/core/nearest-name.ts';

const names = ['bits', 'step', 'offset', 'wordLines', 'wordLinesOn'];

describe('nearestName', () => {
  it.each([
    ['bitz', 'bits'],
    ['bit', 'bits'],
    ['setp', 'step'],
    ['wordlines', 'wordLines'],
    ['wordLineOn', 'wordLinesOn'],
  ])('takes %s for %s', (name, nearest) => {
    expect(nearestName(name, names)).toBe(nearest);
  });

  it('takes nothing for what is far from all names', () => {
    expect(nearestName('phaseTime', names)).toBeUndefined();
    expect(nearestName('b'.repeat(1e6), names)).toBeUndefined();
  });
});
