// From a trained network to integers that fit the macros: fuse batch norm, prune groups, calibrate, quantize.

import { assert, CimError } from '../core/errors.ts';
import { type FeatureMap, lengthFault, shapeText } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { countOf } from '../core/words.ts';
import {
  foldLayers,
  type FusedNetwork,
  hasWeights,
  type Layer,
  layerShapes,
  type Residual,
  type WeightLayer,
} from '../network/fused-network.ts';
import type { Network } from '../network/network.ts';
import { fuse } from '../network/passes/fuse.ts';
import {
  type ActivationScale,
  activationTable,
  checkNoPads,
  takeOutResidualZero,
  takeOutZero,
} from './activation-table.ts';
import { calibrateClips } from './calibrate.ts';
import {
  type CompressedLayer,
  type CompressedNetwork,
  type IntegerResidual,
  type MacroLayer,
  poolWindow,
  type Requantize,
} from './compressed-network.ts';
import { type ClipSource, estimateClips } from './estimate-clips.ts';
import { fuseBatchNorm } from './fuse-batch-norm.ts';
import { type GroupMasks, keepMaskedGroups } from './group-masks.ts';
import { geometriesOf, pruneGroups } from './prune-groups.ts';
import { type QuantizedWeights, quantizeWeights, roundHalfAway } from './quantize.ts';
import {
  type BitOptions,
  bitsOf,
  checkBits,
  layersHaveScales,
  highestCode,
  imageScale,
  networkBits,
  requantizeScale,
  residualScale,
  trainedWeights,
  withScalesFor,
} from './scales.ts';
import type { GroupShape, KernelGeometry } from './weight-group.ts';

/**
 * How to compress. A network that was trained with quantization keeps its bits and scales, layer by layer, unless
 * `weightBits`, `activationBits` or `layerBits` ask for others.
 */
export interface CompressOptions extends LongWork, BitOptions {
  /** Share of the groups that may be pruned which is pruned, 0 ... 1; 0 by default. Needs `groupShape`. */
  readonly prunedGroups?: number;
  /** Groups to keep, instead of pruning by magnitude: excludes `prunedGroups`. Needs `groupShape`. */
  readonly groupMasks?: GroupMasks | undefined;
  /**
   * Inputs x kernels of the groups that are pruned, such as `groupShapeOf(chip, weightBits)`; a mask file says it. What
   * is not pruned does not depend on it.
   */
  readonly groupShape?: GroupShape | undefined;
  /** Images on which activations are measured to choose their clips; estimated from batch norm without any. */
  readonly calibration?: FeatureMap | undefined;
  /** The clips that `calibrateClips` found, instead of `calibration`. */
  readonly clips?: ReadonlyMap<string, number> | undefined;
}

/**
 * Compresses `network`.
 * @throws {CimError} (compress) naming the option or the layer that cannot be compressed
 * @throws {CimError} (network) when the network is not consistent
 * @throws {CimError} (cancelled) when told to stop
 */
export const compress = (network: Network, options: CompressOptions = {}): CompressedNetwork =>
  compressLayers(fuse(network), options);

/** {@link compress} for a network whose layers are fused already. */
export function compressLayers(
  network: FusedNetwork,
  options: CompressOptions = {},
): CompressedNetwork {
  const { calibration } = options;
  const { weightBits, activationBits } = networkBits(network, options);
  checkBits([network.name, 'weightBits'], weightBits, 2);
  checkBits([network.name, 'activationBits'], activationBits, 1);
  checkLast(network);
  if (calibration) checkCalibration(network, calibration);
  const fused = fuseBatchNorm(withScalesFor(network, options));
  const float = prune(fused, options);
  const clips = clipsOf({ network, fused, pruned: float }, activationBits, options);
  const shapes = layerShapes(float);
  const geometries = geometriesOf(float);
  const image = { scale: imageScale(activationBits), bits: activationBits, signed: false, zero: 0 };
  const layers: CompressedLayer[] = [];
  foldLayers<Layer, ActivationScale>(float, image, (layer, input, added, index) => {
    const where = [network.name, layer.name];
    const inputShape = shapes.get(layer.input);
    const outputShape = shapes.get(layer.name);
    assert(inputShape !== undefined && outputShape !== undefined, `maps of ${layer.name}`);
    const common = { name: layer.name, input: layer.input, inputShape, outputShape };
    if (input.signed) throw signedInput(where);
    if (!hasWeights(layer)) {
      const pool = poolWindow(layer, inputShape);
      if (pool.countIncludePad) checkNoPads(pool.window.pads, input, where);
      layers.push({ ...common, ...pool });
      return input;
    }
    const geometry = geometries[index];
    assert(geometry !== undefined, `geometry of ${layer.name}`);
    const bits = bitsOf(layer, { weightBits, activationBits }, options, network.name);
    const isLast = index === float.layers.length - 1;
    const output = isLast ? undefined : outputOf(layer, clips, bits.outputBits, where);
    const addedChannels = shapes.get(residualOf(layer)?.input ?? '')?.channels ?? 0;
    const maps = { input, output, added, addedChannels };
    const context = { geometry, weightBits: bits.weightBits, maps, where };
    layers.push({ ...common, ...quantizeLayer(layer, context) });
    // Nothing reads the last layer, whose sums are not stored.
    return output?.scale ?? input;
  });
  const { input, classes, name } = network;
  return { name, input, classes, weightBits, activationBits, layers };
}

