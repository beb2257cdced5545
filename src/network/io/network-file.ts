// The network file: a safetensors container whose metadata describes the nodes of the graph, so that weights and topology
// cannot be separated. Written by the trainer, read by everything else. Files of version 1 are read as well.
//
// Tensors are F32. `NODE.weight` may be I8 where the description has `scales.NODE`: then weight i of kernel m is
// I8[i] x kernelScales[m], where the node has these, else I8[i] x weightScale, in 64 bits and rounded to 32.

import { z } from 'zod';
import { CimError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { checkSchema } from '../../core/schema-fault.ts';
import { type GraphNode, type OperatorName, operatorNames, operatorOf } from '../graph.ts';
import { checkNetwork, type Network, type TrainedScales } from '../network.ts';
import type { NodeTensors } from '../ops/operator.ts';
import { type DescribedFile, factsSchemas, scalesSchema } from './description.ts';
import { networkOfVersion1 } from './network-file-1.ts';
import { readTensorFile, type Tensor, type TensorFile, writeTensorFile } from './safetensors.ts';
import { fromUnits, toUnits } from './weight-units.ts';

/** Key of the metadata that holds the description. */
const metadataKey = 'mars-cim-network';
/** Key of the metadata of a file that holds a training under way as well. */
export const trainingKey = 'mars-cim-training';
/** Version of the description that is written. */
const formatVersion = 2;

const versionSchema = z.looseObject({ version: z.union([z.literal(1), z.literal(formatVersion)]) });
const schemaOf = (op: OperatorName): z.ZodType => operatorOf(op).attributes as z.ZodType;
const nodeSchemas = operatorNames.map((op) =>
  z.strictObject({
    op: z.literal(op),
    name: z.string().min(1),
    inputs: z.array(z.string()).max(10_000),
    attributes: schemaOf(op),
  }),
);
const schema = z.strictObject({
  version: z.literal(formatVersion),
  ...factsSchemas,
  nodes: z
    .array(z.discriminatedUnion('op', nodeSchemas as [(typeof nodeSchemas)[0]]))
    .min(1)
    .max(50000),
  scales: z.record(z.string(), scalesSchema).optional(),
});

/**
 * The file of a network. {@link readNetworkFile} gives back an equal network: weights that are whole numbers of units which
 * training settled take a byte each, and all but the sign of zeros is the same, bit for bit.
 */
export function writeNetworkFile(network: Network): Uint8Array {
  const { metadata, tensors } = networkTensors(network);
  const written = new Map<string, Tensor>(tensors);
  for (const [node, scales] of network.scales ?? []) {
    const name = `${node}.${weightPart}`;
    const tensor = tensors.get(name);
    // Scales of other kernels than the node has are for compression to refuse.
    const isOwn = (scales.kernelScales?.length ?? tensor?.shape[0]) === tensor?.shape[0];
    const data = tensor && isOwn && toUnits(tensor.data, scales);
    if (data) written.set(name, { ...tensor, data });
  }
  return writeTensorFile({ metadata, tensors: written });
}

/** The array of a node that scales are those of. */
const weightPart = 'weight';

/** What the file of a network holds in real arithmetic, for files that hold more. */
export function networkTensors(network: Network): {
  readonly metadata: TensorFile['metadata'];
  readonly tensors: ReadonlyMap<string, Tensor<Float32Array>>;
} {
  const { name, dataset, input, classes, nodes, tensors, scales, precision, origin } = network;
  const written = new Map<string, Tensor<Float32Array>>();
  for (const { op, name, attributes } of nodes)
    for (const [part, { shape }] of Object.entries(operatorOf(op).tensors?.(attributes) ?? {})) {
      const data = tensors.get(name)?.[part];
      if (data) written.set(`${name}.${part}`, { shape, data });
    }
  const description = {
    version: formatVersion,
    name,
    dataset,
    input,
    classes,
    nodes: nodes.map(described),
    ...(scales ? { scales: Object.fromEntries(scales) } : {}),
    ...(precision ? { precision } : {}),
    origin,
  };
  return { metadata: { [metadataKey]: JSON.stringify(description) }, tensors: written };
}

/** A node with its fields in the order of the schema, so that equal networks have equal files. */
function described({ op, name, inputs, attributes }: GraphNode): object {
  const { data = attributes } = schemaOf(op).safeParse(attributes);
  return { op, name, inputs, attributes: data };
}

/**
 * Reads a network file of version 1 or 2.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when the file is damaged, is not a network file of these versions, or has a tensor of no layer
 * @throws {CimError} (network) naming the layer that does not fit the others
 */
export function readNetworkFile(bytes: Uint8Array, where: string): Network {
  const file = readTensorFile(bytes, where);
  const { network, tensors } = open(file, where);
  // A checkpoint is a network file that holds more.
  if (trainingKey in file.metadata) return network;
  const odd = [...file.tensors.keys()].find((name) => !tensors.has(name));
  if (odd === undefined) return network;
  throw new CimError('input', { what: `tensor ${odd} belongs to no layer`, where });
}

/** The network of a file that is open already, which may hold other tensors as well. */
export const networkOfTensors = (file: TensorFile, where: string): Network =>
  open(file, where).network;

/** The network, and the names of the tensors that are its own. */
function open(
  file: TensorFile,
  where: string,
): { readonly network: Network; readonly tensors: ReadonlySet<string> } {
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
  const tensors = new Set<string>();
  const source = describedFile(file, { json, where, tensors });
  const { version } = source.check(versionSchema);
  const network = version === 1 ? networkOfVersion1(source) : networkOf(source);
  checkNetwork(network);
  return { network, tensors };
}

function networkOf(file: DescribedFile): Network {
  const { version: _, nodes: list, scales, ...facts } = file.check(schema);
  const nodes = list as readonly GraphNode[];
  const tensors = new Map<string, NodeTensors>();
  for (const { op, name, attributes } of nodes) {
    const arrays: Record<string, Float32Array> = {};
    for (const [part, spec] of Object.entries(operatorOf(op).tensors?.(attributes) ?? {})) {
      const { shape, isOptional = false } = spec;
      const units = part === weightPart ? scales?.[name] : undefined;
      const array = isOptional
        ? file.find(name, part, shape, units)
        : file.need(name, part, shape, units);
      if (array) arrays[part] = array;
    }
    if (Object.keys(arrays).length > 0) tensors.set(name, arrays);
  }
  const trained = scales && { scales: new Map(Object.entries(scales)) };
  return { ...facts, nodes, tensors, ...trained };
}

/** A file whose description is `json`; the names of tensors that are taken from it are added to `tensors`. */
function describedFile(
  file: TensorFile,
  {
    json,
    where,
    tensors,
  }: { readonly json: unknown; readonly where: string; readonly tensors: Set<string> },
): DescribedFile {
  const find = (
    layer: string,
    part: string,
    shape: readonly number[],
    scales?: TrainedScales,
  ): Float32Array | undefined => {
    const name = `${layer}.${part}`;
    const tensor = file.tensors.get(name);
    tensors.add(name);
    if (tensor && tensor.shape.join('x') !== shape.join('x'))
      throw new CimError('input', {
        what: `tensor ${name} is ${tensor.shape.join('x')}, its layer needs ${shape.join('x')}`,
        where: [where, layer],
      });
    return tensor && floatsOf(tensor, scales, { name, where: [where, layer] });
  };
  return {
    json,
    find,
    need(layer, part, shape, scales) {
      const array = find(layer, part, shape, scales);
      if (array) return array;
      throw new CimError('input', {
        what: `tensor ${layer}.${part} is missing`,
        where: [where, layer],
      });
    },
    check: (schema) =>
      checkSchema(schema, json, ({ path, keys, what, todo }) => {
        const layer = layerAt(json, keys);
        return new CimError('input', {
          what: `its network description is not valid: ${layer === undefined ? path : keys.slice(2).join('.')} ${what}`,
          where: layer === undefined ? where : [where, layer],
          todo,
        });
      }),
  };
}

/** The values of a tensor: as they are, or what so many units stand for. */
function floatsOf(
  { shape, data }: Tensor,
  scales: TrainedScales | undefined,
  { name, where }: { readonly name: string; readonly where: readonly string[] },
): Float32Array {
  if (data instanceof Float32Array) return data;
  const fail = (what: string): CimError =>
    new CimError('input', { what: `tensor ${name} is I8, ${what}`, where });
  if (!scales) throw fail('and no scales say what one unit of it is');
  const { kernelScales } = scales;
  if (kernelScales && kernelScales.length !== shape[0])
    throw fail(`with ${shape[0]} kernels and scales of ${kernelScales.length}`);
  return fromUnits(data, scales);
}

/** Name of the node or layer that `keys` lead into, where it has one. */
function layerAt(json: unknown, keys: readonly string[]): string | undefined {
  const [list = '', index = ''] = keys;
  if (!['nodes', 'layers'].includes(list) || keys.length < 3) return undefined;
  const layer = (json as Readonly<Record<string, readonly { readonly name?: unknown }[]>>)[list]?.[
    Number(index)
  ];
  return typeof layer?.name === 'string' && layer.name !== '' ? layer.name : undefined;
}
