// From a mapped layer to the integers that a backend runs.

import type { ChipSpec } from '../chips/index.ts';
import { weightIndex } from '../compress/weight-group.ts';
import { transposeBits } from '../core/bits.ts';
import { onePixel } from '../core/window.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import {
  type AdcProgram,
  fixedPointUnit,
  type MacroProgram,
  type RequantizeProgram,
  wordsPerPlane,
} from './macro-program.ts';
import { defaultSeed, type IdealProgram, noiseProgram, noiseSource } from './noise-program.ts';

/** The chip's ADC in fixed point. */
export const adcProgram = (chip: ChipSpec): AdcProgram => ({
  bits: chip.adc.bits.value,
  step: Math.round(chip.adc.step.value * fixedPointUnit),
  offset: Math.round(chip.adc.offset.value * fixedPointUnit),
});

/**
 * The program of one mapped layer.
 * @param seed of the chip's noise, 0 ... 2^32 - 1
 * @throws {CimError} (mapping) when it has more kernels than noise can tell apart; mapToChip() refuses those first
 */
export function toProgram(
  mapping: Mapping,
  mapped: MappedMacroLayer,
  seed: number = defaultSeed,
): MacroProgram {
  const { layer, geometry, grid, tiles } = mapped;
  const { inputShape, outputShape } = layer;
  const { window } = layer.geometry;
  const tileStarts = new Uint32Array(tiles.length + 1);
  tiles.forEach((tile, i) => (tileStarts[i + 1] = (tileStarts[i] as number) + tile.codes.length));
  const program: IdealProgram = {
    name: layer.name,
    input: inputShape,
    patch: grid.packed ? window : onePixel,
    words: {
      height: grid.packed ? outputShape.height : inputShape.height,
      width: grid.packed ? outputShape.width : inputShape.width,
      blocks: grid.blocks,
    },
    kernel: grid.packed ? onePixel : window,
    output: outputShape,
    wordLinesOn: geometry.wordLinesOn,
    inputBits: layer.inputBits,
    inputBitsPerPhase: mapping.chip.macro.inputBitsPerPhase.value,
    phases: geometry.phases,
    weightBits: layer.weightBits,
    adc: adcProgram(mapping.chip),
    accumulatorBits: mapping.chip.accumulator.bits.value,
    kernelsPerTile: geometry.kernelsPerCore,
    tileStarts,
    codes: Uint32Array.from(tiles.flatMap((tile) => Array.from(tile.codes))),
    weightPlanes: weightPlanes(mapped),
    bias: layer.bias,
    requantize: requantizeProgram(mapped),
  };
  return { ...program, noise: noiseProgram(program, noiseSource(mapping, mapped, seed)) };
}

/** All macro layers of a mapping, by name; as {@link toProgram}. */
export const toPrograms = (
  mapping: Mapping,
  seed: number = defaultSeed,
): ReadonlyMap<string, MacroProgram> =>
  new Map(
    mapping.layers.flatMap((mapped) =>
      mapped.kind === 'macro'
        ? [[mapped.layer.name, toProgram(mapping, mapped, seed)] as const]
        : [],
    ),
  );

function weightPlanes(mapped: MappedMacroLayer): Uint32Array {
  const { layer, geometry, tiles } = mapped;
  const words = wordsPerPlane(geometry);
  const groups = tiles.reduce((sum, tile) => sum + tile.codes.length, 0);
  const planes = new Uint32Array(groups * geometry.kernelsPerCore * layer.weightBits * words);
  const perKernel = layer.weights.length / layer.geometry.kernels;
  const lines = new Uint8Array(words * 32);
  const placesOf = new Map<number, Int32Array>();
  let base = 0;
  for (const tile of tiles)
    for (const code of tile.codes) {
      const places = placesOf.get(code) ?? weightPlaces(mapped, code);
      placesOf.set(code, places);
      for (let k = 0; k < tile.kernels; k++) {
        gather(layer.weights, (tile.firstKernel + k) * perKernel, places, lines);
        const to = base + k * layer.weightBits * words;
        for (let word = 0; word < words; word++)
          addPlanes(lines, word, planes, { first: to + word, step: words, bits: layer.weightBits });
      }
      base += geometry.kernelsPerCore * layer.weightBits * words;
    }
  return planes;
}

/** The weights of a kernel's word lines as bytes of two's complement; 0 where there is none. */
function gather(weights: Int8Array, first: number, places: Int32Array, lines: Uint8Array): void {
  for (let line = 0; line < places.length; line++) {
    const place = places[line] as number;
    lines[line] = place < 0 ? 0 : (weights[first + place] as number);
  }
}

const matrix = new Uint32Array(2);
const matrixBytes = new Uint8Array(matrix.buffer);

/** Sets the planes of 32 word lines: bit i of plane j is bit j of line i. Eight lines at a time are a matrix of bits. */
function addPlanes(
  lines: Uint8Array,
  word: number,
  planes: Uint32Array,
  to: { readonly first: number; readonly step: number; readonly bits: number },
): void {
  for (let eight = 0; eight < 4; eight++) {
    const first = word * 32 + 8 * eight;
    for (let i = 0; i < 8; i++) matrixBytes[i] = lines[first + i] as number;
    if (matrix[0] === 0 && matrix[1] === 0) continue;
    transposeBits(matrix, 0);
    for (let bit = 0; bit < to.bits; bit++) {
      const at = to.first + bit * to.step;
      planes[at] = (planes[at] as number) | ((matrixBytes[bit] as number) << (8 * eight));
    }
  }
}

/** Of each word line of a group: place of its weight among those of a kernel, -1 where there is none. */
const weightPlaces = ({ layer, geometry, grid }: MappedMacroLayer, code: number): Int32Array =>
  Int32Array.from({ length: geometry.wordLinesOn }, (_, wordLine) =>
    weightIndex(grid, layer.geometry, { kernel: 0, code, wordLine }),
  );

/** Sets the bits of one two's complement weight in its planes, `words` apart from each other. */
export function setBits(
  planes: Uint32Array,
  first: number,
  weight: number,
  layout: { readonly bits: number; readonly words: number; readonly mask: number },
): void {
  for (let bit = 0; bit < layout.bits; bit++)
    if ((weight >> bit) & 1) {
      const at = first + bit * layout.words;
      planes[at] = ((planes[at] as number) | layout.mask) >>> 0;
    }
}

function requantizeProgram(mapped: MappedMacroLayer): RequantizeProgram | undefined {
  const { requantize, residual } = mapped.layer;
  if (!requantize) return undefined;
  if (!residual) return { ...requantize, residual: undefined };
  const { stride, channelOffset, scale, signed } = residual;
  return { ...requantize, residual: { stride, channelOffset, scale, signed } };
}