/**
 * The clips that {@link compress} measures on `options.calibration`, to be measured once for several ways to compress.
 * Empty where training settled all scales.
 * @throws {CimError} (cancelled) when told to stop
 */
export function measureClips(
  graph: Network,
  options: CompressOptions,
): ReadonlyMap<string, number> {
  const network = fuse(graph);
  const { activationBits } = networkBits(network, options);
  const fused = fuseBatchNorm(withScalesFor(network, options));
  const pruned = prune(fused, options);
  return clipsOf({ network, fused, pruned }, activationBits, options);
}

/** Clips of the layers that were not trained with a scale. */
function clipsOf(
  source: ClipSource,
  activationBits: number,
  options: CompressOptions,
): ReadonlyMap<string, number> {
  const { calibration, clips } = options;
  if (clips) return clips;
  if (layersHaveScales(source.network, options)) return new Map();
  if (!calibration) return estimateClips(source);
  return calibrateClips(source.pruned, calibration, activationBits, options);
}

function prune(network: FusedNetwork, options: CompressOptions): FusedNetwork {
  const { prunedGroups = 0, groupMasks, groupShape } = options;
  if (!groupMasks && prunedGroups === 0) return network;
  if (!groupShape)
    throw new CimError('compress', {
      what: 'groups are to be pruned, and their shape is not known',
      where: [network.name, 'groupShape'],
      todo: 'set groupShape to what the chip runs together: groupShapeOf(chip, weightBits)',
    });
  if (!groupMasks) return pruneGroups(network, prunedGroups, groupShape);
  if (prunedGroups === 0) return keepMaskedGroups(network, groupMasks, groupShape);
  throw new CimError('compress', {
    what: `masks say which groups are kept, and prunedGroups is ${prunedGroups}`,
    where: [network.name, 'groupMasks'],
    todo: 'give one of the two',
  });
}

interface LayerContext {
  readonly geometry: KernelGeometry;
  readonly weightBits: number;
  readonly maps: LayerMaps;
  readonly where: readonly string[];
}

/** How the maps that a layer reads and writes are stored. */
interface LayerMaps {
  readonly input: ActivationScale;
  readonly output: StoredOutput | undefined;
  /** The map of the residual, where it has one, and its channels. */
  readonly added: ActivationScale | undefined;
  readonly addedChannels: number;
}

/** What the requantizer makes. */
interface StoredOutput {
  readonly scale: ActivationScale;
  /** Real value of one unit of the codes that sums are rounded to: those that are stored, or looked up. */
  readonly unit: number;
  readonly table?: Uint8Array;
}

type LayerIntegers = Omit<MacroLayer, 'name' | 'input' | 'inputShape' | 'outputShape'>;

function quantizeLayer(layer: WeightLayer, context: LayerContext): LayerIntegers {
  const { geometry, weightBits, maps, where } = context;
  const { input, output } = maps;
  const { values, scale } = quantizeLayerWeights(layer, context);
  const sumScale = scale * input.scale;
  if (!(sumScale > 0 && sumScale < Infinity))
    throw new CimError('compress', {
      what: `units of ${scale} for weights and ${input.scale} for inputs make sums of units ${sumScale}`,
      where,
      todo: 'its weights, or those of the layers before it, are too large or too small',
    });
  const residual = integerResidual(layer, context, sumScale);
  const bias = integerBias(layer, { weights: values, sumScale, residual }, context);
  const requantize: Requantize | undefined = output && {
    scale: requantizeScale(sumScale, output.unit, where),
    outputBits: output.scale.bits,
    signed: output.scale.signed,
    ...(output.table ? { table: output.table } : {}),
  };
  return {
    kind: layer.kind,
    geometry,
    weightBits,
    inputBits: input.bits,
    weights: values,
    bias,
    residual,
    requantize,
    weightScale: scale,
    inputScale: input.scale,
  };
}

