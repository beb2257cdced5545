// Fully connected layer over a whole feature map.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { activationsPerImage, shapeText } from '../../core/feature-map.ts';
import { wholeMap } from '../../core/window.ts';
import { convolve } from './conv.ts';
import type { Operator } from './operator.ts';

/** Attributes of {@link linear}. */
export interface LinearAttributes {
  /** Inputs: height x width x channels of the feature map. */
  readonly inputs: number;
  readonly outputs: number;
}

/**
 * A convolution whose kernel is as large as the map: `weight`, order (output, channel, y, x) as PyTorch's after
 * flattening an (N, C, H, W) tensor, and perhaps a `bias` per output.
 */
export const linear: Operator<LinearAttributes> = {
  attributes: z.strictObject({
    inputs: z.int().positive(),
    outputs: z.int().positive().max(65536),
  }),
  inputs: 1,
  shape({ inputs: wanted, outputs }, inputs, where) {
    const input = at(inputs, 0);
    if (activationsPerImage(input) !== wanted)
      throw new CimError('network', {
        what: `needs ${wanted} inputs, but its input is ${shapeText(input)}`,
        where,
      });
    return { height: 1, width: 1, channels: outputs };
  },
  tensors: ({ inputs, outputs }) => ({
    weight: { shape: [outputs, inputs] },
    bias: { shape: [outputs], isOptional: true },
  }),
  macs: ({ inputs, outputs }) => inputs * outputs,
  forward({ attributes: { outputs: kernels }, tensors }, inputs, output) {
    const input = at(inputs, 0);
    const kernel = { channels: input.channels, kernels, window: wholeMap(input) };
    convolve(kernel, tensors, input, output);
  },
};
