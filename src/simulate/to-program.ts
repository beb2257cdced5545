// From a mapped layer to the integers that a backend runs.

import { weightIndex } from '../compress/weight-group.ts';
import { onePixel } from '../core/window.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import type { MacroProgram, RequantizeProgram } from './macro-program.ts';
import { defaultSeed, type IdealProgram, noiseProgram, noiseSource } from './noise-program.ts';

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
    padCode: layer.padCode ?? 0,
    kernel: grid.packed ? onePixel : window,
    output: outputShape,
    wordLinesOn: geometry.wordLinesOn,
    inputBits: layer.inputBits,
    inputBitsPerPhase: mapping.chip.macro.inputBitsPerPhase.value,
    phases: geometry.phases,
    columns: mapped.columns,
    adc: mapped.adc,
    accumulatorBits: mapping.chip.accumulator.bits.value,
    kernelsPerTile: geometry.kernelsPerCore,
    tileStarts,
    codes: Uint32Array.from(tiles.flatMap((tile) => Array.from(tile.codes))),
    weights: storedWeights(mapped),
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

/** Weights of the stored groups, order (group, kernel in tile, word line). */
function storedWeights(mapped: MappedMacroLayer): Int8Array {
  const { layer, geometry, tiles } = mapped;
  const { wordLinesOn, kernelsPerCore } = geometry;
  const groups = tiles.reduce((sum, tile) => sum + tile.codes.length, 0);
  const stored = new Int8Array(groups * kernelsPerCore * wordLinesOn);
  const perKernel = layer.weights.length / layer.geometry.kernels;
  // Kernels that see all channels have their weights at the same places.
  const isGrouped = (layer.geometry.groups ?? 1) > 1;
  const placesOf = new Map<number, Int32Array>();
  let group = 0;
  for (const tile of tiles)
    for (const code of tile.codes) {
      const shared = placesOf.get(code) ?? weightPlaces(mapped, code, 0);
      if (!isGrouped) placesOf.set(code, shared);
      for (let k = 0; k < tile.kernels; k++) {
        const kernel = tile.firstKernel + k;
        const places = isGrouped ? weightPlaces(mapped, code, kernel) : shared;
        const from = isGrouped ? 0 : kernel * perKernel;
        const to = (group * kernelsPerCore + k) * wordLinesOn;
        for (let line = 0; line < wordLinesOn; line++) {
          const place = places[line] as number;
          if (place >= 0) stored[to + line] = layer.weights[from + place] as number;
        }
      }
      group += 1;
    }
  return stored;
}

/** Of each word line of a group: place of the weight of `kernel`, -1 where there is none. */
const weightPlaces = (
  { layer, geometry, grid }: MappedMacroLayer,
  code: number,
  kernel: number,
): Int32Array =>
  Int32Array.from({ length: geometry.wordLinesOn }, (_, wordLine) =>
    weightIndex(grid, layer.geometry, { kernel, code, wordLine }),
  );

function requantizeProgram(mapped: MappedMacroLayer): RequantizeProgram | undefined {
  const { requantize, residual } = mapped.layer;
  if (!requantize) return undefined;
  if (!residual) return { ...requantize, residual: undefined };
  const { input: _, ...added } = residual;
  return { ...requantize, residual: added };
}
