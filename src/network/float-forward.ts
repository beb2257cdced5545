// The network in real arithmetic: what training meant, the yardstick for every quantized result.

import { assert, CancelledError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, type FloatMap } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { type ConvLayer, hasWeights, type Layer, type LinearLayer } from './layer.ts';
import { imageName, layerShapes, type Network } from './network.ts';

/** Called with the output of each layer, in order; the maps may be kept. */
export type LayerObserver = (layer: Layer, output: FloatMap) => void;

/** The network's input for 8-bit images: pixel p is p / 255. */
export function toFloatMap(images: FeatureMap): FloatMap {
  const { bits, data, ...shape } = images;
  const highest = 2 ** bits - 1;
  return { ...shape, data: Float32Array.from(data, (pixel) => pixel / highest) };
}

/** The last layer's output for each of `images`, order (image, class). Batch norm is applied if it is not fused yet. */
export function floatForward(
  network: Network,
  images: FloatMap,
  observe?: LayerObserver,
): Float32Array {
  const shapes = layerShapes(network);
  const maps = new Map<string, FloatMap>([[imageName, images]]);
  const lastUse = lastUses(network);
  let last = images;
  network.layers.forEach((layer, index) => {
    const shape = shapes.get(layer.name);
    const input = maps.get(layer.input);
    assert(shape !== undefined && input !== undefined, `shape and input of ${layer.name}`);
    const output: FloatMap = {
      ...shape,
      images: images.images,
      data: new Float32Array(images.images * activationsPerImage(shape)),
    };
    runLayer(layer, input, output, maps);
    observe?.(layer, output);
    maps.set(layer.name, output);
    last = output;
    for (const [name, use] of lastUse) if (use === index) maps.delete(name);
  });
  return last.data;
}

/**
 * The floating-point outputs in portions, so that progress can be shown and memory stays small.
 * @throws {CancelledError} when `work.signal` says stop
 */
export function* floatForwardInPortions(
  network: Network,
  images: FeatureMap,
  work: LongWork,
  observe?: LayerObserver,
): Generator<Float32Array> {
  const portion = 50;
  const size = activationsPerImage(images);
  for (let first = 0; first < images.images; first += portion) {
    if (work.signal?.aborted) throw new CancelledError({ what: 'stopped' });
    const count = Math.min(portion, images.images - first);
    const data = images.data.subarray(first * size, (first + count) * size);
    yield floatForward(network, toFloatMap({ ...images, images: count, data }), observe);
  }
}

/**
 * The floating-point outputs of all images, order (image, class).
 * @throws {CancelledError} when `work.signal` says stop
 */
export function floatOutputs(
  network: Network,
  images: FeatureMap,
  work: LongWork = {},
): Float32Array {
  const outputs = new Float32Array(images.images * network.classes);
  let at = 0;
  for (const portion of floatForwardInPortions(network, images, work)) {
    outputs.set(portion, at);
    at += portion.length;
    work.onProgress?.({ stage: 'float', done: at / network.classes, total: images.images });
  }
  return outputs;
}

/** Index of the last layer that reads each map. */
function lastUses(network: Network): ReadonlyMap<string, number> {
  const uses = new Map<string, number>();
  network.layers.forEach((layer, index) => {
    uses.set(layer.input, index);
    if (layer.kind === 'conv' && layer.residual) uses.set(layer.residual.input, index);
  });
  return uses;
}

function runLayer(
  layer: Layer,
  input: FloatMap,
  output: FloatMap,
  maps: ReadonlyMap<string, FloatMap>,
): void {
  if (hasWeights(layer)) {
    convolve(asConv(layer, input), input, output);
    if (layer.kind === 'conv') normalize(layer, output);
    if (layer.kind === 'conv' && layer.residual) {
      const added = maps.get(layer.residual.input);
      assert(added !== undefined, `residual of ${layer.name}`);
      addResidual(layer.residual, added, output);
    }
    if (layer.relu)
      for (let i = 0; i < output.data.length; i++)
        output.data[i] = Math.max(0, output.data[i] as number);
  } else if (layer.kind === 'maxPool') maxPool(layer.size, input, output);
  else averagePool(input, output);
}

/** A linear layer is a convolution whose kernel covers the whole map. */
function asConv(layer: ConvLayer | LinearLayer, input: FloatMap): ConvLayer {
  if (layer.kind === 'conv') return layer;
  const { inputs: _, outputs, ...rest } = layer;
  const { channels, height: kernelHeight, width: kernelWidth } = input;
  return {
    ...rest,
    kind: 'conv',
    channels,
    kernels: outputs,
    kernelHeight,
    kernelWidth,
    stride: 1,
    padding: 0,
  };
}

/** Kernels whose sums are kept in registers together. */
const kernelsTogether = 4;

