// Batch normalisation, one value per channel: y = gamma (x - mean) / sqrt(variance + epsilon) + beta.

import { z } from 'zod';
import { at, CimError } from '../../core/errors.ts';
import { shapeText } from '../../core/feature-map.ts';
import { type Operator, tensorOf } from './operator.ts';

/** Attributes of {@link batchNorm}. */
export interface BatchNormAttributes {
  readonly channels: number;
  readonly epsilon: number;
}

/** Batch normalisation with averaged statistics. */
export const batchNorm: Operator<BatchNormAttributes> = {
  attributes: z.strictObject({
    channels: z.int().positive().max(65536),
    epsilon: z.number().nonnegative(),
  }),
  inputs: 1,
  shape({ channels }, inputs, where) {
    const input = at(inputs, 0);
    if (input.channels !== channels)
      throw new CimError('network', {
        what: `needs ${channels} channels, but its input is ${shapeText(input)}`,
        where,
      });
    return input;
  },
  tensors({ channels: size }) {
    const shape = [size];
    return { gamma: { shape }, beta: { shape }, mean: { shape }, variance: { shape } };
  },
  checkTensors({ attributes: { epsilon }, tensors }, where) {
    const variance = tensorOf(tensors, 'variance');
    const negative = variance.findIndex((value) => value + epsilon <= 0);
    if (negative >= 0)
      throw new CimError('network', {
        what: `variance[${negative}] is ${variance[negative]}`,
        where,
      });
  },
  forward({ attributes: { channels, epsilon }, tensors }, inputs, output) {
    const { data } = at(inputs, 0);
    const [gamma, beta] = [tensorOf(tensors, 'gamma'), tensorOf(tensors, 'beta')];
    const [mean, variance] = [tensorOf(tensors, 'mean'), tensorOf(tensors, 'variance')];
    const scale = gamma.map((value, m) => value / Math.sqrt((variance[m] as number) + epsilon));
    for (let i = 0, m = 0; i < data.length; i++, m = m + 1 === channels ? 0 : m + 1)
      output.data[i] =
        ((data[i] as number) - (mean[m] as number)) * (scale[m] as number) + (beta[m] as number);
  },
};
