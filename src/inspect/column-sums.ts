// How large the sums on the bit lines of a layer are for real images, before the ADC: what its range is needed for.

import { isMacroLayer, macsOf } from '../compress/compressed-network.ts';
import { fixedPointUnit, isSaturated } from '../core/adc-table.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import { clamp, popcount } from '../core/integer.ts';
import { randomWord } from '../core/random.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import { activationOn, wordActivations } from '../reference/input-phases.ts';
import { integerInput, integerInputs } from '../reference/integer-network.ts';
import { wordOf } from '../reference/macro-mac.ts';
import { cellPlanes } from '../simulate/cell-planes.ts';
import { type MacroProgram, wordsPerPlane } from '../simulate/macro-program.ts';
import { toProgram } from '../simulate/to-program.ts';
import { macroLayer } from './mapped-layer.ts';

/** How many to look at. */
export interface ColumnSumOptions {
  /** Most column reads that are looked at, but one pixel at least; 10 million by default, about half a second. */
  readonly maxReads?: number | undefined;
  /** Most images whose feature maps are computed, but one at least; as many as 200 million multiplications up to the layer give by default. */
  readonly maxImages?: number | undefined;
  /** Seed of the choice of pixels; 1 by default. */
  readonly seed?: number | undefined;
}

/** Sums on the bit lines of one layer. */
export interface ColumnSums {
  readonly layer: string;
  /** Column reads by their sum in unit discharges, 0 ... the largest that is possible. Without noise. */
  readonly counts: Float64Array;
  /** Column reads looked at, and those of all images handed in. */
  readonly reads: number;
  readonly ofReads: number;
  /** Output pixels looked at, over all images, and those there are. */
  readonly pixels: number;
  readonly ofPixels: number;
  /** Images that pixels were taken from, and those handed in. */
  readonly images: number;
  readonly ofImages: number;
  /** Reads whose sum lies outside the ADC's codes. */
  readonly saturated: number;
  readonly levels: readonly AdcLevel[];
  /** In unit discharges: sums below `low`, and those from `high` on, lie outside the ADC's codes. */
  readonly low: number;
  readonly high: number;
  /** The inputs are those of the integer network: what the chip computes where its ADC loses nothing. */
  readonly inputs: 'integer network';
}

/** One code of the ADC. */
export interface AdcLevel {
  readonly code: number;
  /** The sum that the code stands for, in unit discharges. */
  readonly value: number;
}

const defaultReads = 1e7;
const defaultMacs = 2e8;

/**
 * Histogram of the bit-line sums of the layer called `layer` for 8-bit `images`. Which pixels are looked at depends on
 * the options alone, so the same call gives the same numbers.
 * @throws {CimError} (usage) when the mapping has no macro layer of that name
 */
export function columnSums(
  mapping: Mapping,
  images: FeatureMap,
  layer: string,
  options: ColumnSumOptions = {},
): ColumnSums {
  const mapped = macroLayer(mapping, layer);
  const { maxImages = affordableImages(mapping, layer) } = options;
  const { pixels, ofImages } = choosePixels(mapped, images, { ...options, maxImages });
  const perImage = pixelsPerImage(mapped);
  const perPixel = readsPerPixel(mapped);
  const program: MacroProgram = { ...toProgram(mapping, mapped), noise: undefined };
  const counts = new Float64Array(mapped.geometry.largestSum + 1);
  for (const [image, ofImage] of ofImages) {
    const input = integerInput(mapping.network, imageSlice(images, image, 1), layer);
    addSums(program, input, ofImage, counts);
  }
  return {
    layer,
    counts,
    reads: pixels * perPixel,
    ofReads: images.images * perImage * perPixel,
    pixels,
    ofPixels: images.images * perImage,
    images: ofImages.size,
    ofImages: images.images,
    saturated: saturatedReads(program, counts),
    levels: adcLevels(program),
    low: program.adc.low / fixedPointUnit,
    high: program.adc.high / fixedPointUnit,
    inputs: 'integer network',
  };
}

/**
 * The histograms of {@link columnSums} of every macro layer, by layer name: each image passes through the network once, not
 * once per layer.
 */
export function allColumnSums(
  mapping: Mapping,
  images: FeatureMap,
  options: ColumnSumOptions & { readonly maxImages: number },
): ReadonlyMap<string, Float64Array> {
  const layers = new Map(
    mapping.layers
      .filter((mapped) => mapped.kind === 'macro')
      .map((mapped) => [
        mapped.layer.name,
        {
          program: { ...toProgram(mapping, mapped), noise: undefined },
          counts: new Float64Array(mapped.geometry.largestSum + 1),
          ofImages: choosePixels(mapped, images, options).ofImages,
        },
      ]),
  );
  for (let image = 0; image < images.images; image++) {
    if (![...layers.values()].some(({ ofImages }) => ofImages.has(image))) continue;
    for (const { layer, input } of integerInputs(mapping.network, imageSlice(images, image, 1))) {
      const own = layers.get(layer.name);
      const pixels = own?.ofImages.get(image);
      if (own && pixels) addSums(own.program, input, pixels, own.counts);
    }
  }
  return new Map([...layers].map(([name, { counts }]) => [name, counts]));
}

