// One layer of random weights on the chip: the work of the questions about column reads.

import { type ChipSpec, mars, setChipValues } from '../chips/index.ts';
import type { CompressedNetwork, MacroLayer } from '../compress/compressed-network.ts';
import { forEachGroupedWeight, groupCount, groupGrid } from '../compress/weight-group.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { randomWord, shuffled } from '../core/random.ts';
import { symmetricWindow } from '../core/window.ts';
import { type MappedMacroLayer, mapToChip } from '../mapping/map-to-chip.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { toProgram } from '../simulate/to-program.ts';

/** A convolution of stride 1 that keeps the size of its map. 8-bit weights and activations. */
export interface LayerSpec {
  readonly channels: number;
  readonly kernels: number;
  /** Side of the kernel; odd. */
  readonly size: number;
  readonly height: number;
  readonly width: number;
  /** Share of the weight groups that is kept, 0 ... 1; which ones is random. */
  readonly kept: number;
  /** Changes to MARS, as `--set` takes them. */
  readonly settings: readonly string[];
}

/** A layer, ready for a backend. */
export interface Layer {
  readonly spec: LayerSpec;
  readonly program: MacroProgram;
}

/** The layer that simulators are compared on: 128 -> 256 channels, 3x3, 16x16 outputs; 75.5 million MACs. */
export const commonLayer: LayerSpec = {
  channels: 128,
  kernels: 256,
  size: 3,
  height: 16,
  width: 16,
  kept: 1,
  settings: [],
};

const seed = 1;
/** Random streams of the weights, of the groups that are kept, and of the inputs. */
const streams = { weights: 600, kept: 601, inputs: 602 };
/** What the chip must hold, however large the layer. */
const roomForMaps = ['featureMap.bankBytes=1073741824'];

/** Makes a layer of uniformly random weights. */
export function openLayer(spec: LayerSpec): Layer {
  const chip = setChipValues(mars, [...roomForMaps, ...spec.settings]);
  const layer = randomLayer(spec, chip);
  const network: CompressedNetwork = {
    name: 'bench',
    input: layer.inputShape,
    classes: spec.kernels,
    weightBits: 8,
    activationBits: 8,
    layers: [layer],
  };
  const mapping = mapToChip(network, chip);
  const mapped = mapping.layers[0] as MappedMacroLayer;
  return { spec, program: toProgram(mapping, mapped) };
}

function randomLayer(spec: LayerSpec, chip: ChipSpec): MacroLayer {
  const { channels, kernels, size, height, width } = spec;
  const window = symmetricWindow(size, size, { padding: (size - 1) / 2 });
  const geometry = { channels, kernels, window };
  const grid = groupGrid(geometry, groupShapeOf(chip, 8));
  const groups = groupCount(grid);
  const kept = new Uint8Array(groups);
  const count = Math.round(spec.kept * groups);
  for (const group of shuffled(groups, seed, streams.kept).subarray(0, count)) kept[group] = 1;
  const weights = new Int8Array(kernels * channels * size * size);
  forEachGroupedWeight(grid, geometry, (i, group) => {
    if (kept[group] === 1) weights[i] = (randomWord(seed, streams.weights, i) % 255) - 127;
  });
  return {
    kind: 'conv',
    name: 'layer',
    input: 'image',
    inputShape: { height, width, channels },
    outputShape: { height, width, channels: kernels },
    geometry,
    weightBits: 8,
    inputBits: 8,
    weights,
    bias: new Int32Array(kernels),
    residual: undefined,
    requantize: undefined,
    weightScale: 1,
    inputScale: 1,
  };
}

/** Uniformly random 8-bit activations. */
export function uniformInputs(spec: LayerSpec, images: number): FeatureMap {
  const { height, width, channels } = spec;
  const data = new Uint8Array(images * height * width * channels);
  for (let i = 0; i < data.length; i++) data[i] = randomWord(seed, streams.inputs, i) & 255;
  return { images, height, width, channels, bits: 8, data };
}

/** As many images as asked for, those of `map` again and again. */
export function repeated(map: FeatureMap, images: number): FeatureMap {
  const size = map.data.length / map.images;
  const data = new Uint8Array(images * size);
  for (let i = 0; i < images; i++) {
    const from = (i % map.images) * size;
    data.set(map.data.subarray(from, from + size), i * size);
  }
  return { ...map, images, data };
}

/** The upper left corner of a map's first images. */
export function corner(map: FeatureMap, side: number, images: number): FeatureMap {
  const { channels } = map;
  const data = new Uint8Array(images * side * side * channels);
  for (let image = 0; image < images; image++)
    for (let y = 0; y < side; y++) {
      const from = ((image * map.height + y) * map.width + 0) * channels;
      const to = (image * side + y) * side * channels;
      data.set(map.data.subarray(from, from + side * channels), to);
    }
  return { ...map, images, height: side, width: side, data };
}
