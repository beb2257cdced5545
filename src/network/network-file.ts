// The network file: a safetensors container whose metadata describes the layers, so that weights and topology cannot
// be separated. Written by the trainer, read by everything else.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import {
  type AveragePoolLayer,
  type BatchNorm,
  hasWeights,
  type Layer,
  type MaxPoolLayer,
} from './layer.ts';
import { checkNetwork, type Network } from './network.ts';
import { readTensorFile, type Tensor, type TensorFile, writeTensorFile } from './safetensors.ts';
import {
  averagePoolFields,
  checkKernelFields,
  checkMaxPoolFields,
  kernelFields,
  maxPoolFields,
  readKernel,
  readMaxPool,
  writeAveragePool,
  writeKernel,
  writeMaxPool,
} from './window-fields.ts';

/** Key of the metadata that holds the description. */
const metadataKey = 'mars-cim-network';
/** Key of the metadata of a file that holds a training under way as well. */
export const trainingKey = 'mars-cim-training';
/** Version of the description; readers refuse any other. */
const formatVersion = 1;

const size = z.int().positive().max(65536);
const weightBits = z.int().min(2).max(8);
const activationBits = z.int().min(1).max(8);
const scalesSchema = z.strictObject({
  weightBits,
  weightScale: z.number().positive(),
  output: z.strictObject({ bits: activationBits, scale: z.number().positive() }).optional(),
});
const layerSchema = z.discriminatedUnion('kind', [
  z
    .strictObject({
      kind: z.literal('conv'),
      name: z.string().min(1),
      input: z.string(),
      channels: size,
      kernels: size,
      ...kernelFields,
      relu: z.boolean(),
      epsilon: z.number().nonnegative().optional(),
      residual: z
        .strictObject({ input: z.string(), stride: size, channelOffset: z.int().nonnegative() })
        .optional(),
      scales: scalesSchema.optional(),
    })
    .check(checkKernelFields),
  z.strictObject({
    kind: z.literal('linear'),
    name: z.string().min(1),
    input: z.string(),
    inputs: z.int().positive(),
    outputs: size,
    relu: z.boolean(),
    scales: scalesSchema.optional(),
  }),
  z
    .strictObject({
      kind: z.literal('maxPool'),
      name: z.string().min(1),
      input: z.string(),
      ...maxPoolFields,
    })
    .check(checkMaxPoolFields),
  z.strictObject({
    kind: z.literal('averagePool'),
    name: z.string().min(1),
    input: z.string(),
    ...averagePoolFields,
  }),
]);
const networkSchema = z.strictObject({
  version: z.literal(formatVersion),
  name: z.string().min(1),
  dataset: z.string(),
  input: z.strictObject({ height: size, width: size, channels: size }),
  classes: size,
  layers: z.array(layerSchema).min(1).max(10000),
  precision: z.strictObject({ weightBits, activationBits }).optional(),
  origin: z.strictObject({
    command: z.string(),
    seed: z.number(),
    hardware: z.string(),
    date: z.string(),
    testAccuracy: z.number().min(0).max(1).nullable(),
    prunedGroups: z.number().min(0).max(1).optional(),
  }),
});
type LayerDescription = z.infer<typeof layerSchema>;

/** The file of a network. {@link readNetworkFile} gives back an equal network. */
export const writeNetworkFile = (network: Network): Uint8Array =>
  writeTensorFile(networkTensors(network));

/** What the file of a network holds, for files that hold more. */
export function networkTensors(network: Network): TensorFile {
  const tensors = new Map<string, Tensor>();
  const layers = network.layers.map((layer) => describe(layer, tensors));
  const description: z.infer<typeof networkSchema> = {
    version: formatVersion,
    name: network.name,
    dataset: network.dataset,
    input: network.input,
    classes: network.classes,
    layers,
    ...(network.precision ? { precision: network.precision } : {}),
    origin: network.origin,
  };
  return { metadata: { [metadataKey]: JSON.stringify(description) }, tensors };
}

/**
 * Reads a network file.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when the file is damaged, is not a network file of this version, or has a tensor of no layer
 * @throws {CimError} (network) when its layers do not fit together
 */
