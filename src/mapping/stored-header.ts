// The header of a stored image: a compressed network without its weights, biases and group lists. What follows from
// the rest (shapes, group grids) is not written but derived, so it cannot contradict it.

import { z } from 'zod';
import {
  type CompressedLayer,
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
  type PoolLayer,
  poolWindow,
} from '../compress/compressed-network.ts';
import { geometriesOf } from '../compress/prune-groups.ts';
import {
  channelsSeen,
  type GroupGrid,
  groupGrid,
  type GroupShapeRule,
  type KernelGeometry,
} from '../compress/weight-group.ts';
import { assert, CimError, hasKind } from '../core/errors.ts';
import { type Shape, shapeText } from '../core/feature-map.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { isSameWindow, positionsOf, wholeMap } from '../core/window.ts';
import {
  type AveragePoolLayer,
  foldLayers,
  layerShapes,
  type LayerTopology,
  type MaxPoolLayer,
} from '../network/fused-network.ts';
import { imageName } from '../network/graph.ts';
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
import { indexCodeBits } from './index-code.ts';
import { type IndexCoding, indexCodings, type IndexFormat, indexFormat } from './index-coding.ts';
import { groupList } from './kernel-tile.ts';
import { checkGeometry, writeParts } from './stored-geometry.ts';
import { borderSchema, checkBorder, checkedTable } from './stored-pixels.ts';
import {
  describeRequantize,
  requantizeOf,
  requantizeSchema,
  scaleSchema,
} from './stored-requantize.ts';
import { type LayerGroups, layerGroups } from './layer-groups.ts';

/** What a stored image holds. */
export interface StoredNetwork {
  readonly network: CompressedNetwork;
  /** How its group lists are written. */
  readonly indexCoding: IndexCoding;
  /** Data set that the network was trained on; empty where nobody knows. */
  readonly dataset: string;
}

/** A macro layer before its numbers are read. */
export type MacroHeader = Omit<MacroLayer, 'weights' | 'bias'> & {
  /** Groups as the image has them. */
  readonly grid: GroupGrid;
  readonly indexFormat: IndexFormat;
};

/** A header whose layers fit together. */
export interface StoredHeader extends Omit<StoredNetwork, 'network'> {
  readonly network: Omit<CompressedNetwork, 'layers'>;
  readonly layers: readonly (MacroHeader | PoolLayer)[];
}

/** Most weights of a network, stored or not: more than any network for such a chip has, little enough to allocate. */
const maxWeights = 2 ** 28;
/** Index codes are held in 16 bits. */
const maxCodes = 2 ** 16;

const size = z.int().positive().max(65536);
const bits = (low: number): z.ZodNumber => z.int().min(low).max(8);
const name = z.string().min(1).max(1000);
const shapeSchema = z.strictObject({ height: size, width: size, channels: size });
const rangeSchema = z.strictObject({ first: z.int().nonnegative().max(65536), count: size });
const poolSchema = { name, input: name };
const macroSchema = z.strictObject({
  kind: z.enum(['conv', 'linear']),
  name,
  input: name,
  geometry: z
    .strictObject({
      channels: size,
      kernels: size,
      groups: size.optional(),
      ownKernels: rangeSchema.optional(),
      ...kernelFields,
    })
    .check(checkKernelFields),
  groupShape: z.strictObject({ channels: size, kernels: size }),
  weightBits: bits(2),
  inputBits: bits(1),
  padCode: z.int().min(0).max(255).optional(),
  weightScale: z.number().positive(),
  inputScale: z.number().positive(),
  residual: z
    .strictObject({
      input: name,
      stride: size,
      channelOffset: z.int().nonnegative().max(65536),
      scale: scaleSchema(-14),
      signed: z.boolean(),
      zero: z.int().min(0).max(255).optional(),
    })
    .optional(),
  requantize: requantizeSchema.optional(),
  indexWidth: z.int().min(1).max(16),
});
const headerSchema = z.strictObject({
  name,
  dataset: z.string().max(1000),
  input: shapeSchema,
  border: borderSchema.optional(),
  classes: size,
  weightBits: bits(2),
  activationBits: bits(1),
  imageTable: z
    .array(z.int().min(0).max(255))
    .max(256 * 65536)
    .optional(),
  indexCoding: z.enum(indexCodings),
  layers: z
    .array(
      z.discriminatedUnion('kind', [
        macroSchema,
        z
          .strictObject({ kind: z.literal('maxPool'), ...poolSchema, ...maxPoolFields })
          .check(checkMaxPoolFields),
        z.strictObject({ kind: z.literal('averagePool'), ...poolSchema, ...averagePoolFields }),
      ]),
    )
    .min(1)
    .max(10000),
});

