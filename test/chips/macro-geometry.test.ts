import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { macroGeometry } from '../../src/chips/macro-geometry.ts';
import { caught } from '../support/caught.ts';

const widths = { weightBits: 8, inputBits: 8 };

describe('macroGeometry', () => {
  it('puts two 4-bit kernels, or four 2-bit ones, into a partition of 8 bit lines', () => {
    const kernelsPerCore = [8, 5, 4, 3, 2].map(
      (weightBits) => macroGeometry(mars, { ...widths, weightBits }).kernelsPerCore,
    );

    expect(kernelsPerCore).toEqual([16, 16, 32, 32, 64]);
  });

  it.each([
    [1, 1],
    [2, 1],
    [3, 2],
    [7, 4],
    [8, 4],
  ])('drives %i input bits in %i phases of 2', (inputBits, phases) => {
    expect(macroGeometry(mars, { ...widths, inputBits }).phases).toBe(phases);
  });

  it('rounds the time of a macro-op up to whole cycles', () => {
    const at = (frequency: number): number =>
      macroGeometry(setChipValues(mars, [`clock.frequency=${frequency}`]), widths).cyclesPerMacroOp;

    // 8.4 ns are 0.84 cycles of 10 ns, 1.68 of 5 ns, 8.4 of 1 ns.
    expect([at(100), at(200), at(1000)]).toEqual([1, 2, 9]);
  });

  it('takes no extra cycle for the rounding of doubles', () => {
    const chip = setChipValues(mars, ['clock.frequency=625', 'macro.phaseTime=1.6']);

    // One phase is exactly one cycle, so 6 input bits take 3; 3 * 1.6 is 4.800000000000001 in doubles.
    expect(macroGeometry(chip, { ...widths, inputBits: 6 }).cyclesPerMacroOp).toBe(3);
  });

  it('writes a group row by row, each in as many cycles as the port needs', () => {
    const load = (bits: number): number =>
      macroGeometry(setChipValues(mars, [`macro.writeBitsPerCycle=${bits}`]), widths)
        .loadCyclesPerGroup;

    expect([load(64), load(128), load(32), load(48)]).toEqual([16, 16, 32, 32]);
  });

  it('drops word lines that fill no group', () => {
    const chip = setChipValues(mars, ['macro.wordLines=100']);

    expect(macroGeometry(chip, widths).groupSlots).toBe(6);
  });

  it('refuses a macro that cannot hold one group', () => {
    const chip = setChipValues(mars, ['macro.wordLines=15']);

    expect(caught(() => macroGeometry(chip, widths))).toMatchObject({
      kind: 'chip',
      where: ['mars', 'macro.wordLines'],
    });
  });

  it('refuses a partition too narrow for a kernel', () => {
    const chip = setChipValues(mars, ['macro.bitLinesPerPartition=4']);

    expect(caught(() => macroGeometry(chip, widths))).toMatchObject({
      kind: 'chip',
      where: ['mars', 'macro.bitLinesPerPartition'],
    });
    expect(macroGeometry(chip, { ...widths, weightBits: 4 }).kernelsPerPartition).toBe(1);
  });
});
