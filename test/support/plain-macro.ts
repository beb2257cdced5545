// The macro by brute force: every sum on every bit line, from the definition of a macro-op. Shares no code with src.

import type { UniformChip } from '../../src/chips/index.ts';
import type { Shape } from '../../src/core/feature-map.ts';
import type { Window } from '../../src/core/window.ts';
import type { MappedMacroLayer } from '../../src/mapping/map-to-chip.ts';
import type { MacroProgram, NoiseProgram } from '../../src/simulate/macro-program.ts';
import { type PlainMap, valueAt } from './plain.ts';

interface Pixel {
  readonly image: number;
  readonly y: number;
  readonly x: number;
}

/** The weights of one kernel in one stored group, and the activations that they meet, by word line. */
interface PlainGroup {
  readonly group: number;
  readonly code: number;
  readonly weight: (line: number) => number;
  readonly input: (line: number, pixel: Pixel) => number;
}

/** Everything that a brute-force run needs. */
export interface PlainMacro {
  readonly images: number;
  readonly output: Shape;
  readonly bias: ArrayLike<number>;
  readonly wordLinesOn: number;
  readonly inputBits: number;
  readonly inputBitsPerPhase: number;
  readonly columns: readonly PlainColumn[];
  /** Of a sum in 1/256 unit discharge: what its code stands for, in the same unit, and whether it lies outside. */
  readonly convert: (sum: number) => { readonly value: number; readonly isOutside: boolean };
  readonly accumulatorBits: number;
  readonly groupsOf: (kernel: number) => readonly PlainGroup[];
  /** Undefined: an ideal macro. */
  readonly noise?: PlainNoise | undefined;
}

/** A bit line of a kernel: what a unit on it stands for, and what its cell holds for a weight. */
interface PlainColumn {
  readonly factor: number;
  readonly cell: (weight: number) => number;
}

/** Tables of a program's noise, and what its draws depend on beyond them. */
interface PlainNoise {
  readonly tables: NoiseProgram;
  readonly firstImage: number;
  readonly kernelsPerTile: number;
}

/** One column read. */
interface PlainRead {
  readonly kernel: number;
  readonly group: number;
  readonly code: number;
  readonly at: Pixel;
  readonly bit: number;
  readonly phase: number;
  readonly digits: readonly number[];
  readonly sum: number;
}

/** Sums of order (image, y, x, kernel), and what was seen on the way. */
export interface PlainMacroResult {
  readonly sums: readonly number[];
  readonly saturatedReads: number;
  readonly zeroPhaseReads: number;
  readonly columnReads: number;
  readonly overflowedSums: number;
  /** How often each sum was on a bit line. */
  readonly columnSums: ReadonlyMap<number, number>;
}

/** Runs every macro-op bit by bit. */
export function runPlainMacro(macro: PlainMacro): PlainMacroResult {
  const { columns, inputBitsPerPhase: digitBits } = macro;
  const phases = Math.ceil(macro.inputBits / digitBits);
  const lines = Array.from({ length: macro.wordLinesOn }, (_, line) => line);
  const columnSums = new Map<number, number>();
  const count = { saturatedReads: 0, zeroPhaseReads: 0, columnReads: 0, overflowedSums: 0 };
  const sums: number[] = [];
  const limit = 2 ** (macro.accumulatorBits - 1);
  const runGroup = (
    bits: readonly (readonly number[])[],
    inputs: readonly number[],
    place: Pick<PlainRead, 'kernel' | 'group' | 'code' | 'at'>,
  ): number => {
    let total = 0;
    for (let phase = 0; phase < phases; phase++) {
      const digits = inputs.map(
        (value) => Math.floor(value / 2 ** (phase * digitBits)) % 2 ** digitBits,
      );
      const isZero = digits.every((digit) => digit === 0);
      bits.forEach((cells, bit) => {
        let sum = 0;
        for (const line of lines) sum += digits[line]! * cells[line]!;
        const analog = plainAnalog(macro, { ...place, bit, phase, digits, sum });
        const { value, isOutside } = macro.convert(analog);
        total += columns[bit]!.factor * 2 ** (phase * digitBits) * value;
        count.columnReads += 1;
        if (isOutside) count.saturatedReads += 1;
        if (isZero) count.zeroPhaseReads += 1;
        columnSums.set(sum, (columnSums.get(sum) ?? 0) + 1);
      });
    }
    return total;
  };
  const { height, width, channels } = macro.output;
  for (let kernel = 0; kernel < channels; kernel++) {
    const groups = macro.groupsOf(kernel).map(({ group, code, weight, input }) => {
      const bits = columns.map(({ cell }) => lines.map((line) => cell(weight(line))));
      return { group, code, bits, input };
    });
    for (let pixel = 0; pixel < macro.images * height * width; pixel++) {
      const at = {
        image: Math.floor(pixel / (height * width)),
        y: Math.floor(pixel / width) % height,
        x: pixel % width,
      };
      let total = 0;
      for (const { group, code, bits, input } of groups)
        total += runGroup(
          bits,
          lines.map((line) => input(line, at)),
          { kernel, group, code, at },
        );
      const sum = macro.bias[kernel]! + Math.floor(total / 256 + 0.5);
      const kept = Math.min(limit - 1, Math.max(-limit, sum));
      if (kept !== sum) count.overflowedSums += 1;
      sums[pixel * channels + kernel] = kept;
    }
  }
  return { sums, columnSums, ...count };
}

