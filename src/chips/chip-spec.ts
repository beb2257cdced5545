// What describes a multi-macro CIM chip: the fields, their units, what they permit.

import { z } from 'zod';
import type { MultiplierBits } from '../core/integer.ts';
import { largestNoise, noNoise, type NoiseSpec } from './noise-spec.ts';
import type { Sourced, SourcedValue } from './sourced.ts';

/**
 * When weights are loaded: `serial`, before the macros of a core compute; `macroPingPong`, into one macro of a core
 * while the other computes, which halves the kernels that run together; `ideal`, hidden altogether (an upper bound).
 */
export type Overlap = 'serial' | 'macroPingPong' | 'ideal';

/**
 * How the ADC's part of a column read, of the macro and of an input phase follows its bits; `adcForms` has the forms and
 * their sources. `table`: by `adc.costs`. `none`: every ADC costs the same.
 */
export type AdcModel = 'zigzag' | 'neurosim' | 'walden' | 'schreier' | 'table' | 'none';

/** Every {@link AdcModel}. */
export const adcModels = ['zigzag', 'neurosim', 'walden', 'schreier', 'table', 'none'] as const;

/**
 * What the ADCs of the layers are fitted to. `chip`: nothing, each has the chip's. `calibrated`: the step of each layer,
 * so that its codes reach the given percentile of the sums that training images give. `table`: thresholds and values of
 * each layer, with the least squared error for the same sums (Lloyd-Max).
 */
export type AdcRange = 'chip' | 'calibrated' | 'table';

/** When macros leak: `none`, all the time; `idle`, not while their core pools or waits. */
export type Gating = 'none' | 'idle';

/** Where weights are loaded from: the weight SRAM, which is taken to hold them, or DRAM. */
export type WeightSource = 'weightSram' | 'dram';

/** What becomes of a feature map that fits no bank: it is refused, or kept in DRAM and streamed through the banks. */
export type LargeMaps = 'banks' | 'dram';

/** Which groups are stored and computed: `groups`, those that are not zero; `none`, every one (no sparsity support). */
export type Sparsity = 'groups' | 'none';

/**
 * How cells hold a weight. `twosComplement`: each column holds a digit of `bits` bits, and the sign bit has a column of
 * its own. `differential`: each digit of the magnitude has two columns, one of positive and one of negative weights, and
 * the codes of the second are taken off.
 */
export interface WeightCells {
  readonly kind: 'twosComplement' | 'differential';
  /** Bits of a cell, 1 ... 4: it discharges 0 ... 2^bits - 1 units per unit of its digit. */
  readonly bits: Sourced;
}

/** The array that multiplies: word lines drive inputs, bit lines hold weights, one column each. */
export interface MacroSpec {
  /** Rows of cells. Word lines in all; `wordLines / wordLinesOn` groups fit. */
  readonly wordLines: Sourced;
  /** Word lines that are on at once: inputs per macro-op. 1 ... 256. */
  readonly wordLinesOn: Sourced;
  /** How cells hold weights; the bits of two's complement, one per cell, where nothing is said. */
  readonly cells?: WeightCells | undefined;
  /** Parts that each hold a kernel (or several, if its columns leave room) and are read together. */
  readonly partitions: Sourced;
  /** Bit lines of a partition: the most columns of a kernel. */
  readonly bitLinesPerPartition: Sourced;
  /** Bits of each input that are driven in one input phase: 1, 2 or 4. */
  readonly inputBitsPerPhase: Sourced;
  /** Duration of an input phase, conversion included, at `adc.calibratedBits`; ns. */
  readonly phaseTime: Sourced;
  /** Bits that are written into a macro per cycle. */
  readonly writeBitsPerCycle: Sourced;
}

/** The converter of a bit line's sum into a column code: uniform, or any other, as a table. */
export type AdcSpec = UniformAdcSpec | TableAdcSpec;

/** What an ADC costs, and what it is fitted to. */
export interface AdcCostSpec {
  readonly model: Sourced<AdcModel>;
  /** Bits that `energy.columnPhase`, `area.macro` and `macro.phaseTime` were stated for, 1 ... 8. */
  readonly calibratedBits: Sourced;
  /** The ADC's share of `energy.columnPhase`, of `area.macro` and of `macro.phaseTime` at those bits. */
  readonly energyShare: Sourced;
  readonly areaShare: Sourced;
  readonly timeShare: Sourced;
  /** Instead of shares and a form, where the model is `table`. */
  readonly costs?: AdcCostTable | undefined;
  readonly range: Sourced<AdcRange>;
  /** Share of the sums, in percent, that the codes of a calibrated ADC reach: above 0, to 100. */
  readonly percentile: Sourced;
}

