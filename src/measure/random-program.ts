// Random macro programs over everything that the chip model permits, a third of them with noise, for comparing backends.

import { type AdcTable, uniformTable } from '../core/adc-table.ts';
import { differential, twosComplement } from '../core/columns.ts';
import { at } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { FixedScale } from '../core/integer.ts';
import { onePixel, outputSize, symmetricWindow, type Window } from '../core/window.ts';
import type { NoiseDeviations } from '../chips/noise-spec.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { type IdealProgram, noiseProgram } from '../simulate/noise-program.ts';
import { type Draw, drawFrom } from './draw.ts';
import { randomWindow } from './random-window.ts';
import type { MacroCase } from './run-case.ts';

/** A {@link MacroCase} with a name. */
export interface RandomCase extends MacroCase {
  readonly title: string;
}

/** Which inputs and weights: random, all zero, or all at their largest. */
export type Fill = 'random' | 'zero' | 'max';

/**
 * What is drawn from: `any`, the bits of two's complement and a uniform ADC; `mars`, of these what is near MARS's macro,
 * for which there are tiled kernels; `wide`, of these what has tiles of 16 or 32 kernels, and accumulators of up to 32 bits; `other`, cells of several bits, differential columns and ADCs by any table.
 */
export type Style = 'any' | 'mars' | 'wide' | 'other';

/** Case number `seed`. */
export function randomCase(seed: number, fill: Fill = 'random', style: Style = 'any'): RandomCase {
  const draw = drawFrom(seed);
  const sizes = drawSizes(draw, style);
  const lists = drawLists(draw, sizes, style);
  const { input, output, inputBits } = sizes;
  const residualShape = draw(0, 1) === 0 ? undefined : residualFor(draw, output);
  const usual = drawProgram(draw, { sizes, lists, residualShape, fill, style, seed });
  const images = draw(1, 3);
  const ideal = style === 'other' ? withOtherReadout(usual, seed) : usual;
  // From a draw of its own: the other numbers of a case do not depend on whether it has noise.
  const noiseDraw = drawFrom(seed + 0x1000_0000);
  const drawnDeviations = isNearMars(style)
    ? smallDeviations(noiseDraw)
    : randomDeviations(noiseDraw);
  // Mismatch is modelled of cells that hold one bit.
  const cell = ideal.columns.cellBits === 1 ? drawnDeviations.cell : 0;
  const deviations = { ...drawnDeviations, cell };
  const requantize = withTrainedCodes(
    drawFrom(seed + 0x5000_0000),
    withTable(drawFrom(seed + 0x3000_0000), ideal.requantize),
    ideal,
  );
  const program = { ...ideal, requantize, noise: noiseFor(noiseDraw, ideal, deviations) };
  return {
    title: `${seed} (${fill}): ${programText(program, sizes.weightBits)}, ${program.noise ? `noise ${JSON.stringify(deviations)}` : 'no noise'}`,
    program,
    firstImage: noiseDraw(0, 1) === 0 ? 0 : noiseDraw(1, 1e9),
    input: randomMap(draw, { ...input, images, bits: inputBits }, fill),
    residual: residualShape && randomMap(draw, { ...residualShape, images, bits: 8 }, 'random'),
  };
}

const isNearMars = (style: Style): boolean => style === 'mars' || style === 'wide';

function programText(program: MacroProgram, weightBits: number): string {
  const { wordLinesOn, inputBits, inputBitsPerPhase, columns, adc } = program;
  return `${wordLinesOn} word lines, ${weightBits}b weights, ${inputBits}b inputs by ${inputBitsPerPhase}, columns ${columns.factors.join(' ')} of ${columns.cellBits}b cells, ADC of ${adc.values.length} codes from ${adc.values[0]} to ${adc.values.at(-1)}`;
}

interface Sizes extends Pick<
  MacroProgram,
  'wordLinesOn' | 'inputBitsPerPhase' | 'inputBits' | 'input' | 'output'
> {
  readonly weightBits: number;
  readonly packed: boolean;
  readonly window: Window;
}

