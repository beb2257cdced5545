// A macro layer as a backend sees it: integers only, every size spelt out. Mapping and the mvm command both make these.

import { type AdcTable, adcUnits } from '../core/adc-table.ts';
import { type Columns, factorSum } from '../core/columns.ts';
import type { StoredCodes } from '../compress/compressed-network.ts';
import type { FixedScale } from '../core/integer.ts';
import type { Shape } from '../core/feature-map.ts';
import type { Window } from '../core/window.ts';

/** How sums become stored activations; see `Requantize` and `IntegerResidual` of compress. */
export interface RequantizeProgram {
  readonly scale: FixedScale;
  readonly outputBits: number;
  readonly signed: boolean;
  /** 256 entries: `scale` makes codes of -128 ... 127, and entry c + 128 is stored for code c. */
  readonly table?: Uint8Array | undefined;
  /** As of `Requantize`: four numbers for each kernel, which take the place of both scales. */
  readonly kernels?: Int32Array | undefined;
  /** As of `Requantize`: instead of the range of `outputBits` and `signed`. */
  readonly codes?: StoredCodes | undefined;
  /** As of `Requantize`: bits behind the point of sums to which the residual is added; 0 by default. */
  readonly fraction?: number | undefined;
  readonly residual:
    | {
        readonly stride: number;
        readonly channelOffset: number;
        readonly scale: FixedScale;
        readonly signed: boolean;
        /** As of `IntegerResidual`: the code that stands for 0; 0 by default. */
        readonly zero?: number | undefined;
      }
    | undefined;
}

/** Noise of one layer. */
export interface NoiseProgram {
  /** Layer key of the read noise: 32 bits that depend on the seed and the number of the layer. */
  readonly key: number;
  /** Read noise by 16-bit uniform, in 1/256 unit discharge; 65536 entries. Undefined: there is none. */
  readonly readQuantiles: Int16Array | undefined;
  /** Offset of each column in 1/256 unit discharge, order (tile, kernel in tile, column). */
  readonly columnOffsets: Int32Array;
  /** Deviation of each column's gain from 1, in 1/65536, order (tile, kernel in tile, column). */
  readonly columnGains: Int32Array;
  /**
   * Deviation of each cell's discharge in 1/256 unit discharge, -127 ... 127, order (group, kernel in tile, column,
   * word line); 0 where the cell is 0, for such a cell discharges nothing. Undefined: there is none.
   */
  readonly cellErrors: Int8Array | undefined;
}

/** One layer, ready to run. */
export interface MacroProgram {
  readonly name: string;
  readonly input: Shape;
  /** Window whose pixels are dealt onto word lines as one patch: the kernel of a packed layer, else 1 x 1. */
  readonly patch: Window;
  /** The word map: one word of inputs per block at each of these pixels. */
  readonly words: { readonly height: number; readonly width: number; readonly blocks: number };
  /** What word lines drive whose pixel lies outside the input: the code that stands for 0. */
  readonly padCode: number;
  /** Window whose positions are groups of their own: the kernel, or 1 x 1 in a packed layer. */
  readonly kernel: Window;
  /** Height, width and kernels of the result. */
  readonly output: Shape;
  readonly wordLinesOn: number;
  readonly inputBits: number;
  readonly inputBitsPerPhase: number;
  readonly phases: number;
  /** The bit lines of a kernel: what their codes stand for, and how their cells hold a weight. */
  readonly columns: Columns;
  readonly adc: AdcTable;
  /** Undefined: bit lines and ADC are ideal. */
  readonly noise: NoiseProgram | undefined;
  readonly accumulatorBits: number;
  readonly kernelsPerTile: number;
  /** Number of the first group of each tile, and of the end: tiles + 1 entries. */
  readonly tileStarts: Uint32Array;
  /** Index code of each group: block * (kernel.height * kernel.width) + ky * kernel.width + kx. */
  readonly codes: Uint32Array;
  /** Weights, order (group, kernel in tile, word line); 0 where the layer has none. `columns` tells the cells. */
  readonly weights: Int8Array;
  /** One per kernel. */
  readonly bias: Int32Array;
  /** Undefined: the sums themselves are the result. */
  readonly requantize: RequantizeProgram | undefined;
}

/** 32-bit words that hold one bit of every word line. */
export const wordsPerPlane = (program: Pick<MacroProgram, 'wordLinesOn'>): number =>
  Math.ceil(program.wordLinesOn / 32);

/** Input planes of a word: bits per phase x phases. Planes above the input bits are zero. */
export const planesPerWord = (
  program: Pick<MacroProgram, 'phases' | 'inputBitsPerPhase'>,
): number => program.phases * program.inputBitsPerPhase;

/** Sum over the phases of each phase's weight: 1 + 2^b + 4^b ... for b bits per phase. */
export const phaseWeights = (program: Pick<MacroProgram, 'phases' | 'inputBitsPerPhase'>): number =>
  (2 ** planesPerWord(program) - 1) / (2 ** program.inputBitsPerPhase - 1);

/**
 * What the ADC's offset adds to a kernel's sum with each macro-op, in 1/256 unit: every code stands for `offset` more.
 * The factors of two's complement sum to -1, those of differential columns to 0.
 */
export const offsetPerMacroOp = (program: MacroProgram): number =>
  factorSum(program.columns) * adcUnits(program.adc).offset * phaseWeights(program);

/** Largest sum that a bit line can have in one phase. */
export const largestSum = (
  program: Pick<MacroProgram, 'wordLinesOn' | 'inputBitsPerPhase' | 'columns'>,
): number =>
  program.wordLinesOn * (2 ** program.inputBitsPerPhase - 1) * (2 ** program.columns.cellBits - 1);
