// The network in real arithmetic: what training meant, the yardstick for every quantized result.

import { assert, CimError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, type FloatMap } from '../core/feature-map.ts';
import { firstNotFinite } from '../core/finite.ts';
import type { LongWork } from '../core/progress.ts';
import { forEachInside, positionsOf, type Window, wholeMap } from '../core/window.ts';
import {
  type AveragePoolLayer,
  type ConvLayer,
  hasWeights,
  type Layer,
  type LinearLayer,
} from './layer.ts';
import { imageName, layerShapes, type Network } from './network.ts';

/** Called with the output of each layer, in order; the maps may be kept. */
export type LayerObserver = (layer: Layer, output: FloatMap) => void;

/** The network's input for 8-bit images: pixel p is p / 255. */
export function toFloatMap(images: FeatureMap): FloatMap {
  const { bits, data, ...shape } = images;
  const highest = 2 ** bits - 1;
  return { ...shape, data: Float32Array.from(data, (pixel) => pixel / highest) };
}

/**
 * The last layer's output for each of `images`, order (image, class). Batch norm is applied if it is not fused yet.
 * @throws {CimError} (network) naming the first layer whose output is too large for 32-bit floats
 */
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
    checkFinite(output, [network.name, layer.name]);
    observe?.(layer, output);
    maps.set(layer.name, output);
    last = output;
    for (const [name, use] of lastUse) if (use === index) maps.delete(name);
  });
  return last.data;
}

/**
 * The floating-point outputs in portions, so that progress can be shown and memory stays small.
 * @throws {CimError} (network) as {@link floatForward}
 * @throws {CimError} (cancelled) when `work.signal` says stop
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
    if (work.signal?.aborted) throw new CimError('cancelled', { what: 'stopped' });
    const count = Math.min(portion, images.images - first);
    const data = images.data.subarray(first * size, (first + count) * size);
    yield floatForward(network, toFloatMap({ ...images, images: count, data }), observe);
  }
}

/**
 * The floating-point outputs of all images, order (image, class).
 * @throws {CimError} (network) as {@link floatForward}
 * @throws {CimError} (cancelled) when `work.signal` says stop
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

function checkFinite(output: FloatMap, where: readonly string[]): void {
  const bad = firstNotFinite(output.data);
  if (bad < 0) return;
  throw new CimError('network', {
    what: `its output for image ${Math.floor(bad / activationsPerImage(output))} is ${output.data[bad]}: too large for 32-bit floats`,
    where,
    todo: 'its weights, or those of the layers before it, are too large: train again, for example with a smaller learning rate',
  });
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
  } else if (layer.kind === 'maxPool') maxPool(layer.window, input, output);
  else averagePool(layer, input, output);
}

/** A linear layer is a convolution whose kernel covers the whole map. */
function asConv(layer: ConvLayer | LinearLayer, input: FloatMap): ConvLayer {
  if (layer.kind === 'conv') return layer;
  const { inputs: _, outputs, ...rest } = layer;
  const { channels } = input;
  return { ...rest, kind: 'conv', channels, kernels: outputs, window: wholeMap(input) };
}

/** Kernels whose sums are kept in registers together. */
const kernelsTogether = 8;

/** The inputs of one output pixel that are not 0, which is about half of them after a ReLU. */
interface Patch {
  readonly values: Float64Array;
  /** Where in a kernel's weights, order (R, S, C), each of them belongs. */
  readonly places: Int32Array;
  count: number;
}

function convolve(layer: ConvLayer, input: FloatMap, output: FloatMap): void {
  const { kernels } = layer;
  const weights = weightsTogether(layer);
  const bias = new Float64Array(Math.ceil(kernels / kernelsTogether) * kernelsTogether);
  if (layer.bias) bias.set(layer.bias);
  const sums = new Float64Array(bias.length);
  const inputs = positionsOf(layer.window) * layer.channels;
  const patch = { values: new Float64Array(inputs), places: new Int32Array(inputs), count: 0 };
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        gatherPatch(layer, input, { image, y, x }, patch);
        sums.set(bias);
        addProducts(patch, weights, inputs, sums);
        output.data.set(kernels === sums.length ? sums : sums.subarray(0, kernels), to);
        to += kernels;
      }
}