function drawSizes(draw: Draw, style: Style): Sizes {
  const isMars = isNearMars(style);
  const wordLinesOn = draw(0, 2) === 0 ? 16 : draw(1, isMars ? 16 : 64);
  const inputBitsPerPhase = isMars ? draw(1, 2) : ([1, 2, 4][draw(0, 2)] ?? 2);
  const inputBits = draw(2, isMars ? 4 * inputBitsPerPhase : 8);
  const weightBits = draw(2, 8);
  const packed = draw(0, 3) === 0;
  const input = { height: draw(3, 6), width: draw(3, 7), channels: draw(1, 40) };
  const window =
    draw(0, 2) === 0
      ? symmetricWindow(draw(1, 3), draw(1, 3), { stride: draw(1, 2), padding: draw(0, 1) })
      : randomWindow(draw, input);
  const output = { ...outputSize(window, input), channels: draw(1, 37) };
  return { wordLinesOn, inputBitsPerPhase, inputBits, weightBits, packed, input, window, output };
}

type Lists = Pick<
  MacroProgram,
  'patch' | 'words' | 'kernel' | 'kernelsPerTile' | 'tileStarts' | 'codes'
>;

/** Deals a layer onto words, and about two thirds of its groups onto lists. */
function drawLists(
  draw: Draw,
  { packed, input, window, output, wordLinesOn }: Sizes,
  style: Style,
): Lists {
  const lines = packed ? input.channels * window.height * window.width : input.channels;
  const blocks = Math.ceil(lines / wordLinesOn);
  const kernel = packed ? onePixel : window;
  const places = blocks * kernel.height * kernel.width;
  const kernelsPerTile = style === 'wide' ? 16 * draw(1, 2) : draw(1, 20);
  const tiles = Math.ceil(output.channels / kernelsPerTile);
  const tileStarts = [0];
  const codes: number[] = [];
  for (let tile = 0; tile < tiles; tile++) {
    for (let code = 0; code < places; code++)
      if (draw(0, 9) < 7 && codes.length < 500) codes.push(code);
    tileStarts.push(codes.length);
  }
  const { height, width } = packed ? output : input;
  return {
    patch: packed ? window : onePixel,
    words: { height, width, blocks },
    kernel,
    kernelsPerTile,
    tileStarts: Uint32Array.from(tileStarts),
    codes: Uint32Array.from(codes),
  };
}

interface Drawn {
  readonly sizes: Sizes;
  readonly lists: Lists;
  readonly residualShape: ResidualShape | undefined;
  readonly fill: Fill;
  readonly style: Style;
  readonly seed: number;
}

function drawProgram(
  draw: Draw,
  { sizes, lists, residualShape, fill, style, seed }: Drawn,
): IdealProgram {
  const { wordLinesOn, inputBits, inputBitsPerPhase, weightBits, input, output } = sizes;
  const isMars = isNearMars(style);
  const { kernelsPerTile, codes } = lists;
  return {
    name: `case ${seed}`,
    input,
    padCode: randomPadCode(drawFrom(seed + 0x4000_0000), inputBits),
    output,
    wordLinesOn,
    inputBits,
    inputBitsPerPhase,
    phases: Math.ceil(inputBits / inputBitsPerPhase),
    columns: twosComplement(weightBits),
    adc: uniformTable({
      bits: draw(1, isMars ? 6 : 8),
      step: draw(0, isMars ? 3 : 1) > 0 === isMars ? 256 : draw(1, 2000),
      offset: draw(0, isMars ? 3 : 1) > 0 === isMars ? 0 : draw(-3000, 3000),
    }),
    accumulatorBits: draw(0, 1) === 0 ? (style === 'wide' ? 32 : 24) : draw(10, 20),
    ...lists,
    weights: randomWeights(draw, {
      wordLinesOn,
      weightBits,
      kernelsPerTile,
      groups: codes.length,
      fill,
    }),
    bias: Int32Array.from({ length: output.channels }, () => draw(-5000, 5000)),
    requantize: draw(0, 4) === 0 ? undefined : drawRequantize(draw, residualShape),
  };
}