/** The sum on a bit line in 1/256 unit discharge, with all that noise does to it. */
function plainAnalog(macro: PlainMacro, read: PlainRead): number {
  const { noise, wordLinesOn } = macro;
  const columns = macro.columns.length;
  if (!noise) return 256 * read.sum;
  const { tables, kernelsPerTile, firstImage } = noise;
  const { kernel, group, bit, phase } = read;
  const cells = read.digits.map((digit, line) => {
    const column = (group * kernelsPerTile + (kernel % kernelsPerTile)) * columns + bit;
    return digit * (tables.cellErrors?.[column * wordLinesOn + line] ?? 0);
  });
  const withCells = cells.reduce((sum, one) => sum + one, 256 * read.sum);
  const gain = tables.columnGains[kernel * columns + bit]!;
  const withGain = withCells + Math.floor((Math.floor((withCells + 128) / 256) * gain) / 256);
  const fixed = withGain + tables.columnOffsets[kernel * columns + bit]!;
  if (!tables.readQuantiles) return fixed;
  const { height, width } = macro.output;
  const image = BigInt(firstImage + read.at.image);
  const pixel = (image * BigInt(height) + BigInt(read.at.y)) * BigInt(width) + BigInt(read.at.x);
  const pixelKey = plainPcg(BigInt(tables.key) + pixel);
  const key = plainPcg(pixelKey ^ BigInt(kernel * 65536 + read.code));
  const phases = Math.ceil(macro.inputBits / macro.inputBitsPerPhase);
  const i = bit * Math.ceil(phases / 2) + Math.floor(phase / 2);
  let word = key === 0n ? 1n : key;
  for (let draw = 0; draw <= i; draw++) word = plainXorshift(word);
  return fixed + tables.readQuantiles[Number(phase % 2 === 0 ? word % 65536n : word / 65536n)]!;
}

const inWord = (value: bigint): bigint => value % 2n ** 32n;

function plainPcg(input: bigint): bigint {
  const state = inWord(inWord(input) * 747796405n + 2891336453n);
  const word = inWord((state ^ (state >> ((state >> 28n) + 4n))) * 277803737n);
  return word ^ (word >> 22n);
}

function plainXorshift(word: bigint): bigint {
  let x = word;
  x = inWord(x ^ (x << 13n));
  x = inWord(x ^ (x >> 17n));
  return inWord(x ^ (x << 5n));
}

/** A mapped layer on `input`, read from its weights of order (M, C, R, S) and the marks of its stored groups. */
export function plainFromLayer(
  { layer, grid, kept }: MappedMacroLayer,
  chip: UniformChip,
  input: PlainMap,
): PlainMacro {
  const { geometry, weights } = layer;
  const { channels, window } = geometry;
  const { strides, pads, dilations } = window;
  const area = window.height * window.width;
  const place = (code: number, line: number): { c: number; position: number } => {
    const block = Math.floor(code / grid.positions);
    const wide = block * grid.shape.channels + line;
    return grid.packed
      ? { c: wide % channels, position: Math.floor(wide / channels) }
      : { c: wide, position: code % grid.positions };
  };
  const groupsOf = (kernel: number): PlainGroup[] => {
    const tile = Math.floor(kernel / grid.shape.kernels);
    const codes = Array.from({ length: grid.codes }, (_, code) => code).filter(
      (code) => kept[tile * grid.codes + code] === 1,
    );
    return codes.map((code, group) => ({
      group,
      code,
      weight: (line) => {
        const { c, position } = place(code, line);
        if (c >= channels || position >= area) return 0;
        return weights[(kernel * channels + c) * area + position]!;
      },
      input: (line, { image, y, x }) => {
        const { c, position } = place(code, line);
        if (c >= channels || position >= area) return 0;
        return valueAt(input, {
          image,
          y: y * strides[0] + Math.floor(position / window.width) * dilations[0] - pads[0],
          x: x * strides[1] + (position % window.width) * dilations[1] - pads[1],
          c,
        });
      },
    }));
  };
  return {
    images: input.images,
    output: layer.outputShape,
    bias: layer.bias,
    wordLinesOn: chip.macro.wordLinesOn.value,
    inputBits: layer.inputBits,
    inputBitsPerPhase: chip.macro.inputBitsPerPhase.value,
    columns: bitColumns(layer.weightBits),
    convert: uniformConverter(
      chip.adc.bits.value,
      Math.round(chip.adc.step.value * 256),
      Math.round(chip.adc.offset.value * 256),
    ),
    accumulatorBits: chip.accumulator.bits.value,
    groupsOf,
  };
}

