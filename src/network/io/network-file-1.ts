// Version 1 of the description in a network file: a list of layers, each with everything that is fused into it. Files of
// this version are read, not written any more.

import { z } from 'zod';
import { symmetricWindow, tilingWindow } from '../../core/window.ts';
import type { BatchNorm, Layer } from '../fused-network.ts';
import type { Network } from '../network.ts';
import { spellOut } from '../passes/spell-out.ts';
import { type DescribedFile, factsSchemas, scalesSchema, size } from './description.ts';

const layerSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('conv'),
    name: z.string().min(1),
    input: z.string(),
    channels: size,
    kernels: size,
    kernelHeight: size,
    kernelWidth: size,
    stride: size,
    padding: z.int().nonnegative().max(64),
    relu: z.boolean(),
    epsilon: z.number().nonnegative().optional(),
    residual: z
      .strictObject({ input: z.string(), stride: size, channelOffset: z.int().nonnegative() })
      .optional(),
    scales: scalesSchema.optional(),
  }),
  z.strictObject({
    kind: z.literal('linear'),
    name: z.string().min(1),
    input: z.string(),
    inputs: z.int().positive(),
    outputs: size,
    relu: z.boolean(),
    scales: scalesSchema.optional(),
  }),
  z.strictObject({ kind: z.literal('maxPool'), name: z.string().min(1), input: z.string(), size }),
  z.strictObject({ kind: z.literal('averagePool'), name: z.string().min(1), input: z.string() }),
]);
const schema = z.strictObject({
  version: z.literal(1),
  ...factsSchemas,
  layers: z.array(layerSchema).min(1).max(10000),
});

/**
 * The network of a file of version 1.
 * @throws {CimError} (input) naming the layer whose description is not valid, or whose tensor is missing or of another shape
 * @throws {CimError} (network) naming the layer that does not fit the others
 */
export function networkOfVersion1(file: DescribedFile): Network {
  const { version: _, layers, ...facts } = file.check(schema);
  return spellOut({ ...facts, layers: layers.map((layer) => restore(layer, file)) });
}

type LayerDescription = z.infer<typeof layerSchema>;

function restore(layer: LayerDescription, file: DescribedFile): Layer {
  const { name, input } = layer;
  if (layer.kind === 'averagePool') return layer;
  if (layer.kind === 'maxPool')
    return { kind: layer.kind, name, input, window: tilingWindow(layer.size) };
  const outputs = [layer.kind === 'conv' ? layer.kernels : layer.outputs];
  const found = file.find(name, 'bias', outputs);
  const bias = found ? { bias: found } : {};
  if (layer.kind === 'linear')
    return { ...layer, weights: file.need(name, 'weight', [layer.outputs, layer.inputs]), ...bias };
  const { epsilon, kernelHeight, kernelWidth, stride, padding, ...rest } = layer;
  const norm = (part: string): Float32Array => file.need(name, `bn.${part}`, outputs);
  const batchNorm: BatchNorm | undefined =
    epsilon === undefined
      ? undefined
      : {
          gamma: norm('gamma'),
          beta: norm('beta'),
          mean: norm('mean'),
          variance: norm('variance'),
          epsilon,
        };
  const { kernels, channels } = layer;
  const window = symmetricWindow(kernelHeight, kernelWidth, { stride, padding });
  const weights = file.need(name, 'weight', [kernels, channels, kernelHeight, kernelWidth]);
  return { ...rest, window, weights, ...bias, ...(batchNorm ? { batchNorm } : {}) };
}