/** The bias in units of the sums, less what the zero points of the maps add to them. */
function integerBias(
  layer: WeightLayer,
  {
    weights,
    sumScale,
    residual,
  }: {
    readonly weights: Int8Array;
    readonly sumScale: number;
    readonly residual: IntegerResidual | undefined;
  },
  { geometry, maps, where }: LayerContext,
): Int32Array {
  const { input, added, addedChannels } = maps;
  const bias = new Float64Array(geometry.kernels);
  layer.bias?.forEach((value, m) => (bias[m] = roundHalfAway(value / sumScale)));
  takeOutZero(bias, weights, { input, geometry }, where);
  if (added && residual)
    takeOutResidualZero(
      bias,
      added,
      { first: residual.channelOffset, count: addedChannels },
      residual.scale,
    );
  const bad = bias.findIndex((integer) => Math.abs(integer) >= 2 ** 31);
  if (bad >= 0)
    throw new CimError('compress', {
      what: `bias ${layer.bias?.[bad] ?? 0} of kernel ${bad} is ${bias[bad]} units, more than 32 bits`,
      where,
    });
  return Int32Array.from(bias);
}

/**
 * The weights in integers. Where all are zero any scale will do for them; the one chosen makes 128 units of sums one
 * unit of output, so that the bias, which is all that is left, is kept finely whatever its size.
 */
function quantizeLayerWeights(layer: WeightLayer, context: LayerContext): QuantizedWeights {
  const {
    weightBits,
    maps: { input, output },
    where,
  } = context;
  if (layer.scales?.weightBits === weightBits)
    return trainedWeights(layer.weights, layer.scales, where);
  const quantized = quantizeWeights(layer.weights, weightBits);
  if (!output || quantized.values.some((value) => value !== 0)) return quantized;
  return { ...quantized, scale: output.unit / input.scale / 128 };
}

function integerResidual(
  layer: Layer,
  context: LayerContext,
  sumScale: number,
): IntegerResidual | undefined {
  const { added } = context.maps;
  const residual = residualOf(layer);
  if (!residual || !added) return undefined;
  return {
    ...residual,
    scale: residualScale(added.scale, sumScale, context.where),
    signed: added.signed,
  };
}

const residualOf = (layer: Layer): Residual | undefined =>
  layer.kind === 'conv' ? layer.residual : undefined;

/** A linear layer's or convolution's stored output. Without activation it is signed. */
function outputOf(
  layer: WeightLayer,
  clips: ReadonlyMap<string, number>,
  bits: number,
  where: readonly string[],
): StoredOutput {
  const measured = clips.get(layer.name) ?? 0;
  // A layer that never gave anything but zero on the calibration images: any scale will do.
  const clip = measured > 0 ? measured : 1;
  if (layer.activation) {
    const { output, inputScale, table } = activationTable(layer.activation, clip, bits, where);
    return { scale: output, unit: inputScale, table };
  }
  const { scale } =
    layer.scales?.output?.bits === bits
      ? layer.scales.output
      : { scale: clip / highestCode(layer, bits) };
  return { scale: { scale, bits, signed: !layer.relu, zero: 0 }, unit: scale };
}

const signedInput = (where: readonly string[]): CimError =>
  new CimError('compress', {
    what: 'reads a layer without ReLU, whose activations can be negative; word lines take none',
    where,
    todo: 'put a ReLU there, or use that layer only as a residual',
  });

/** The last layer's sums are the outputs: nothing may come after them. */
function checkLast(network: FusedNetwork): void {
  const last = network.layers.at(-1);
  assert(last !== undefined, 'a checked network has layers');
  const where = [network.name, last.name];
  if (!hasWeights(last))
    throw new CimError('compress', {
      what: 'is a pool and the last layer',
      where,
      todo: 'end with a layer that has weights',
    });
  if (last.activation)
    throw new CimError('compress', {
      what: `has ${last.activation.op} and is the last layer`,
      where,
      todo: 'end with sums: the largest of them is the same class',
    });
  if (last.kind === 'conv' && last.residual)
    throw new CimError('compress', {
      what: 'adds a residual and is the last layer',
      where,
      todo: 'end with a layer without',
    });
}

function checkCalibration(network: FusedNetwork, images: FeatureMap): void {
  const { input, name } = network;
  const fault = lengthFault(images);
  if (fault !== undefined)
    throw new CimError('compress', { what: fault, where: [name, 'calibration'] });
  if (shapeText(images) === shapeText(input) && images.images > 0) return;
  throw new CimError('compress', {
    what: `${countOf(images.images, 'image')} of ${shapeText(images)} cannot calibrate a network for ${shapeText(input)}`,
    where: [name, 'calibration'],
    todo: 'use images of the data set that the network was trained on',
  });
}
