// The network in real arithmetic: what training meant, the yardstick for every quantized result.

import { assert, CancelledError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, type FloatMap } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { forEachInside } from '../core/window.ts';
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

function convolve(layer: ConvLayer, input: FloatMap, output: FloatMap): void {
  const { channels, kernels, kernelHeight, kernelWidth, stride, padding } = layer;
  const window = { height: kernelHeight, width: kernelWidth, stride, padding };
  const weights = kernelsInnermost(layer);
  const sums = new Float64Array(kernels);
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        sums.fill(0);
        if (layer.bias) sums.set(layer.bias);
        forEachInside(window, input, { y, x }, (position, pixel) => {
          const from = (image * input.height * input.width + pixel) * channels;
          for (let c = 0; c < channels; c++) {
            const value = input.data[from + c] as number;
            if (value === 0) continue;
            const row = (position * channels + c) * kernels;
            for (let m = 0; m < kernels; m++)
              sums[m] = (sums[m] as number) + value * (weights[row + m] as number);
          }
        });
        output.data.set(sums, to);
        to += kernels;
      }
}

/** Weights in order (R, S, C, M), so that the innermost loop runs along memory. */
function kernelsInnermost(layer: ConvLayer): Float32Array {
  const { channels, kernels, kernelHeight, kernelWidth, weights } = layer;
  const positions = kernelHeight * kernelWidth;
  const transposed = new Float32Array(weights.length);
  for (let m = 0; m < kernels; m++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < positions; p++)
        transposed[(p * channels + c) * kernels + m] = weights[
          (m * channels + c) * positions + p
        ] as number;
  return transposed;
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
