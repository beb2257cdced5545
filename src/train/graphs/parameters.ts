// The arrays of a network under the names that its graphs and its file use: `conv1.weight`, `conv1.bn.gamma`, ...

import type { FusedNetwork, Layer } from '../../network/fused-network.ts';

/** What an array is. Weight decay goes to weights only; statistics are not learned but averaged. */
export type ParameterKind = 'weight' | 'bias' | 'norm' | 'statistic';

/** One array of a network. */
export interface Parameter {
  /** Layer and part: `conv1.bn.mean`. */
  readonly name: string;
  readonly kind: ParameterKind;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** All arrays of a network, in the order of its layers. */
export function parametersOf(network: FusedNetwork): readonly Parameter[] {
  return network.layers.flatMap(layerParameters);
}

function layerParameters(layer: Layer): readonly Parameter[] {
  if (layer.kind === 'maxPool' || layer.kind === 'averagePool') return [];
  const shape =
    layer.kind === 'conv'
      ? [layer.kernels, layer.channels, layer.window.height, layer.window.width]
      : [layer.outputs, layer.inputs];
  const list: Parameter[] = [
    { name: `${layer.name}.weight`, kind: 'weight', shape, data: layer.weights },
  ];
  const add = (part: string, kind: ParameterKind, data: Float32Array | undefined): void => {
    if (data) list.push({ name: `${layer.name}.${part}`, kind, shape: [data.length], data });
  };
  add('bias', 'bias', layer.bias);
  const norm = layer.kind === 'conv' ? layer.batchNorm : undefined;
  add('bn.gamma', 'norm', norm?.gamma);
  add('bn.beta', 'norm', norm?.beta);
  add('bn.mean', 'statistic', norm?.mean);
  add('bn.variance', 'statistic', norm?.variance);
  return list;
}