function convolve(layer: ConvLayer, input: FloatMap, output: FloatMap): void {
  const { kernels } = layer;
  const weights = weightsTogether(layer);
  const bias = new Float64Array(Math.ceil(kernels / kernelsTogether) * kernelsTogether);
  if (layer.bias) bias.set(layer.bias);
  const sums = new Float64Array(bias.length);
  const patch = new Float64Array(layer.kernelHeight * layer.kernelWidth * layer.channels);
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        gatherPatch(layer, input, { image, y, x }, patch);
        sums.set(bias);
        addProducts(patch, weights, sums);
        output.data.set(kernels === sums.length ? sums : sums.subarray(0, kernels), to);
        to += kernels;
      }
}

/** The inputs of one output pixel, order (R, S, C); 0 outside the map. */
function gatherPatch(
  layer: ConvLayer,
  input: FloatMap,
  at: { readonly image: number; readonly y: number; readonly x: number },
  patch: Float64Array,
): void {
  const { channels, kernelHeight, kernelWidth, stride, padding } = layer;
  const left = at.x * stride - padding;
  const firstColumn = Math.max(0, -left);
  const columns = Math.min(kernelWidth, input.width - left) - firstColumn;
  patch.fill(0);
  for (let row = 0; row < kernelHeight; row++) {
    const y = at.y * stride - padding + row;
    if (y < 0 || y >= input.height) continue;
    // The columns of a row, and their channels, lie side by side in the map and in the patch.
    let from = ((at.image * input.height + y) * input.width + left + firstColumn) * channels;
    let to = (row * kernelWidth + firstColumn) * channels;
    for (let i = columns * channels; i > 0; i--) patch[to++] = input.data[from++] as number;
  }
}

/** Adds the products of a patch with each kernel to `sums`: four kernels at once, so that each input is read once. */
function addProducts(patch: Float64Array, weights: Float64Array, sums: Float64Array): void {
  let at = 0;
  for (let kernel = 0; kernel < sums.length; kernel += kernelsTogether) {
    let a = sums[kernel] as number;
    let b = sums[kernel + 1] as number;
    let c = sums[kernel + 2] as number;
    let d = sums[kernel + 3] as number;
    for (let i = 0; i < patch.length; i++) {
      const value = patch[i] as number;
      a += value * (weights[at] as number);
      b += value * (weights[at + 1] as number);
      c += value * (weights[at + 2] as number);
      d += value * (weights[at + 3] as number);
      at += kernelsTogether;
    }
    sums[kernel] = a;
    sums[kernel + 1] = b;
    sums[kernel + 2] = c;
    sums[kernel + 3] = d;
  }
}

/** Weights in order (M / 4, R, S, C, 4), as {@link addProducts} walks them. */
function weightsTogether(layer: ConvLayer): Float64Array {
  const { channels, kernels, kernelHeight, kernelWidth, weights } = layer;
  const positions = kernelHeight * kernelWidth;
  const inputs = positions * channels;
  const together = new Float64Array(
    Math.ceil(kernels / kernelsTogether) * kernelsTogether * inputs,
  );
  for (let m = 0; m < kernels; m++) {
    const first =
      Math.floor(m / kernelsTogether) * kernelsTogether * inputs + (m % kernelsTogether);
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++)
        together[first + (p * channels + c) * kernelsTogether] = weights[
          (m * channels + c) * positions + p
        ] as number;
  }
  return together;
}

function normalize(layer: ConvLayer, output: FloatMap): void {
  const norm = layer.batchNorm;
  if (!norm) return;
  const scale = norm.gamma.map(
    (gamma, m) => gamma / Math.sqrt((norm.variance[m] as number) + norm.epsilon),
  );
  for (let i = 0, m = 0; i < output.data.length; i++, m = m + 1 === layer.kernels ? 0 : m + 1)
    output.data[i] =
      ((output.data[i] as number) - (norm.mean[m] as number)) * (scale[m] as number) +
      (norm.beta[m] as number);
}

function addResidual(
  residual: NonNullable<ConvLayer['residual']>,
  added: FloatMap,
  output: FloatMap,
): void {
  const { stride, channelOffset } = residual;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        const from =
          ((image * added.height + y * stride) * added.width + x * stride) * added.channels;
        const to =
          ((image * output.height + y) * output.width + x) * output.channels + channelOffset;
        for (let c = 0; c < added.channels; c++)
          output.data[to + c] = (output.data[to + c] as number) + (added.data[from + c] as number);
      }
}

function maxPool(size: number, input: FloatMap, output: FloatMap): void {
  const { channels } = input;
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++)
        for (let c = 0; c < channels; c++) {
          let best = -Infinity;
          for (let dy = 0; dy < size; dy++)
            for (let dx = 0; dx < size; dx++) {
              const pixel = (image * input.height + y * size + dy) * input.width + x * size + dx;
              best = Math.max(best, input.data[pixel * channels + c] as number);
            }
          output.data[to++] = best;
        }
}

function averagePool(input: FloatMap, output: FloatMap): void {
  const pixels = input.height * input.width;
  for (let image = 0; image < output.images; image++)
    for (let c = 0; c < input.channels; c++) {
      let sum = 0;
      for (let p = 0; p < pixels; p++)
        sum += input.data[(image * pixels + p) * input.channels + c] as number;
      output.data[image * input.channels + c] = sum / pixels;
    }
}