/** Which output pixels of a layer are looked at: those of each image, and their number. */
function choosePixels(
  mapped: MappedMacroLayer,
  images: FeatureMap,
  { maxReads = defaultReads, maxImages = 1, seed = 1 }: ColumnSumOptions,
): { readonly pixels: number; readonly ofImages: ReadonlyMap<number, readonly number[]> } {
  const used = clamp(maxImages, 1, images.images);
  const perImage = pixelsPerImage(mapped);
  const perPixel = readsPerPixel(mapped);
  const pixels = clamp(Math.floor(maxReads / Math.max(1, perPixel)), 1, used * perImage);
  const ofImages = new Map<number, number[]>();
  for (const pixel of samplePixels(used * perImage, pixels, seed)) {
    const image = Math.floor(pixel / perImage);
    const known = ofImages.get(image);
    if (known) known.push(pixel % perImage);
    else ofImages.set(image, [pixel % perImage]);
  }
  return { pixels, ofImages };
}

const pixelsPerImage = ({ layer }: MappedMacroLayer): number =>
  layer.outputShape.height * layer.outputShape.width;

/** What each code of a program's ADC stands for. */
const adcLevels = ({ adc }: Pick<MacroProgram, 'adc'>): readonly AdcLevel[] =>
  Array.from(adc.values, (value, code) => ({ code, value: value / fixedPointUnit }));

/** Images whose feature maps up to a layer cost {@link defaultMacs}. */
function affordableImages({ network }: Mapping, name: string): number {
  const before = network.layers.slice(
    0,
    network.layers.findIndex((layer) => layer.name === name),
  );
  const macs = before.reduce((sum, layer) => sum + (isMacroLayer(layer) ? macsOf(layer) : 0), 0);
  return Math.max(1, Math.floor(defaultMacs / Math.max(1, macs)));
}

/** Column reads of an output pixel. */
export const readsPerPixel = ({ tiles, geometry }: MappedMacroLayer): number =>
  tiles.reduce((sum, tile) => sum + tile.codes.length * tile.kernels, 0) *
  geometry.columnsPerKernel *
  geometry.phases;

/** `count` of `total` pixels, one from each of `count` equal stretches: spread, and not in step with rows. */
export function samplePixels(total: number, count: number, seed: number): readonly number[] {
  const stream = 0x4_0000;
  return Array.from({ length: count }, (_, i) => {
    const first = Math.floor((i * total) / count);
    const next = Math.floor(((i + 1) * total) / count);
    return first + (randomWord(seed, stream, i) % (next - first));
  });
}

function saturatedReads({ adc }: MacroProgram, counts: Float64Array): number {
  let saturated = 0;
  counts.forEach((count, sum) => {
    if (isSaturated(sum * fixedPointUnit, adc)) saturated += count;
  });
  return saturated;
}

/** Counts every column read of some pixels of one image. */
export function addSums(
  program: MacroProgram,
  input: FeatureMap,
  pixels: readonly number[],
  counts: Float64Array,
): void {
  const activations = wordActivations(program, input);
  const cells = cellPlanes(program);
  const { output, tileStarts, kernelsPerTile } = program;
  const planes = new Uint32Array(
    program.phases * program.inputBitsPerPhase * wordsPerPlane(program),
  );
  for (const pixel of pixels) {
    const place = { image: 0, y: Math.floor(pixel / output.width), x: pixel % output.width };
    for (let tile = 0; tile + 1 < tileStarts.length; tile++) {
      const kernels = Math.min(kernelsPerTile, output.channels - tile * kernelsPerTile);
      const last = tileStarts[tile + 1] as number;
      for (let group = tileStarts[tile] as number; group < last; group++) {
        const word = wordOf(program, group, place);
        inputPlanes(program, activations, word, planes);
        addGroup(program, { group, kernels, planes, cells }, counts);
      }
    }
  }
}

/** Input bits of a word, order (input bit, word of 32 word lines). */
function inputPlanes(
  program: MacroProgram,
  activations: Uint8Array,
  word: number,
  planes: Uint32Array,
): void {
  planes.fill(0);
  const words = wordsPerPlane(program);
  for (let line = 0; line < program.wordLinesOn; line++) {
    const activation = activationOn(program, activations, word, line);
    for (let bit = 0; activation >> bit !== 0; bit++)
      if ((activation >> bit) & 1) {
        const at = bit * words + (line >> 5);
        planes[at] = (planes[at] as number) | (1 << (line & 31));
      }
  }
}

function addGroup(
  program: MacroProgram,
  {
    group,
    kernels,
    planes,
    cells,
  }: {
    readonly group: number;
    readonly kernels: number;
    readonly planes: Uint32Array;
    readonly cells: Uint32Array;
  },
  counts: Float64Array,
): void {
  const { kernelsPerTile, inputBitsPerPhase, phases } = program;
  const { factors, cellBits } = program.columns;
  const words = wordsPerPlane(program);
  const first = group * kernelsPerTile * factors.length * cellBits * words;
  for (let column = 0; column < kernels * factors.length; column++)
    for (let phase = 0; phase < phases; phase++) {
      let sum = 0;
      for (let bit = 0; bit < inputBitsPerPhase; bit++)
        for (let word = 0; word < words; word++) {
          const input = planes[(phase * inputBitsPerPhase + bit) * words + word] as number;
          if (input === 0) continue;
          for (let cellBit = 0; cellBit < cellBits; cellBit++) {
            const plane = first + (column * cellBits + cellBit) * words;
            sum += popcount(input & (cells[plane + word] as number)) << (bit + cellBit);
          }
        }
      counts[sum] = (counts[sum] as number) + 1;
    }
}
