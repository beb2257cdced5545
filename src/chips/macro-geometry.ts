// What follows from a chip's numbers and the bit widths: how many kernels run together, how long a macro-op takes.

import { CimError } from '../core/errors.ts';
import { ceilDivide } from '../core/integer.ts';
import { readoutCost } from './adc-cost.ts';
import type { ChipSpec } from './chip-spec.ts';
import { chipColumns } from './readout.ts';

/** The widths that a macro-op works with. */
export interface BitWidths {
  /** 2 ... 8, signed. */
  readonly weightBits: number;
  /** 1 ... 8, unsigned. */
  readonly inputBits: number;
}

/** Derived sizes of a chip at given bit widths. */
export interface MacroGeometry {
  /** Inputs of one macro-op. */
  readonly wordLinesOn: number;
  /** Bit lines of a kernel. */
  readonly columnsPerKernel: number;
  /** Kernels whose columns share one partition. */
  readonly kernelsPerPartition: number;
  /** Kernels of one macro-op. */
  readonly kernelsPerMacro: number;
  /** Kernels that run together on a core, with one shared index code. */
  readonly kernelsPerCore: number;
  /** Kernels of the first half of a core's macros, which takes turns with the second under macroPingPong. */
  readonly kernelsPerHalf: number;
  /** Weight groups that fit a macro at once. */
  readonly groupSlots: number;
  readonly phases: number;
  /** Cycles from one macro-op to the next. */
  readonly cyclesPerMacroOp: number;
  /** Cycles to write one group into a macro; the macros of a core are written together. */
  readonly loadCyclesPerGroup: number;
  /** Largest sum on a bit line in one phase, in unit discharges. */
  readonly largestSum: number;
}

/**
 * The {@link MacroGeometry} of a chip.
 * @throws {CimError} (chip) when a macro cannot hold one group, or a partition not one kernel
 */
export function macroGeometry(chip: ChipSpec, widths: BitWidths): MacroGeometry {
  const { macro } = chip;
  const wordLinesOn = macro.wordLinesOn.value;
  const groupSlots = Math.floor(macro.wordLines.value / wordLinesOn);
  if (groupSlots < 1)
    throw new CimError('chip', {
      what: `a macro of ${macro.wordLines.value} word lines cannot hold one weight group of ${wordLinesOn}`,
      where: [chip.name, 'macro.wordLines'],
      todo: `set macro.wordLines to ${wordLinesOn} or more`,
    });
  const { factors, cellBits } = chipColumns(chip, widths.weightBits);
  const columns = factors.length;
  const kernelsPerPartition = Math.floor(macro.bitLinesPerPartition.value / columns);
  if (kernelsPerPartition < 1)
    throw new CimError('chip', {
      what: `a partition of ${macro.bitLinesPerPartition.value} bit lines cannot hold a kernel of ${widths.weightBits} bits${columns === widths.weightBits ? '' : ` in ${columns} columns`}`,
      where: [chip.name, 'macro.bitLinesPerPartition'],
      todo: 'use fewer weight bits or wider partitions',
    });
  const kernelsPerMacro = macro.partitions.value * kernelsPerPartition;
  const phases = ceilDivide(widths.inputBits, macro.inputBitsPerPhase.value);
  const cyclesPerMacroOp = wholeCycles(
    (phases * readoutCost(chip).phaseTime * chip.clock.frequency.value) / 1000,
  );
  const rowBits = macro.partitions.value * macro.bitLinesPerPartition.value * cellBits;
  return {
    wordLinesOn,
    kernelsPerPartition,
    kernelsPerMacro,
    kernelsPerCore: kernelsPerMacro * chip.cores.macros.value,
    kernelsPerHalf: kernelsPerMacro * ceilDivide(chip.cores.macros.value, 2),
    groupSlots,
    phases,
    cyclesPerMacroOp,
    loadCyclesPerGroup: wordLinesOn * ceilDivide(rowBits, macro.writeBitsPerCycle.value),
    columnsPerKernel: columns,
    largestSum: wordLinesOn * (2 ** macro.inputBitsPerPhase.value - 1) * (2 ** cellBits - 1),
  };
}

/** Whole cycles that cover `time`, cycles; a billionth too much is rounding of decimal numbers, not a cycle. One at least. */
const wholeCycles = (time: number): number => Math.max(1, Math.ceil(time - 1e-9));
