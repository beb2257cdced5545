// Network files of version 1, as mars-cim wrote them before networks were graphs.

import { symmetryOf, tileSizeOf } from '../../src/core/window.ts';
import { hasWeights, type Layer } from '../../src/network/fused-network.ts';
import { type Tensor, writeTensorFile } from '../../src/network/io/safetensors.ts';
import type { Network } from '../../src/network/network.ts';
import { fuse } from '../../src/network/passes/fuse.ts';

/** Whether version 1 can say what the windows of `network` are: square pools side by side, kernels moved and padded alike in all directions. */
export const fitsVersion1 = (network: Network): boolean =>
  fuse(network).layers.every((layer) => {
    if (layer.kind === 'conv') return symmetryOf(layer.window) !== undefined;
    if (layer.kind === 'maxPool') return tileSizeOf(layer.window) !== undefined;
    return layer.kind === 'linear' || layer.window === undefined;
  });

/** The file of `network` in version 1. */
export function writeVersion1(network: Network): Uint8Array {
  const { layers, ...facts } = fuse(network);
  const tensors = new Map<string, Tensor>();
  const description = { version: 1, ...facts, layers: layers.map((one) => describe(one, tensors)) };
  return writeTensorFile({
    metadata: { 'mars-cim-network': JSON.stringify(description) },
    tensors,
  });
}

function describe(layer: Layer, tensors: Map<string, Tensor>): object {
  if (layer.kind === 'averagePool') return layer;
  if (layer.kind === 'maxPool') {
    const { window, ...rest } = layer;
    return { ...rest, size: tileSizeOf(window) };
  }
  if (!hasWeights(layer)) throw new Error('no such layer');
  const put = (part: string, data: Float32Array | undefined, shape?: readonly number[]): void => {
    if (data) tensors.set(`${layer.name}.${part}`, { shape: shape ?? [data.length], data });
  };
  if (layer.kind === 'linear') {
    const { weights, bias, ...rest } = layer;
    put('weight', weights, [layer.outputs, layer.inputs]);
    put('bias', bias);
    return rest;
  }
  const { weights, bias, batchNorm, window, ...rest } = layer;
  const { height: kernelHeight, width: kernelWidth } = window;
  put('weight', weights, [layer.kernels, layer.channels, kernelHeight, kernelWidth]);
  put('bias', bias);
  for (const part of ['gamma', 'beta', 'mean', 'variance'] as const)
    put(`bn.${part}`, batchNorm?.[part]);
  const epsilon = batchNorm ? { epsilon: batchNorm.epsilon } : {};
  return { ...rest, kernelHeight, kernelWidth, ...symmetryOf(window), ...epsilon };
}
