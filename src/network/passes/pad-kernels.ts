// Kernels without weights around those of a layer: they pass on what is added to them.

import type { ConvLayer } from '../fused-network.ts';
import type { TrainedScales } from '../network.ts';

/** How many kernels without weights stand before and behind those of a layer. */
export interface KernelPads {
  readonly before: number;
  readonly after: number;
}

/** The layer with kernels without weights around its own. */
export function withPads(layer: ConvLayer, { before, after }: KernelPads): ConvLayer {
  const { kernels: count, weights, bias, batchNorm: norm } = layer;
  const kernels = before + count + after;
  const spread = (values: Float32Array, rest = 0): Float32Array => {
    const each = values.length / count;
    const all = new Float32Array(kernels * each).fill(rest);
    all.set(values, before * each);
    return all;
  };
  return {
    ...layer,
    kernels,
    ownKernels: { first: before, count },
    weights: spread(weights),
    ...(layer.scales?.kernelScales
      ? { scales: spreadScales(layer.scales, { before, after }) }
      : {}),
    ...(bias ? { bias: spread(bias) } : {}),
    ...(norm
      ? {
          batchNorm: {
            gamma: spread(norm.gamma),
            beta: spread(norm.beta),
            mean: spread(norm.mean),
            variance: spread(norm.variance, 1),
            epsilon: norm.epsilon,
          },
        }
      : {}),
  };
}

/** Scales with those of kernels without weights, for which any will do. */
const spreadScales = (scales: TrainedScales, { before, after }: KernelPads): TrainedScales => {
  const others = (count: number): readonly number[] =>
    Array.from({ length: count }, () => scales.weightScale);
  return {
    ...scales,
    kernelScales: [...others(before), ...(scales.kernelScales ?? []), ...others(after)],
  };
};
