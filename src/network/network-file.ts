// The network file: a safetensors container whose metadata describes the layers, so that weights and topology cannot
// be separated. Written by the trainer, read by everything else.

import { InputError } from '../core/errors.ts';
import { z } from 'zod';
import { type BatchNorm, hasWeights, type Layer } from './layer.ts';
import { checkNetwork, type Network } from './network.ts';
import { readTensorFile, type Tensor, type TensorFile, writeTensorFile } from './safetensors.ts';

/** Key of the metadata that holds the description. */
const metadataKey = 'mars-cim-network';
/** Version of the description; readers refuse any other. */
const formatVersion = 1;

const size = z.int().positive().max(65536);
const weightBits = z.int().min(2).max(8);
const activationBits = z.int().min(1).max(8);
const scalesSchema = z.object({
  weightBits,
  weightScale: z.number().positive(),
  output: z.object({ bits: activationBits, scale: z.number().positive() }).optional(),
});
const layerSchema = z.discriminatedUnion('kind', [
  z.object({
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
      .object({ input: z.string(), stride: size, channelOffset: z.int().nonnegative() })
      .optional(),
    scales: scalesSchema.optional(),
  }),
  z.object({
    kind: z.literal('linear'),
    name: z.string().min(1),
    input: z.string(),
    inputs: z.int().positive(),
    outputs: size,
    relu: z.boolean(),
    scales: scalesSchema.optional(),
  }),
  z.object({ kind: z.literal('maxPool'), name: z.string().min(1), input: z.string(), size }),
  z.object({ kind: z.literal('averagePool'), name: z.string().min(1), input: z.string() }),
]);
const networkSchema = z.object({
  version: z.literal(formatVersion),
  name: z.string().min(1),
  dataset: z.string(),
  input: z.object({ height: size, width: size, channels: size }),
  classes: size,
  layers: z.array(layerSchema).min(1).max(10000),
  precision: z.object({ weightBits, activationBits }).optional(),
  origin: z.object({
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
 * @throws {InputError} when the file is damaged or is not a network file of this version
 * @throws {NetworkError} when its layers do not fit together
 */
export const readNetworkFile = (bytes: Uint8Array, where: string): Network =>
  networkOfTensors(readTensorFile(bytes, where), where);

/** {@link readNetworkFile} for a file that is open already. */
export function networkOfTensors(file: TensorFile, where: string): Network {
  const text = file.metadata[metadataKey];
  if (text === undefined)
    throw new InputError({
      what: `has tensors but no "${metadataKey}" description`,
      where,
      todo: 'write it with mars-cim (writeNetworkFile)',
    });
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new InputError({ what: 'its network description is not JSON', where });
  }
  const parsed = networkSchema.safeParse(json);
  if (!parsed.success)
    throw new InputError({
      what: `its network description is not valid: ${issueText(parsed.error)}`,
      where,
    });
  const { version: _, layers, ...rest } = parsed.data;
  const network: Network = {
    ...rest,
    layers: layers.map((layer) => restore(layer, file.tensors, where)),
  };
  checkNetwork(network);
  return network;
}

/** First problem of a zod error as `path: message`. */
function issueText(error: z.ZodError): string {
  const issue = error.issues[0];
  return issue ? `${issue.path.join('.')}: ${issue.message}` : 'unknown';
}

function describe(layer: Layer, tensors: Map<string, Tensor>): LayerDescription {
  if (!hasWeights(layer)) return layer;
  const add = (part: string, data: Float32Array | undefined, shape?: readonly number[]): void => {
    if (data) tensors.set(`${layer.name}.${part}`, { shape: shape ?? [data.length], data });
  };
  if (layer.kind === 'linear') {
    const { weights, bias, ...description } = layer;
    add('weight', weights, [layer.outputs, layer.inputs]);
    add('bias', bias);
    return description;
  }
  const { weights, bias, batchNorm, residual, ...description } = layer;
  add('weight', weights, [layer.kernels, layer.channels, layer.kernelHeight, layer.kernelWidth]);
  add('bias', bias);
  for (const part of normParts) add(`bn.${part}`, batchNorm?.[part]);
  return {
    ...description,
    ...(residual ? { residual } : {}),
    ...(batchNorm ? { epsilon: batchNorm.epsilon } : {}),
  };
}

const normParts = ['gamma', 'beta', 'mean', 'variance'] as const;

function restore(
  layer: LayerDescription,
  tensors: ReadonlyMap<string, Tensor>,
  where: string,
): Layer {
  if (layer.kind === 'maxPool' || layer.kind === 'averagePool') return layer;
  const need = (part: string, shape?: readonly number[]): Float32Array => {
    const tensor = tensors.get(`${layer.name}.${part}`);
    if (!tensor) throw new InputError({ what: `tensor ${layer.name}.${part} is missing`, where });
    if (shape && tensor.shape.join('x') !== shape.join('x'))
      throw new InputError({
        what: `tensor ${layer.name}.${part} is ${tensor.shape.join('x')}, its layer needs ${shape.join('x')}`,
        where,
      });
    return tensor.data;
  };
  const biasTensor = tensors.get(`${layer.name}.bias`);
  const bias = biasTensor ? { bias: biasTensor.data } : {};
  if (layer.kind === 'linear')
    return { ...layer, weights: need('weight', [layer.outputs, layer.inputs]), ...bias };
  const { epsilon, ...rest } = layer;
  const norm: { batchNorm?: BatchNorm } =
    epsilon === undefined
      ? {}
      : {
          batchNorm: {
            gamma: need('bn.gamma'),
            beta: need('bn.beta'),
            mean: need('bn.mean'),
            variance: need('bn.variance'),
            epsilon,
          },
        };
  const { kernels, channels, kernelHeight, kernelWidth } = layer;
  const weights = need('weight', [kernels, channels, kernelHeight, kernelWidth]);
  return { ...rest, weights, ...bias, ...norm };
}
