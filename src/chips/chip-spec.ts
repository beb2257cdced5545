// What describes a multi-macro CIM chip: the fields, their units, what they permit.

import { z } from 'zod';
import type { Sourced } from './sourced.ts';

/** When weights are loaded: before the macros compute, or (upper bound) hidden behind the computing. */
export type Overlap = 'serial' | 'ideal';

/** The SRAM array that multiplies: word lines drive inputs, bit lines hold weight bits. */
export interface MacroSpec {
  /** Rows of cells. Word lines in all; `wordLines / wordLinesOn` groups fit. */
  readonly wordLines: Sourced;
  /** Word lines that are on at once: inputs per macro-op. 1 ... 64. */
  readonly wordLinesOn: Sourced;
  /** Parts that each hold a kernel (or several, if its bits leave room) and are read together. */
  readonly partitions: Sourced;
  /** Bit lines of a partition: the most weight bits of a kernel. */
  readonly bitLinesPerPartition: Sourced;
  /** Bits of each input that are driven in one input phase: 1, 2 or 4. */
  readonly inputBitsPerPhase: Sourced;
  /** Duration of an input phase, ns. */
  readonly phaseTime: Sourced;
  /** Bits that are written into a macro per cycle. */
  readonly writeBitsPerCycle: Sourced;
}

/** The converter of a bit line's sum into a column code. */
export interface AdcSpec {
  /** 1 ... 8. */
  readonly bits: Sourced;
  /** Distance between two codes, in unit discharges (one cell at digit 1); kept to 1/256. */
  readonly step: Sourced;
  /** The sum that code 0 stands for, in unit discharges; kept to 1/256. */
  readonly offset: Sourced;
}

/** A chip as data. Every number is a {@link Sourced} value. */
export interface ChipSpec {
  readonly name: string;
  readonly title: string;
  readonly process: { readonly node: Sourced; readonly supply: Sourced };
  readonly clock: { readonly frequency: Sourced };
  readonly cores: { readonly count: Sourced; readonly macros: Sourced };
  readonly macro: MacroSpec;
  readonly adc: AdcSpec;
  /** Width of the registers that add up partial sums, bits; sums beyond are clamped and counted. */
  readonly accumulator: { readonly bits: Sourced };
  /** Two banks that change places after each layer. */
  readonly featureMap: { readonly bankBytes: Sourced; readonly portBits: Sourced };
  readonly energy: {
    /** One bit line read in one input phase, ADC included, fJ. */
    readonly columnPhase: Sourced;
    readonly featureMapRead: Sourced;
    readonly featureMapWrite: Sourced;
    /** One accumulator bit in one macro-op, fJ. */
    readonly accumulatorBit: Sourced;
    readonly weightSramRead: Sourced;
    readonly macroWrite: Sourced;
    /** Leakage, clock and control, mW. */
    readonly static: Sourced;
    readonly dram: Sourced;
  };
  readonly controller: { readonly overlap: Sourced<Overlap> };
}

const sourcedSchema = (value: z.ZodType<number | string>, unit: string): z.ZodType =>
  z.strictObject({
    value,
    unit: z.literal(unit),
    evidence: z.enum(['read', 'inferred', 'assumed']),
    source: z.string().min(1),
  });
const count = (low: number, high: number): z.ZodType =>
  sourcedSchema(z.int().min(low).max(high), '');
const amount = (unit: string): z.ZodType => sourcedSchema(z.number().nonnegative().max(1e12), unit);
const positive = (unit: string): z.ZodType => sourcedSchema(z.number().positive().max(1e12), unit);

/** Checks a {@link ChipSpec}; also the source of the JSON Schema for chip files. */
export const chipSchema: z.ZodType = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  process: z.strictObject({ node: positive('nm'), supply: positive('V') }),
  clock: z.strictObject({ frequency: positive('MHz') }),
  cores: z.strictObject({ count: count(1, 65536), macros: count(1, 64) }),
  macro: z.strictObject({
    wordLines: count(1, 65536),
    wordLinesOn: count(1, 64),
    partitions: count(1, 1024),
    bitLinesPerPartition: count(1, 64),
    inputBitsPerPhase: sourcedSchema(z.union([z.literal(1), z.literal(2), z.literal(4)]), ''),
    phaseTime: positive('ns'),
    writeBitsPerCycle: count(1, 65536),
  }),
  adc: z.strictObject({
    bits: count(1, 8),
    step: sourcedSchema(
      z
        .number()
        .min(1 / 256)
        .max(64),
      'unit discharge',
    ),
    offset: sourcedSchema(z.number().min(-1024).max(1024), 'unit discharge'),
  }),
  accumulator: z.strictObject({ bits: count(8, 32) }),
  featureMap: z.strictObject({ bankBytes: count(1, 2 ** 30), portBits: count(1, 65536) }),
  energy: z.strictObject({
    columnPhase: amount('fJ'),
    featureMapRead: amount('pJ/b'),
    featureMapWrite: amount('pJ/b'),
    accumulatorBit: amount('fJ'),
    weightSramRead: amount('pJ/b'),
    macroWrite: amount('pJ/b'),
    static: amount('mW'),
    dram: amount('pJ/b'),
  }),
  controller: z.strictObject({ overlap: sourcedSchema(z.enum(['serial', 'ideal']), '') }),
});
