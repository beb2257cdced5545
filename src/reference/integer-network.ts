// The integer network as plain convolutions, without macros, phases or ADC: what a chip that loses nothing computes.
// Shares no code with the macro's path but the requantizer and the pools.

import {
  type CompressedLayer,
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
} from '../compress/compressed-network.ts';
import { imageCodes } from '../compress/image-codes.ts';
import { withBorder } from '../core/image-border.ts';
import { assert, at, CimError } from '../core/errors.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { forEachInside, positionsOf } from '../core/window.ts';
import { walkGraph } from '../network/fold.ts';
import { layerNodes } from '../network/fused-network.ts';
import { imageName } from '../network/graph.ts';
import { pool } from './pool.ts';
import { requantize } from './requantize.ts';

/**
 * Outputs of the integer network for 8-bit `images`, order (image, class).
 * @throws {CimError} (cancelled) when told to stop
 */
export function integerForward(
  network: CompressedNetwork,
  images: FeatureMap,
  work: LongWork = {},
): Int32Array {
  const outputs = new Int32Array(images.images * network.classes);
  for (let image = 0; image < images.images; image++) {
    if (work.signal?.aborted) throw new CimError('cancelled', { what: 'stopped' });
    outputs.set(forwardOne(network, imageSlice(images, image, 1)), image * network.classes);
    work.onProgress?.({ stage: 'exact', done: image + 1, total: images.images });
  }
  return outputs;
}

/** Sums of one layer by plain integer convolution, order (image, y, x, kernel). */
export function integerConvolution(layer: MacroLayer, input: FeatureMap): Int32Array {
  const { kernels, channels, window, groups = 1 } = layer.geometry;
  const [seen, together] = [channels / groups, kernels / groups];
  const { height, width } = layer.outputShape;
  const { padCode = 0 } = layer;
  const pad = new Uint8Array(channels).fill(padCode);
  const count = padCode === 0 ? 0 : positionsOf(window);
  const positions = Array.from({ length: count }, (_, position) => position);
  const weights = kernelsInnermost(layer);
  const result = new Int32Array(input.images * height * width * kernels);
  const sums = new Int32Array(kernels);
  const addPixel = (position: number, values: Uint8Array, from: number): void => {
    for (let c = 0; c < channels; c++) {
      const value = values[from + c] as number;
      if (value === 0) continue;
      const row = (position * channels + c) * together;
      const first = Math.floor(c / seen) * together;
      for (let m = 0; m < together; m++)
        sums[first + m] = (sums[first + m] as number) + value * (weights[row + m] as number);
    }
  };
  let to = 0;
  for (let image = 0; image < input.images; image++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        sums.set(layer.bias);
        const outside = new Set(positions);
        forEachInside(window, input, { y, x }, (position, pixel) => {
          const from = (image * input.height * input.width + pixel) * channels;
          outside.delete(position);
          addPixel(position, input.data, from);
        });
        for (const position of outside) addPixel(position, pad, 0);
        result.set(sums, to);
        to += kernels;
      }
  return result;
}

function forwardOne(network: CompressedNetwork, image: FeatureMap): Int32Array {
  const last = network.layers.at(-1);
  assert(last !== undefined && isMacroLayer(last), 'the last layer gives sums');
  return integerConvolution(last, integerInput(network, image, last.name));
}

/**
 * The feature map that layer `name` reads in the integer network, for 8-bit `images`. Layers behind it are not computed.
 * @throws {CimError} (usage) when the network has no such layer
 */
export function integerInput(
  network: CompressedNetwork,
  images: FeatureMap,
  name: string,
): FeatureMap {
  for (const { layer, input } of integerInputs(network, images))
    if (layer.name === name) return input;
  throw new CimError('usage', { what: `there is no layer ${name}`, where: [network.name] });
}

/** Each layer of the integer network with the feature map that it reads, in order; each is computed when it is asked for. */
export function* integerInputs(
  network: CompressedNetwork,
  images: FeatureMap,
): Generator<{ readonly layer: CompressedLayer; readonly input: FeatureMap }, void> {
  const bits = network.activationBits;
  const stored = withBorder(images, network.border);
  const image = { ...stored, bits, data: imageCodes(network, stored) };
  const steps = walkGraph(
    { name: network.name, nodes: layerNodes(network.layers) },
    new Map([[imageName, image]]),
    ({ layer }, inputs) => outputOf(layer, at(inputs, 0), inputs[1]),
  );
  for (const { node, inputs } of steps) {
    yield { layer: node.layer, input: at(inputs, 0) };
    if (node.layer === network.layers.at(-1)) return;
  }
}

/** What a layer that is not the last stores. */
function outputOf(
  layer: CompressedLayer,
  input: FeatureMap,
  residual: FeatureMap | undefined,
): FeatureMap {
  if (!isMacroLayer(layer)) return pool(layer, input);
  assert(layer.requantize !== undefined, `${layer.name} is not the last layer`);
  const sums = integerConvolution(layer, input);
  const program = { ...layer.requantize, residual: layer.residual };
  const shape = { images: input.images, ...layer.outputShape };
  return requantize(program, shape, sums, residual);
}

/** Weights in order (R, S, C, M / groups): of each channel, those of the kernels that see it. */
function kernelsInnermost(layer: MacroLayer): Int8Array {
  const { channels, kernels, window, groups = 1 } = layer.geometry;
  const [seen, together] = [channels / groups, kernels / groups];
  const area = positionsOf(window);
  const transposed = new Int8Array(layer.weights.length);
  for (let m = 0; m < kernels; m++)
    for (let own = 0; own < seen; own++)
      for (let p = 0; p < area; p++) {
        const c = Math.floor(m / together) * seen + own;
        transposed[(p * channels + c) * together + (m % together)] = layer.weights[
          (m * seen + own) * area + p
        ] as number;
      }
  return transposed;
}