/** What an ADC costs by its bits, all in ascending order. */
export interface AdcCostTable {
  readonly bits: Sourced<readonly number[]>;
  /** A conversion, fJ. */
  readonly energy: Sourced<readonly number[]>;
  /** One ADC, um2. */
  readonly area: Sourced<readonly number[]>;
  /** A conversion, ns. */
  readonly time: Sourced<readonly number[]>;
}

/** An ADC whose codes are as far apart everywhere. */
export interface UniformAdcSpec extends AdcCostSpec {
  /** May be left out. */
  readonly kind?: 'uniform' | undefined;
  /** 1 ... 8. */
  readonly bits: Sourced;
  /** Distance between two codes, in unit discharges (one cell at digit 1); kept to 1/256. */
  readonly step: Sourced;
  /** The sum that code 0 stands for, in unit discharges; kept to 1/256. */
  readonly offset: Sourced;
}

/** An ADC by its codes, in unit discharges kept to 1/256. */
export interface TableAdcSpec extends AdcCostSpec {
  readonly kind: 'table';
  /** Ascending, 1 ... 255: the code of a sum is how many of these it reaches. */
  readonly thresholds: Sourced<readonly number[]>;
  /** The sum that each code stands for, ascending: one more than thresholds. */
  readonly values: Sourced<readonly number[]>;
}

/** What cores wait for each other at: the end of every pass of one tile per core, or only of a layer. */
export type Barrier = 'pass' | 'layer';

/** A chip as data. Every number is a {@link Sourced} value. */
export interface ChipSpec {
  readonly name: string;
  readonly title: string;
  readonly process: {
    /** Describes: nothing is scaled by it, so `set` refuses another. */
    readonly node: Sourced;
    readonly supply: Sourced;
    /** Supply that the energies and the static power are stated at: they go with (supply / ratedSupply)^2. */
    readonly ratedSupply: Sourced;
  };
  readonly clock: { readonly frequency: Sourced };
  /** Bits that networks get on this chip unless a person says otherwise. */
  readonly precision: { readonly weightBits: Sourced; readonly activationBits: Sourced };
  readonly cores: { readonly count: Sourced; readonly macros: Sourced };
  readonly macro: MacroSpec;
  readonly adc: AdcSpec;
  readonly noise: NoiseSpec;
  readonly accumulator: {
    /** Width of the registers that add up partial sums; sums beyond are clamped and counted. */
    readonly bits: Sourced;
    /** Bits of partial sums that a core reads or writes per cycle when a tile needs several weight loads. */
    readonly spillBitsPerCycle: Sourced;
  };
  readonly requantizer: {
    /** Bits of the numbers that sums are multiplied by: 8, or 16 for scales that are all but exact. */
    readonly multiplierBits: Sourced<MultiplierBits>;
  };
  readonly featureMap: {
    /** Two banks that change places after each layer. */
    readonly bankBytes: Sourced;
    /** A third memory, for maps that a residual addition needs later; 0: none. */
    readonly shortcutBytes: Sourced;
    /** Bits of one word. */
    readonly portBits: Sourced;
    /** Words that the bank that is read gives per cycle, and that the other one takes. */
    readonly readPorts: Sourced;
    readonly writePorts: Sourced;
  };
  readonly weightSram: { readonly bytes: Sourced };
  readonly dram: {
    /** GB/s, of all that is read and written. */
    readonly bandwidth: Sourced;
    /** From the start of a transfer to its first byte, ns. */
    readonly latency: Sourced;
  };
  readonly energy: EnergySpec;
  readonly static: StaticSpec;
  readonly area: AreaSpec;
  readonly controller: {
    readonly overlap: Sourced<Overlap>;
    readonly sparsity: Sourced<Sparsity>;
    readonly barrier: Sourced<Barrier>;
    /** Cycles from a macro-op to its stored activation: lost once at the end of every weight load's computing. */
    readonly pipelineCycles: Sourced;
    readonly weights: Sourced<WeightSource>;
    readonly maps: Sourced<LargeMaps>;
    /** Images that a layer's weights are loaded once for; the maps of all of them must fit the banks. */
    readonly batch: Sourced;
  };
}