const drawRequantize = (
  draw: Draw,
  residualShape: ResidualShape | undefined,
): NonNullable<MacroProgram['requantize']> => ({
  scale: { multiplier: draw(128, 255), shift: draw(0, 20) },
  outputBits: draw(1, 8),
  signed: draw(0, 3) === 0,
  residual: residualShape && {
    stride: residualShape.stride,
    channelOffset: residualShape.channelOffset,
    scale: { multiplier: draw(128, 255), shift: draw(-4, 12) },
    signed: draw(0, 1) === 0,
  },
});

const noNoise: NoiseDeviations = { read: 0, offset: 0, gain: 0, cell: 0 };

/** None in two of three cases, else one kind or all; from far below a unit to the largest that a chip may have. */
function randomDeviations(draw: Draw): NoiseDeviations {
  if (draw(0, 2) > 0) return noNoise;
  const units = (): number => draw(1, 16) / at([256, 16, 1], draw(0, 2));
  const share = (): number => draw(1, 64) / at([4096, 256], draw(0, 1));
  const all = { read: units(), offset: units(), gain: share(), cell: share() };
  const kind = at(['read', 'offset', 'gain', 'cell', 'all'] as const, draw(0, 4));
  return kind === 'all' ? all : { ...noNoise, [kind]: all[kind] };
}

/** None in half of the cases, else noise that moves a code by one or two: read noise and offsets, with or
 * without gains and cell mismatch. */
function smallDeviations(draw: Draw): NoiseDeviations {
  const read = draw(0, 90) / 256;
  const offset = draw(0, 2) === 0 ? 0 : draw(0, 300) / 256;
  const gain = draw(0, 2) === 0 ? draw(0, 30) / 256 : 0;
  const cell = draw(0, 2) === 0 ? draw(0, 30) / 256 : 0;
  return draw(0, 1) === 0 ? noNoise : { read, offset, gain, cell };
}

/** Tiles side by side on one core, or on one each; groups that use the same cells again after a few. */
const noiseFor = (
  draw: Draw,
  program: IdealProgram,
  deviations: NoiseDeviations,
): MacroProgram['noise'] =>
  noiseProgram(program, {
    deviations,
    seed: draw(0, 2 ** 32 - 1),
    layer: draw(0, 30),
    where: [program.name],
    bitLine: (tile, kernel, bit) =>
      ((tile % 4) * program.kernelsPerTile + kernel) * program.columns.factors.length + bit,
    rows: draw(1, 20) * program.wordLinesOn,
  });

interface ResidualShape {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly stride: number;
  readonly channelOffset: number;
}

function residualFor(
  draw: Draw,
  output: { readonly height: number; readonly width: number; readonly channels: number },
): ResidualShape {
  const stride = draw(1, 2);
  const channelOffset = draw(0, Math.min(3, output.channels - 1));
  return {
    height: output.height * stride,
    width: output.width * stride,
    channels: draw(1, output.channels - channelOffset),
    stride,
    channelOffset,
  };
}

function randomMap(draw: Draw, shape: Omit<FeatureMap, 'data'>, fill: Fill): FeatureMap {
  const highest = 2 ** shape.bits - 1;
  const sparse = draw(0, 1) === 0;
  const value = (): number => {
    if (fill !== 'random') return fill === 'zero' ? 0 : highest;
    return sparse && draw(0, 2) > 0 ? 0 : draw(0, highest);
  };
  const data = Uint8Array.from(
    { length: shape.images * shape.height * shape.width * shape.channels },
    value,
  );
  return { ...shape, data };
}

function randomWeights(
  draw: Draw,
  size: {
    wordLinesOn: number;
    weightBits: number;
    kernelsPerTile: number;
    groups: number;
    fill: Fill;
  },
): Int8Array {
  const highest = 2 ** (size.weightBits - 1) - 1;
  return Int8Array.from({ length: size.groups * size.kernelsPerTile * size.wordLinesOn }, () =>
    size.fill === 'random' ? draw(-highest - 1, highest) : size.fill === 'max' ? highest : 0,
  );
}

