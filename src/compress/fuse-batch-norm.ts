// Batch norm becomes part of the weights before quantization, so that the chip never multiplies per channel.

import { CimError } from '../core/errors.ts';
import { firstNotFinite } from '../core/finite.ts';
import type { ConvLayer, FusedNetwork, Layer } from '../network/fused-network.ts';
import { scaledBy } from '../network/trained-scales.ts';

/**
 * The same network with every batch norm fused into weights and bias:
 * w' = w gamma / sqrt(variance + epsilon), b' = beta + (b - mean) gamma / sqrt(variance + epsilon).
 * @throws {CimError} (compress) naming the layer where that is too large for 32-bit floats
 */
export function fuseBatchNorm(network: FusedNetwork): FusedNetwork {
  return {
    ...network,
    layers: network.layers.map((layer) =>
      layer.kind === 'conv' ? fuse(layer, [network.name, layer.name]) : layer,
    ),
  };
}

function fuse(layer: ConvLayer, where: readonly string[]): Layer {
  const { batchNorm: norm, ...rest } = layer;
  if (!norm) return layer;
  const scale = norm.gamma.map(
    (gamma, m) => gamma / Math.sqrt((norm.variance[m] as number) + norm.epsilon),
  );
  const perKernel = layer.weights.length / layer.kernels;
  const weights = new Float32Array(layer.weights.length);
  for (let m = 0, i = 0; m < layer.kernels; m++)
    for (const end = i + perKernel; i < end; i++)
      weights[i] = (layer.weights[i] as number) * (scale[m] as number);
  const bias = norm.beta.map(
    (beta, m) => beta + ((layer.bias?.[m] ?? 0) - (norm.mean[m] as number)) * (scale[m] as number),
  );
  checkFinite('weight', weights, perKernel, where);
  checkFinite('bias', bias, 1, where);
  const scales = layer.scales && scaledBy(layer.scales, scale);
  return { ...rest, weights, bias, ...(scales ? { scales } : {}) };
}

function checkFinite(
  part: string,
  values: Float32Array,
  perKernel: number,
  where: readonly string[],
): void {
  const bad = firstNotFinite(values);
  if (bad < 0) return;
  throw new CimError('compress', {
    what: `batch norm makes a ${part} of kernel ${Math.floor(bad / perKernel)} ${values[bad]}: too large for 32-bit floats`,
    where,
    todo: 'look at its gamma, beta, mean and variance: train again, for example with a smaller learning rate',
  });
}
