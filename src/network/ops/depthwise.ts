// Depthwise convolutions: each channel has kernels of its own, so that channels, not products, lie side by side.

import { activationsPerImage, type FloatMap } from '../../core/feature-map.ts';
import { forEachInside, positionsOf } from '../../core/window.ts';
import type { ConvAttributes } from './conv-attributes.ts';
import { type NodeTensors, tensorOf } from './operator.ts';

/** The convolution of `input` where each channel is a group; products are added up in 64 bits. */
export function convolveDepthwise(
  { channels, kernels, window }: ConvAttributes,
  tensors: NodeTensors,
  input: FloatMap,
  output: FloatMap,
): void {
  const positions = positionsOf(window);
  const perChannel = kernels / channels;
  const weights = positionsFirst(tensorOf(tensors, 'weight'), kernels, positions);
  const source = Int32Array.from({ length: kernels }, (_, m) => Math.floor(m / perChannel));
  const sums = new Float64Array(kernels);
  const size = activationsPerImage(input);
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        sums.fill(0);
        if (tensors['bias']) sums.set(tensors['bias']);
        forEachInside(window, input, { y, x }, (position, pixel) => {
          const from = image * size + pixel * channels;
          const first = position * kernels;
          for (let m = 0; m < kernels; m++)
            sums[m] =
              (sums[m] as number) +
              (weights[first + m] as number) * (input.data[from + (source[m] as number)] as number);
        });
        output.data.set(sums, to);
        to += kernels;
      }
}

/** Weights in order (position, kernel). */
function positionsFirst(weight: Float32Array, kernels: number, positions: number): Float64Array {
  const weights = new Float64Array(weight.length);
  for (let m = 0; m < kernels; m++)
    for (let p = 0; p < positions; p++)
      weights[p * kernels + m] = weight[m * positions + p] as number;
  return weights;
}