/** A header as it is written, in JSON. */
type HeaderData = z.infer<typeof headerSchema>;
type LayerData = HeaderData['layers'][number];
type MacroData = Extract<LayerData, { kind: 'conv' | 'linear' }>;

const isMacroData = (layer: LayerData): layer is MacroData =>
  layer.kind === 'conv' || layer.kind === 'linear';

/** The group lists of a layer, stored groups only: what an image holds, whatever the chip. */
export const keptLists = (groups: LayerGroups): readonly Uint16Array[] =>
  Array.from({ length: groups.grid.kernelTiles }, (_, tile) => groupList(groups, tile));

/** The header of a network stored in groups of `groupShape`, to be written as JSON. */
export function describeStored(
  { network, indexCoding, dataset }: StoredNetwork,
  groupShape: GroupShapeRule,
): object {
  const { name, input, border, classes, weightBits, activationBits, imageTable, layers } = network;
  const header: HeaderData = {
    name,
    dataset,
    input: { height: input.height, width: input.width, channels: input.channels },
    ...(border ? { border: { pads: [...border.pads], pixels: [...border.pixels] } } : {}),
    classes,
    weightBits,
    activationBits,
    ...(imageTable ? { imageTable: [...imageTable] } : {}),
    indexCoding,
    layers: layers.map((layer) => describeLayer(layer, indexCoding, groupShape)),
  };
  return header;
}

function describeLayer(
  layer: CompressedLayer,
  coding: IndexCoding,
  groupShape: GroupShapeRule,
): LayerData {
  const { name, input } = layer;
  if (!isMacroLayer(layer)) return describePool(layer);
  const { kind, weightBits, inputBits, weightScale, inputScale } = layer;
  const { channels, kernels, window } = layer.geometry;
  const groups = layerGroups(layer, groupShape(weightBits));
  return {
    kind,
    name,
    input,
    geometry: { channels, kernels, ...writeParts(layer.geometry), ...writeKernel(window) },
    groupShape: groups.grid.shape,
    weightBits,
    inputBits,
    ...(layer.padCode === undefined ? {} : { padCode: layer.padCode }),
    weightScale,
    inputScale,
    ...(layer.residual ? { residual: layer.residual } : {}),
    ...(layer.requantize ? { requantize: describeRequantize(layer.requantize) } : {}),
    indexWidth: indexFormat(keptLists(groups), groups.grid, coding).width,
  };
}

function describePool({ kind, name, input, inputShape, ...pool }: PoolLayer): LayerData {
  if (kind === 'maxPool') return { kind, name, input, ...writeMaxPool(pool.window) };
  const { window, countIncludePad } = pool;
  const own = isSameWindow(window, wholeMap(inputShape)) ? undefined : window;
  return { kind, name, input, ...writeAveragePool(own, countIncludePad || undefined) };
}

/**
 * Checks a header, and derives what is not written in it.
 * @param value anything, parsed from JSON
 * @param where name of the file, for errors
 * @throws {CimError} (input) naming the field, or the layer that does not fit the others
 */
export function checkStored(value: unknown, where: string): StoredHeader {
  const header = checkSchema(
    headerSchema,
    value,
    ({ path, what, todo }) =>
      new CimError('input', { what: `its header is not valid: ${path} ${what}`, where, todo }),
  );
  const { dataset, indexCoding, layers: data, imageTable: codes, ...facts } = header;
  checkBorder(facts, where);
  const imageTable = codes && checkedTable(codes, facts, where);
  const network = { ...facts, ...(imageTable ? { imageTable } : {}) };
  const { shapes, geometries } = derive(header, where);
  const shapeOf = (map: string): Shape => {
    const shape = shapes.get(map);
    assert(shape !== undefined, `shape of ${map}`);
    return shape;
  };
  const layers = data.map((layer, index) => {
    const common = {
      name: layer.name,
      input: layer.input,
      inputShape: shapeOf(layer.input),
      outputShape: shapeOf(layer.name),
    };
    if (!isMacroData(layer)) return { ...common, ...poolWindow(poolOf(layer), common.inputShape) };
    const geometry = geometryOf(layer);
    checkGeometry(geometry, geometries[index], [where, layer.name]);
    if (layer.kind === 'linear' && layer.residual)
      throw new CimError('input', {
        what: 'is linear and has a residual',
        where: [where, layer.name],
      });
    return { ...common, ...macroHeader(layer, geometry, indexCoding, [where, layer.name]) };
  });
  checkMaps(header, shapeOf(layers.at(-1)?.name ?? imageName), where);
  checkWeights(layers, where);
  return { dataset, indexCoding, network, layers };
}

const geometryOf = ({ geometry }: MacroData): KernelGeometry => {
  const { window, rest } = readKernel(geometry);
  return { ...rest, window };
};

