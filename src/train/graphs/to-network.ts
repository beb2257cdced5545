// From trained arrays back to a network.

import type { BatchNorm, FusedNetwork, Layer } from '../../network/fused-network.ts';

/** Gives the array of a name. */
export type ParameterSource = (name: string) => Float32Array;

/** `network` with its arrays replaced by copies of those that `source` gives, by the names of `parametersOf`. */
export function toNetwork(network: FusedNetwork, source: ParameterSource): FusedNetwork {
  return { ...network, layers: network.layers.map((layer) => replaceArrays(layer, source)) };
}

function replaceArrays(layer: Layer, source: ParameterSource): Layer {
  if (layer.kind === 'maxPool' || layer.kind === 'averagePool') return layer;
  const part = (name: string): Float32Array => Float32Array.from(source(`${layer.name}.${name}`));
  const bias = layer.bias ? { bias: part('bias') } : {};
  if (layer.kind === 'linear') return { ...layer, weights: part('weight'), ...bias };
  const norm: { batchNorm?: BatchNorm } = layer.batchNorm
    ? {
        batchNorm: {
          gamma: part('bn.gamma'),
          beta: part('bn.beta'),
          mean: part('bn.mean'),
          variance: part('bn.variance'),
          epsilon: layer.batchNorm.epsilon,
        },
      }
    : {};
  return { ...layer, weights: part('weight'), ...bias, ...norm };
}