export function readNetworkFile(bytes: Uint8Array, where: string): Network {
  const file = readTensorFile(bytes, where);
  const network = networkOfTensors(file, where);
  // A checkpoint is a network file that holds more.
  if (trainingKey in file.metadata) return network;
  const known = networkTensors(network).tensors;
  const odd = [...file.tensors.keys()].find((name) => !known.has(name));
  if (odd === undefined) return network;
  throw new CimError('input', { what: `tensor ${odd} belongs to no layer`, where });
}

/** The network of a file that is open already, which may hold other tensors as well. */
export function networkOfTensors(file: TensorFile, where: string): Network {
  const text = file.metadata[metadataKey];
  if (text === undefined)
    throw new CimError('input', {
      what: `has tensors but no "${metadataKey}" description`,
      where,
      todo: 'write it with mars-cim (writeNetworkFile)',
    });
  const json = parseJson(
    text,
    (what, cause) =>
      new CimError('input', { what: `its network description ${what}`, where, cause }),
  );
  const description = checkSchema(
    networkSchema,
    json,
    ({ path, what, todo }) =>
      new CimError('input', {
        what: `its network description is not valid: ${path} ${what}`,
        where,
        todo,
      }),
  );
  const { version: _, layers, ...rest } = description;
  const network: Network = {
    ...rest,
    layers: layers.map((layer) => restore(layer, file.tensors, where)),
  };
  checkNetwork(network);
  return network;
}

function describe(layer: Layer, tensors: Map<string, Tensor>): LayerDescription {
  if (!hasWeights(layer)) return describePool(layer);
  const add = (part: string, data: Float32Array | undefined, shape?: readonly number[]): void => {
    if (data) tensors.set(`${layer.name}.${part}`, { shape: shape ?? [data.length], data });
  };
  if (layer.kind === 'linear') {
    const { weights, bias, ...description } = layer;
    add('weight', weights, [layer.outputs, layer.inputs]);
    add('bias', bias);
    return description;
  }
  const { weights, bias, batchNorm, residual, window, relu, scales, ...description } = layer;
  add('weight', weights, [layer.kernels, layer.channels, window.height, window.width]);
  add('bias', bias);
  for (const part of normParts) add(`bn.${part}`, batchNorm?.[part]);
  return {
    ...description,
    ...writeKernel(window),
    relu,
    ...(scales ? { scales } : {}),
    ...(residual ? { residual } : {}),
    ...(batchNorm ? { epsilon: batchNorm.epsilon } : {}),
  };
}

function describePool(layer: MaxPoolLayer | AveragePoolLayer): LayerDescription {
  const { kind, name, input, window } = layer;
  return kind === 'maxPool'
    ? { kind, name, input, ...writeMaxPool(window) }
    : { kind, name, input, ...writeAveragePool(window, layer.countIncludePad) };
}

const normParts = ['gamma', 'beta', 'mean', 'variance'] as const;

function restore(
  layer: LayerDescription,
  tensors: ReadonlyMap<string, Tensor>,
  where: string,
): Layer {
  if (layer.kind === 'averagePool') return layer;
  if (layer.kind === 'maxPool') {
    const { kind, name, input } = layer;
    return { kind, name, input, window: readMaxPool(layer) };
  }
  const need = (part: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(`${layer.name}.${part}`);
    if (!tensor)
      throw new CimError('input', { what: `tensor ${layer.name}.${part} is missing`, where });
    if (tensor.shape.join('x') !== shape.join('x'))
      throw new CimError('input', {
        what: `tensor ${layer.name}.${part} is ${tensor.shape.join('x')}, its layer needs ${shape.join('x')}`,
        where,
      });
    return tensor.data;
  };
  const outputs = [layer.kind === 'conv' ? layer.kernels : layer.outputs];
  const bias = tensors.has(`${layer.name}.bias`) ? { bias: need('bias', outputs) } : {};
  if (layer.kind === 'linear')
    return { ...layer, weights: need('weight', [layer.outputs, layer.inputs]), ...bias };
  const { window, rest } = readKernel(layer);
  const { epsilon, ...others } = rest;
  const norm: { batchNorm?: BatchNorm } =
    epsilon === undefined
      ? {}
      : {
          batchNorm: {
            gamma: need('bn.gamma', outputs),
            beta: need('bn.beta', outputs),
            mean: need('bn.mean', outputs),
            variance: need('bn.variance', outputs),
            epsilon,
          },
        };
  const { kernels, channels } = layer;
  const weights = need('weight', [kernels, channels, window.height, window.width]);
  return { ...others, window, weights, ...bias, ...norm };
}