const poolOf = (layer: Exclude<LayerData, MacroData>): MaxPoolLayer | AveragePoolLayer => {
  const { kind, name, input } = layer;
  return kind === 'maxPool' ? { kind, name, input, window: readMaxPool(layer) } : layer;
};

function macroHeader(
  data: MacroData,
  geometry: KernelGeometry,
  coding: IndexCoding,
  where: readonly string[],
): Omit<MacroHeader, 'name' | 'input' | 'inputShape' | 'outputShape'> {
  const { groupShape, indexWidth: width, residual, requantize: stored, ...rest } = data;
  const requantize = stored && requantizeOf(stored, geometry.kernels, where);
  const grid = groupGrid(geometry, groupShape);
  if (grid.codes > maxCodes)
    throw new CimError('input', {
      what: `claims ${grid.codes} group places, but an index code supports at most ${maxCodes}`,
      where,
    });
  const fixedWidth = coding === 'absolute' ? indexCodeBits(grid.codes) : 1;
  if (coding !== 'gap' && width !== fixedWidth)
    throw new CimError('input', {
      what: `claims ${width} bits per index symbol, ${coding} takes ${fixedWidth}`,
      where,
    });
  return { ...rest, geometry, grid, residual, requantize, indexFormat: { coding, width } };
}

/** Shapes and geometries, from the checks that networks in real arithmetic have. */
function derive(
  { name, input, layers }: HeaderData,
  where: string,
): {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly geometries: readonly (KernelGeometry | undefined)[];
} {
  const topology = { name, input, layers: layers.map(topologyOf) };
  try {
    return { shapes: layerShapes(topology), geometries: geometriesOf(topology) };
  } catch (cause) {
    if (!hasKind(cause, 'network')) throw cause;
    const [, ...inside] = cause.where;
    throw new CimError('input', { what: cause.what, where: [where, ...inside], cause });
  }
}

function topologyOf(layer: LayerData): LayerTopology {
  if (!isMacroData(layer)) return poolOf(layer);
  const { kind, name, input, residual } = layer;
  const geometry = geometryOf(layer);
  const { channels, kernels, window } = geometry;
  return kind === 'conv'
    ? { kind, name, input, ...geometry, residual }
    : { kind, name, input, inputs: channels * positionsOf(window), outputs: kernels };
}

interface StoredMap {
  readonly bits: number;
  readonly signed: boolean;
}

/** Every map must have the bits and sign that its readers expect, and the last layer must give the classes' sums. */
function checkMaps(header: HeaderData, output: Shape, where: string): void {
  const { layers, activationBits, classes } = header;
  const image: StoredMap = { bits: activationBits, signed: false };
  foldLayers<LayerData, StoredMap>(header, image, (layer, input, added, index) => {
    const place = [where, layer.name];
    if (input.signed)
      throw new CimError('input', { what: `reads ${layer.input}, which is signed`, where: place });
    if (isMacroData(layer)) checkMacroMaps(layer, input, added, place);
    const made = isMacroData(layer) ? mapOf(layer) : input;
    if (made) return made;
    if (index < layers.length - 1)
      throw new CimError('input', { what: 'does not requantize its sums', where: place });
    // Nothing reads the last layer, whose sums are not stored.
    return input;
  });
  const last = layers.at(-1);
  const givesSums = last && isMacroData(last) && last.requantize === undefined;
  if (!givesSums || output.height * output.width !== 1 || output.channels !== classes)
    throw new CimError('input', {
      what: `the output of its last layer is ${shapeText(output)}${givesSums ? '' : ' of activations'}, not 1x1x${classes} sums for ${classes} classes`,
      where,
    });
}

const mapOf = ({ requantize }: MacroData): StoredMap | undefined =>
  requantize && { bits: requantize.outputBits, signed: requantize.signed };

function checkMacroMaps(
  { inputBits, input, residual }: MacroData,
  map: StoredMap,
  added: StoredMap | undefined,
  where: readonly string[],
): void {
  if (inputBits !== map.bits)
    throw new CimError('input', {
      what: `reads ${inputBits} bits, ${input} has ${map.bits}`,
      where,
    });
  if (residual && residual.signed !== added?.signed)
    throw new CimError('input', {
      what: `adds ${residual.input} as ${residual.signed ? 'signed' : 'unsigned'}, which it is not`,
      where,
    });
}

function checkWeights(layers: StoredHeader['layers'], where: string): void {
  let weights = 0;
  for (const layer of layers) if ('geometry' in layer) weights += weightCount(layer.geometry);
  if (weights > maxWeights)
    throw new CimError('input', {
      what: `claims ${weights} weights, more than ${maxWeights}`,
      where,
    });
}

/** Weights of a layer, stored or not. */
export const weightCount = (geometry: KernelGeometry): number =>
  geometry.kernels * channelsSeen(geometry) * positionsOf(geometry.window);
