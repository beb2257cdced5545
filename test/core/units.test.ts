import { describe, expect, it } from 'vitest';
import { cycles, durationOf, energyOf, femtoToPico, nanoseconds } from '../../src/core/units.ts';

describe('units', () => {
  it('one cycle at 100 MHz is 10 ns', () => {
    expect(durationOf(cycles(1), 100)).toBe(10);
    expect(durationOf(cycles(250), 1000)).toBe(250);
  });

  it('1500 fJ are 1.5 pJ', () => {
    expect(femtoToPico(1500)).toBe(1.5);
  });

  it('half a milliwatt for 170 ns is 85 pJ', () => {
    expect(energyOf(0.5, nanoseconds(170))).toBe(85);
  });
});
