// Host side of shaders/macro-mac.wgsl.

import adc from '../../../shaders/lib/adc.wgsl?raw';
import events from '../../../shaders/lib/events.wgsl?raw';
import linearIndex from '../../../shaders/lib/linear-index.wgsl?raw';
import noise from '../../../shaders/lib/noise.wgsl?raw';
import code from '../../../shaders/macro-mac.wgsl?raw';
import { adcUnits, uniformAdc } from '../../core/adc-table.ts';
import { binaryBits, factorSum } from '../../core/columns.ts';
import { positionsOf } from '../../core/window.ts';
import { planesPerKernel } from '../../simulate/cell-planes.ts';
import { largestSum, type MacroProgram, wordsPerPlane } from '../../simulate/macro-program.ts';
import type { KernelSource } from '../kernel.ts';
import type { LayerPart, WeightBytes } from '../layer-parts.ts';
import { outsideWords } from './input-phases.ts';
import { uniformLayout, type UniformLayout } from '../uniform-layout.ts';
import { levelUnits } from './tile.ts';
import { windowParams } from './window-params.ts';

const fields = {
  invocations: 'u32',
  kernels: 'u32',
  kernels_per_tile: 'u32',
  output_height: 'u32',
  output_width: 'u32',
  words_height: 'u32',
  words_width: 'u32',
  blocks: 'u32',
  kernel_width: 'u32',
  positions: 'u32',
  stride_y: 'u32',
  stride_x: 'u32',
  pad_top: 'u32',
  pad_left: 'u32',
  dilation_y: 'u32',
  dilation_x: 'u32',
  accumulator_bits: 'u32',
  offset_upper: 'i32',
  offset_lower: 'i32',
  noise_key: 'u32',
  first_image: 'u32',
  quantiles: 'u32',
  cell_errors: 'u32',
  readout: 'u32',
  all_kernels: 'u32',
  first_kernel: 'u32',
  outside_words: 'u32',
} as const;

const params: UniformLayout<typeof fields> = uniformLayout('MacroMacParams', fields);

const bindings = {
  planes: 'read',
  cell_planes: 'read',
  tile_starts: 'read',
  codes: 'read',
  bias: 'read',
  sums: 'read_write',
  events: 'read_write',
  tables: 'read',
} as const;

/** The kernel; see the shader's header. */
export const macroMac: KernelSource<typeof fields, typeof bindings> = {
  name: 'macro-mac',
  code: linearIndex + adc + events + noise + code,
  params,
  bindings,
  constants: [
    'FINISH',
    'WORDS',
    'COLUMNS',
    'CELL_BITS',
    'BINARY',
    'FACTOR_SUM',
    'PHASES',
    'BITS_PER_PHASE',
    'LARGEST_SUM',
    'ADC_UNIFORM',
    'ADC_CODES',
    'ADC_STEP',
    'ADC_OFFSET',
    'NOISE',
    'READ_NOISE',
    'CELL_ERRORS',
    'WORD_LINES_ON',
  ],
};

/**
 * Values of the overrides for a program; `finish`: whether levels become sums here. Columns that are the bits of two's
 * complement, and an ADC that is uniform, are computed with; any others are looked up in {@link macroMacTables}.
 */
export const macroMacConstants = (
  program: MacroProgram,
  finish: boolean,
): Record<string, number> => ({
  FINISH: finish ? 1 : 0,
  WORDS: wordsPerPlane(program),
  COLUMNS: program.columns.factors.length,
  CELL_BITS: program.columns.cellBits,
  BINARY: binaryBits(program.columns) === undefined ? 0 : 1,
  FACTOR_SUM: factorSum(program.columns),
  PHASES: program.phases,
  BITS_PER_PHASE: program.inputBitsPerPhase,
  LARGEST_SUM: largestSum(program),
  ADC_UNIFORM: uniformAdc(program.adc) ? 1 : 0,
  ADC_CODES: program.adc.values.length,
  ADC_STEP: adcUnits(program.adc).step,
  ADC_OFFSET: adcUnits(program.adc).offset,
  NOISE: program.noise ? 1 : 0,
  READ_NOISE: program.noise?.readQuantiles ? 1 : 0,
  CELL_ERRORS: program.noise?.cellErrors ? 1 : 0,
  WORD_LINES_ON: program.wordLinesOn,
});