function gatherPatch(
  layer: ConvLayer,
  input: FloatMap,
  at: { readonly image: number; readonly y: number; readonly x: number },
  patch: Patch,
): void {
  const { channels, window } = layer;
  const [down, right] = window.dilations;
  const top = at.y * window.strides[0] - window.pads[0];
  const left = at.x * window.strides[1] - window.pads[1];
  const firstColumn = Math.max(0, Math.ceil(-left / right));
  const endColumn = Math.min(window.width, Math.ceil((input.width - left) / right));
  // The columns of a row, and their channels, lie side by side in the patch, and without holes in the map too.
  const together = right === 1 ? endColumn - firstColumn : 1;
  patch.count = 0;
  for (let row = 0; row < window.height; row++) {
    const y = top + row * down;
    if (y < 0 || y >= input.height) continue;
    const line = (at.image * input.height + y) * input.width + left;
    for (let column = firstColumn; column < endColumn; column += together) {
      const run = { from: (line + column * right) * channels, length: together * channels };
      gatherRun(input.data, run, (row * window.width + column) * channels, patch);
    }
  }
}

/** Adds the values of a run that are not 0 to a patch, where the first one's place is `place`. */
function gatherRun(
  data: Float32Array,
  { from, length }: { readonly from: number; readonly length: number },
  place: number,
  patch: Patch,
): void {
  const { values, places } = patch;
  let { count } = patch;
  for (let i = 0; i < length; i++) {
    const value = data[from + i] as number;
    if (value === 0) continue;
    values[count] = value;
    places[count++] = place + i;
  }
  patch.count = count;
}

/** Adds the products of a patch with each kernel to `sums`: several kernels at once, so that an input is read once. */
function addProducts(
  { values, places, count }: Patch,
  weights: Float64Array,
  inputs: number,
  sums: Float64Array,
): void {
  for (let kernel = 0; kernel < sums.length; kernel += kernelsTogether) {
    let [s0, s1, s2, s3, s4, s5, s6, s7] = [0, 0, 0, 0, 0, 0, 0, 0];
    const first = kernel * inputs;
    for (let i = 0; i < count; i++) {
      const value = values[i] as number;
      const at = first + (places[i] as number) * kernelsTogether;
      s0 += value * (weights[at] as number);
      s1 += value * (weights[at + 1] as number);
      s2 += value * (weights[at + 2] as number);
      s3 += value * (weights[at + 3] as number);
      s4 += value * (weights[at + 4] as number);
      s5 += value * (weights[at + 5] as number);
      s6 += value * (weights[at + 6] as number);
      s7 += value * (weights[at + 7] as number);
    }
    const added = [s0, s1, s2, s3, s4, s5, s6, s7];
    for (let k = 0; k < kernelsTogether; k++)
      sums[kernel + k] = (sums[kernel + k] as number) + (added[k] as number);
  }
}

/** Weights in order (M / 8, R, S, C, 8), as {@link addProducts} walks them. */
function weightsTogether(layer: ConvLayer): Float64Array {
  const { channels, kernels, weights } = layer;
  const positions = positionsOf(layer.window);
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

function maxPool(window: Window, input: FloatMap, output: FloatMap): void {
  output.data.fill(-Infinity);
  forEachSeen(window, input, output, (from, to) => {
    for (let c = 0; c < input.channels; c++)
      output.data[to + c] = Math.max(output.data[to + c] as number, input.data[from + c] as number);
  });
}

function averagePool(layer: AveragePoolLayer, input: FloatMap, output: FloatMap): void {
  const { window = wholeMap(input), countIncludePad = false } = layer;
  const { channels } = output;
  const sums = new Float64Array(output.data.length);
  const seen = new Uint32Array(output.data.length / channels);
  forEachSeen(window, input, output, (from, to) => {
    for (let c = 0; c < channels; c++)
      sums[to + c] = (sums[to + c] as number) + (input.data[from + c] as number);
    seen[to / channels] = (seen[to / channels] as number) + 1;
  });
  const all = positionsOf(window);
  for (let i = 0; i < sums.length; i++)
    output.data[i] =
      (sums[i] as number) / (countIncludePad ? all : (seen[Math.floor(i / channels)] as number));
}

/** Calls `visit` for every input pixel that a window of an output pixel sees, with the places of their first channels. */
function forEachSeen(
  window: Window,
  input: FloatMap,
  output: FloatMap,
  visit: (from: number, to: number) => void,
): void {
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        forEachInside(window, input, { y, x }, (_, pixel) => {
          visit((image * input.height * input.width + pixel) * input.channels, to);
        });
        to += output.channels;
      }
}