/** A chip whose ADC is uniform. */
export type UniformChip = ChipSpec & { readonly adc: UniformAdcSpec };

/** Energy of each kind of event. */
export interface EnergySpec {
  /** One bit line read in one input phase, with an ADC of `adc.calibratedBits`, fJ. */
  readonly columnPhase: Sourced;
  /** What a column read costs in a phase that drives no word line, as a share of columnPhase. */
  readonly zeroPhaseShare: Sourced;
  readonly featureMapRead: Sourced;
  readonly featureMapWrite: Sourced;
  /** One accumulator bit in one macro-op, fJ. */
  readonly accumulatorBit: Sourced;
  /** Partial sums that spill, read or written, pJ/b. */
  readonly partialSum: Sourced;
  /** Scale, round, clip and add the residual: one activation, fJ. */
  readonly requantize: Sourced;
  readonly weightSramRead: Sourced;
  readonly macroWrite: Sourced;
  /** Reading or writing DRAM, pJ/b; reported apart. */
  readonly dram: Sourced;
}

/** Power that is drawn whatever happens: leakage, clock and control. */
export interface StaticSpec {
  /** What the chip has once: controller, clock, mW. */
  readonly control: Sourced;
  /** Each core without its macros, mW. */
  readonly core: Sourced;
  /** Each macro with its ADCs, mW. */
  readonly macro: Sourced;
  /** Each byte of feature-map, shortcut and weight SRAM, nW. */
  readonly sramByte: Sourced;
  readonly gating: Sourced<Gating>;
}

/** Area of each kind of part. */
export interface AreaSpec {
  /** One macro with its ADCs of `adc.calibratedBits`, mm2. */
  readonly macro: Sourced;
  /** Feature-map, shortcut and weight SRAM, um2 per bit. */
  readonly sramBit: Sourced;
  /** One accumulator bit: adder and register, um2. */
  readonly accumulatorBit: Sourced;
}

const sourcedSchema = (value: z.ZodType<SourcedValue>, unit: string): z.ZodType =>
  z.strictObject({
    value,
    unit: z.literal(unit),
    evidence: z.enum(['read', 'inferred', 'assumed']),
    source: z.string().min(1),
  });
const count = (low: number, high: number): z.ZodType =>
  sourcedSchema(z.int().min(low).max(high), '');
const amount = (unit: string): z.ZodType => sourcedSchema(z.number().nonnegative().max(1e12), unit);
const deviation = (unit: string, high: number): z.ZodType =>
  sourcedSchema(z.number().min(0).max(high), unit);
/** A physical quantity; the bounds are far from any chip, and keep a timeline's numbers exact. */
const quantity = (unit: string, low: number, high: number): z.ZodType =>
  sourcedSchema(z.number().min(low).max(high), unit);

const choice = (...values: [string, ...string[]]): z.ZodType => sourcedSchema(z.enum(values), '');

const share = (): z.ZodType => sourcedSchema(z.number().min(0).max(1), '').optional();
const costRow = (unit: string): z.ZodType =>
  sourcedSchema(z.array(z.number().nonnegative().max(1e12)).min(1).max(8), unit);
/** What chip files from before may leave out, and `completeChip` adds, is optional here. */
const adcCosts = {
  model: choice(...adcModels).optional(),
  calibratedBits: count(1, 8).optional(),
  energyShare: share(),
  areaShare: share(),
  timeShare: share(),
  costs: z
    .strictObject({
      bits: sourcedSchema(z.array(z.int().min(1).max(8)).min(1).max(8), ''),
      energy: costRow('fJ'),
      area: costRow('um2'),
      time: costRow('ns'),
    })
    .optional(),
  range: choice('chip', 'calibrated', 'table').optional(),
  percentile: sourcedSchema(z.number().gt(0).max(100), '%').optional(),
};
const uniformAdcSchema = z.strictObject({
  kind: z.literal('uniform').optional(),
  bits: count(1, 8),
  step: sourcedSchema(
    z
      .number()
      .min(1 / 256)
      .max(64),
    'unit discharge',
  ),
  offset: sourcedSchema(z.number().min(-1024).max(1024), 'unit discharge'),
  ...adcCosts,
});
/** `most` numbers of the sums that a bit line can have, and some beyond them. */
const sums = (most: number): z.ZodType =>
  sourcedSchema(z.array(z.number().min(-4096).max(4096)).min(1).max(most), 'unit discharge');