/** (image, y, x, kernel) of a batch. */
export const macroMacInvocations = (program: MacroProgram, images: number): number =>
  images * program.output.height * program.output.width * program.output.channels;

/** Bytes of the larger of cells and tables: see {@link macroMacTables}. */
export function macroMacBytes(program: MacroProgram): WeightBytes {
  const { kernelsPerTile, wordLinesOn, noise } = program;
  const columns = kernelsPerTile * program.columns.factors.length;
  const planes = kernelsPerTile * planesPerKernel(program);
  const cells = noise?.cellErrors ? columns * wordLinesOn : 0;
  return {
    perGroup: Math.max(4 * planes * wordsPerPlane(program), cells),
    perTile: noise ? 8 * columns : 4,
    fixed: 2 * (noise?.readQuantiles?.length ?? 0) + 4 * readoutWords(program) + 16,
  };
}

/** Words of factors, thresholds, levels, and the two ends of the codes: only what is not computed with is looked up. */
function readoutWords({ columns, adc }: MacroProgram): number {
  const factors = binaryBits(columns) === undefined ? columns.factors.length : 0;
  return factors + (uniformAdc(adc) ? 0 : adc.thresholds.length + adc.values.length + 2);
}

/** Words of the tables of a program's noise: what is fixed per column, read noise, cell errors. */
const noiseSections = ({
  noise,
}: MacroProgram): Readonly<Record<'columns' | 'reads' | 'cells', number>> => ({
  columns: 2 * (noise?.columnOffsets.length ?? 0),
  reads: (noise?.readQuantiles?.length ?? 0) / 2,
  cells: Math.ceil((noise?.cellErrors?.length ?? 0) / 4),
});

/** Noise, factors and ADC of a program as the kernel reads them; see the shader's binding. */
export function macroMacTables(program: MacroProgram): Int32Array {
  const { noise: of, adc } = program;
  const { columns, reads, cells } = noiseSections(program);
  const table = new Int32Array(columns + reads + cells + readoutWords(program));
  const { factors } = program.columns;
  const readout = [
    ...(binaryBits(program.columns) === undefined ? factors : []),
    ...(uniformAdc(adc) ? [] : [adc.low, adc.high, ...adc.thresholds, ...adcUnits(adc).levels]),
  ];
  table.set(readout, columns + reads + cells);
  of?.columnOffsets.forEach((offset, column) => {
    table[2 * column] = offset;
    table[2 * column + 1] = of.columnGains[column] as number;
  });
  if (of?.readQuantiles) new Int16Array(table.buffer, 4 * columns).set(of.readQuantiles);
  if (of?.cellErrors) new Int8Array(table.buffer, 4 * (columns + reads)).set(of.cellErrors);
  return table;
}

/** The uniform of a part for a batch whose first image has number `firstImage` in the run. */
export function macroMacParams(
  { program, firstKernel, allKernels }: LayerPart,
  images: number,
  firstImage: number,
): ArrayBuffer {
  const { kernel } = program;
  const { offset } = levelUnits(program);
  const { columns, reads, cells } = noiseSections(program);
  return params.pack({
    invocations: macroMacInvocations(program, images),
    kernels: program.output.channels,
    kernels_per_tile: program.kernelsPerTile,
    output_height: program.output.height,
    output_width: program.output.width,
    words_height: program.words.height,
    words_width: program.words.width,
    blocks: program.words.blocks,
    kernel_width: kernel.width,
    positions: positionsOf(kernel),
    ...windowParams(kernel),
    accumulator_bits: program.accumulatorBits,
    offset_upper: Math.floor(offset / 256),
    offset_lower: offset - 256 * Math.floor(offset / 256),
    noise_key: program.noise?.key ?? 0,
    first_image: firstImage,
    quantiles: columns,
    cell_errors: columns + reads,
    readout: columns + reads + cells,
    all_kernels: allKernels,
    first_kernel: firstKernel,
    outside_words: outsideWords(program, images),
  });
}