/** The same program with columns and an ADC of any kind; a fifth of the ADCs lose nothing. */
function withOtherReadout(program: IdealProgram, seed: number): IdealProgram {
  const draw = drawFrom(seed + 0x2000_0000);
  const weightBits = program.columns.factors.length;
  const kind = draw(0, 2) === 0 ? twosComplement : differential;
  const columns = kind(weightBits, draw(1, 4));
  const weights = program.weights.map((weight) => Math.max(columns.min, weight));
  const largest =
    program.wordLinesOn * (2 ** program.inputBitsPerPhase - 1) * (2 ** columns.cellBits - 1);
  return { ...program, columns, weights, adc: randomAdc(draw, largest) };
}

function randomAdc(draw: Draw, largest: number): AdcTable {
  const kind = draw(0, 4);
  if (kind === 0)
    return uniformTable({ bits: Math.ceil(Math.log2(largest + 2)), step: 256, offset: 0 });
  if (kind === 1)
    return uniformTable({ bits: draw(1, 8), step: draw(1, 4000), offset: draw(-3000, 3000) });
  // Thresholds and values anywhere, ascending; in whole units or in fine ones.
  const unit = draw(0, 1) === 0 ? 256 : 1;
  const codes = draw(2, 40);
  const ascending = (count: number, from: number, most: number): Int32Array => {
    let last = from;
    return Int32Array.from({ length: count }, () => (last += unit * draw(1, most)));
  };
  const most = Math.max(1, Math.ceil((2 * 256 * largest) / codes / unit));
  const thresholds = ascending(codes - 1, draw(-300, 300), most);
  const values = ascending(codes, unit * draw(-500, 100), most);
  return { thresholds, values, low: draw(-500, 200), high: draw(256, 256 * largest + 300) };
}

/** One of three requantizers looks codes up in a random table. From a draw of its own, as noise is. */
function withTable(draw: Draw, requantize: MacroProgram['requantize']): MacroProgram['requantize'] {
  if (!requantize || draw(0, 2) > 0) return requantize;
  const highest = 2 ** requantize.outputBits - 1;
  const table = Uint8Array.from({ length: 256 }, () => draw(0, highest));
  return { ...requantize, signed: false, table };
}

/** Half of the programs drive a code outside the map. From a draw of its own, as noise is. */
const randomPadCode = (draw: Draw, inputBits: number): number =>
  draw(0, 1) === 0 ? 0 : draw(1, 2 ** inputBits - 1);

/** Half of the requantizers have multipliers of 16 bits, and half of those without a table codes of their own. */
function withTrainedCodes(
  draw: Draw,
  requantize: MacroProgram['requantize'],
  { output, accumulatorBits }: IdealProgram,
): MacroProgram['requantize'] {
  if (!requantize || draw(0, 1) === 0) return requantize;
  const wide = (from: number, to: number): FixedScale => ({
    multiplier: draw(32768, 65535),
    shift: 8 + draw(from, to),
  });
  const { residual } = requantize;
  const [scale, added] = [wide(0, 20), wide(-4, 12)];
  const kernels = Int32Array.from(
    Array.from({ length: output.channels }, () => {
      const [own, other] = [wide(0, 20), wide(-4, 12)];
      return [own.multiplier, own.shift, other.multiplier, other.shift];
    }).flat(),
  );
  const high = draw(1, 2 ** requantize.outputBits - 1);
  const codes = { low: draw(0, high), high, zero: draw(0, 255) };
  return {
    ...requantize,
    scale,
    residual: residual && { ...residual, scale: added, zero: draw(0, 255) },
    fraction: accumulatorBits > 24 ? 0 : draw(0, 1) * 6,
    ...(draw(0, 1) === 0 ? { kernels } : {}),
    ...(requantize.table || draw(0, 1) === 0 ? {} : { codes, signed: false }),
  };
}