const tableAdcSchema = z.strictObject({
  kind: z.literal('table'),
  thresholds: sums(255),
  values: sums(256),
  ...adcCosts,
});

/**
 * Checks a {@link ChipSpec}; also the source of the JSON Schema for chip files. A `z.ZodType`: the types of the package
 * do not name it, since those of zod need a library that has `URL`.
 */
export const chipSchema: object = z.strictObject({
  name: z.string().min(1),
  title: z.string().min(1),
  process: z.strictObject({
    node: quantity('nm', 0.1, 1e5),
    supply: quantity('V', 0.01, 100),
    ratedSupply: quantity('V', 0.01, 100).optional(),
  }),
  clock: z.strictObject({ frequency: quantity('MHz', 1e-3, 1e6) }),
  precision: z.strictObject({ weightBits: count(2, 8), activationBits: count(1, 8) }),
  cores: z.strictObject({ count: count(1, 65536), macros: count(1, 64) }),
  macro: z.strictObject({
    wordLines: count(1, 65536),
    wordLinesOn: count(1, 256),
    cells: z
      .strictObject({
        kind: z.enum(['twosComplement', 'differential']),
        bits: count(1, 4),
      })
      .optional(),
    partitions: count(1, 1024),
    bitLinesPerPartition: count(1, 64),
    inputBitsPerPhase: sourcedSchema(z.union([z.literal(1), z.literal(2), z.literal(4)]), ''),
    phaseTime: quantity('ns', 1e-3, 1e6),
    writeBitsPerCycle: count(1, 65536),
  }),
  adc: z.discriminatedUnion('kind', [uniformAdcSchema, tableAdcSchema]),
  noise: z
    .strictObject({
      read: deviation('unit discharge', largestNoise.read),
      offset: deviation('unit discharge', largestNoise.offset),
      gain: deviation('', largestNoise.gain),
      cell: deviation('', largestNoise.cell),
    })
    .default(noNoise('not in the chip file, which says nothing of noise: off')),
  accumulator: z.strictObject({ bits: count(8, 32), spillBitsPerCycle: count(1, 65536) }),
  requantizer: z
    .strictObject({ multiplierBits: sourcedSchema(z.union([z.literal(8), z.literal(16)]), '') })
    .optional(),
  featureMap: z.strictObject({
    bankBytes: count(1, 2 ** 30),
    shortcutBytes: count(0, 2 ** 30),
    portBits: count(1, 65536),
    readPorts: count(1, 1024),
    writePorts: count(1, 1024),
  }),
  weightSram: z.strictObject({ bytes: count(1, 2 ** 30) }),
  dram: z
    .strictObject({ bandwidth: quantity('GB/s', 1e-6, 1e6), latency: quantity('ns', 0, 1e6) })
    .optional(),
  energy: z.strictObject({
    columnPhase: amount('fJ'),
    zeroPhaseShare: sourcedSchema(z.number().min(0).max(1), ''),
    featureMapRead: amount('pJ/b'),
    featureMapWrite: amount('pJ/b'),
    accumulatorBit: amount('fJ'),
    partialSum: amount('pJ/b'),
    requantize: amount('fJ'),
    weightSramRead: amount('pJ/b'),
    macroWrite: amount('pJ/b'),
    dram: amount('pJ/b'),
  }),
  static: z
    .strictObject({
      control: amount('mW'),
      core: amount('mW'),
      macro: amount('mW'),
      sramByte: amount('nW/B'),
      gating: choice('none', 'idle'),
    })
    .optional(),
  area: z.strictObject({
    macro: amount('mm2'),
    sramBit: amount('um2'),
    accumulatorBit: amount('um2'),
  }),
  controller: z.strictObject({
    overlap: choice('serial', 'macroPingPong', 'ideal'),
    sparsity: choice('groups', 'none'),
    barrier: choice('pass', 'layer'),
    pipelineCycles: count(0, 1000),
    weights: choice('weightSram', 'dram').optional(),
    maps: choice('banks', 'dram').optional(),
    batch: count(1, 1024).optional(),
  }),
});
