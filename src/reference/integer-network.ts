// The integer network as plain convolutions, without macros, phases or ADC: what a chip that loses nothing computes.
// Shares no code with the macro's path but the requantizer and the pools.

import {
  type CompressedLayer,
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
} from '../compress/compressed-network.ts';
import { quantizePixels } from '../core/pixels.ts';
import { assert, CimError } from '../core/errors.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { forEachInside, positionsOf } from '../core/window.ts';
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
  const { kernels, channels, window } = layer.geometry;
  const { height, width } = layer.outputShape;
  const weights = kernelsInnermost(layer);
  const result = new Int32Array(input.images * height * width * kernels);
  const sums = new Int32Array(kernels);
  let to = 0;
  for (let image = 0; image < input.images; image++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++) {
        sums.set(layer.bias);
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
  const maps = new Map<string, FeatureMap>([
    ['image', { ...images, bits, data: quantizePixels(images.data, bits) }],
  ]);
  for (const layer of network.layers) {
    const input = maps.get(layer.input);
    assert(input !== undefined, `input of ${layer.name}`);
    yield { layer, input };
    if (!isMacroLayer(layer)) {
      maps.set(layer.name, pool(layer, input));
      continue;
    }
    if (layer === network.layers.at(-1)) return;
    assert(layer.requantize !== undefined, `${layer.name} is not the last layer`);
    const sums = integerConvolution(layer, input);
    const residual = layer.residual && maps.get(layer.residual.input);
    const program = { ...layer.requantize, residual: layer.residual };
    const shape = { images: images.images, ...layer.outputShape };
    maps.set(layer.name, requantize(program, shape, sums, residual));
  }
}

/** Weights in order (R, S, C, M). */
function kernelsInnermost(layer: MacroLayer): Int8Array {
  const { channels, kernels, window } = layer.geometry;
  const area = positionsOf(window);
  const transposed = new Int8Array(layer.weights.length);
  for (let m = 0; m < kernels; m++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < area; p++)
        transposed[(p * channels + c) * kernels + m] = layer.weights[
          (m * channels + c) * area + p
        ] as number;
  return transposed;
}