/** Row (axis 0) or column (axis 1) of the map that a window's row or column `place` sees. */
const seenAt = (
  { strides, pads, dilations }: Window,
  axis: 0 | 1,
  output: number,
  place: number,
): number => output * strides[axis] + place * dilations[axis] - pads[axis];

/** A program on `input`. */
export function plainFromProgram(
  program: MacroProgram,
  input: PlainMap,
  firstImage = 0,
): PlainMacro {
  const { kernel, patch, kernelsPerTile, tileStarts, codes } = program;
  const positions = kernel.height * kernel.width;
  const groupsOf = (m: number): PlainGroup[] => {
    const tile = Math.floor(m / kernelsPerTile);
    const groups = Array.from(codes, (_, group) => group).slice(
      tileStarts[tile],
      tileStarts[tile + 1],
    );
    return groups.map((group) => {
      const block = Math.floor(codes[group]! / positions);
      const position = codes[group]! % positions;
      return {
        group,
        code: codes[group]!,
        weight: (line) => weightAt(program, group, m % kernelsPerTile, line),
        input: (line, { image, y, x }) => {
          const wordY = seenAt(kernel, 0, y, Math.floor(position / kernel.width));
          const wordX = seenAt(kernel, 1, x, position % kernel.width);
          const { words, padCode } = program;
          const wide = block * program.wordLinesOn + line;
          const c = wide % input.channels;
          const inPatch = Math.floor(wide / input.channels);
          if (inPatch >= patch.height * patch.width) return 0;
          const isOutside = wordY < 0 || wordX < 0 || wordY >= words.height || wordX >= words.width;
          if (isOutside) return padCode;
          const seen = {
            image,
            y: seenAt(patch, 0, wordY, Math.floor(inPatch / patch.width)),
            x: seenAt(patch, 1, wordX, inPatch % patch.width),
            c,
          };
          return valueAt(input, seen, padCode);
        },
      };
    });
  };
  const noise = program.noise && { tables: program.noise, firstImage, kernelsPerTile };
  const { factors, cells } = program.columns;
  const columns = factors.map((factor, column) => ({
    factor,
    cell: (weight: number) => cells[(weight + 128) * factors.length + column]!,
  }));
  const { thresholds, values, low, high } = program.adc;
  const convert: PlainMacro['convert'] = (sum) => ({
    value: values[thresholds.filter((threshold) => threshold <= sum).length]!,
    isOutside: sum < low || sum >= high,
  });
  return { ...program, images: input.images, groupsOf, noise, columns, convert };
}

/** The bits of two's complement, lowest first: the highest one counts negatively. */
const bitColumns = (weightBits: number): readonly PlainColumn[] =>
  Array.from({ length: weightBits }, (_, bit) => ({
    factor: (bit === weightBits - 1 ? -1 : 1) * 2 ** bit,
    cell: (weight) => Math.floor(((weight + 2 ** weightBits) % 2 ** weightBits) / 2 ** bit) % 2,
  }));

const uniformConverter =
  (bits: number, step: number, offset: number): PlainMacro['convert'] =>
  (sum) => {
    const code = Math.floor((sum - offset) / step + 0.5);
    const kept = Math.min(2 ** bits - 1, Math.max(0, code));
    return { value: offset + kept * step, isOutside: kept !== code };
  };

/** The weight of a kernel of a group on a word line. */
export const weightAt = (
  { kernelsPerTile, wordLinesOn, weights }: MacroProgram,
  group: number,
  kernelInTile: number,
  line: number,
): number => weights[(group * kernelsPerTile + kernelInTile) * wordLinesOn + line]!;
