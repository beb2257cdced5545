// From a trained network to integers that fit the macros: fuse batch norm, prune groups, calibrate, quantize.

import { assert, CimError } from '../core/errors.ts';
import { type FeatureMap, lengthFault, shapeText } from '../core/feature-map.ts';
import { imageShape } from '../core/image-border.ts';
import type { LongWork } from '../core/progress.ts';
import { countOf } from '../core/words.ts';
import {
  foldLayers,
  type FusedNetwork,
  hasWeights,
  type Layer,
  layerShapes,
} from '../network/fused-network.ts';
import type { Network } from '../network/network.ts';
import { fuseForChip } from '../network/passes/fuse.ts';
import type { MultiplierBits } from '../core/integer.ts';
import { type ActivationScale, checkNoPads } from './activation-table.ts';
import { calibrateClips } from './calibrate.ts';
import { type CompressedLayer, type CompressedNetwork, poolWindow } from './compressed-network.ts';
import { type ClipSource, estimateClips } from './estimate-clips.ts';
import { fuseBatchNorm } from './fuse-batch-norm.ts';
import { imageOf } from './image-codes.ts';
import { type GroupMasks, keepMaskedGroups } from './group-masks.ts';
import { geometriesOf, pruneGroups } from './prune-groups.ts';
import { outputOf, quantizeLayer, residualOf } from './quantize-layer.ts';
import {
  type BitOptions,
  bitsOf,
  checkBits,
  layersHaveScales,
  networkBits,
  withScalesFor,
} from './scales.ts';
import type { GroupShape } from './weight-group.ts';

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
  /**
   * Whether each kernel's weights have a scale of their own, and the requantizer as many: finer weights. By default in networks
   * with convolutions of several groups, whose kernels differ much in size. Not in the last layer, nor where training settled scales.
   */
  readonly kernelScales?: boolean | undefined;
  /** Bits of the requantizer's multipliers: 8 by default; with 16 their scales are all but exact. */
  readonly multiplierBits?: MultiplierBits | undefined;
}

/**
 * Compresses `network`.
 * @throws {CimError} (compress) naming the option or the layer that cannot be compressed
 * @throws {CimError} (network) when the network is not consistent
 * @throws {CimError} (cancelled) when told to stop
 */
export const compress = (network: Network, options: CompressOptions = {}): CompressedNetwork =>
  compressLayers(fuseForChip(network), options);

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
  const { image, imageTable } = imageOf(fused, activationBits);
  const layers: CompressedLayer[] = [];
  const { multiplierBits = 8 } = options;
  // Not only added to sums: what reads them takes no negative codes.
  const kernelScales =
    options.kernelScales ??
    float.layers.some((layer) => layer.kind === 'conv' && (layer.groups ?? 1) > 1);
  const readByMacros = new Set(float.layers.map((layer) => layer.input));
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
    const isRead = readByMacros.has(layer.name);
    const output = isLast ? undefined : outputOf(layer, { clips, isRead }, bits.outputBits, where);
    const addedChannels = shapes.get(residualOf(layer)?.input ?? '')?.channels ?? 0;
    const maps = { input, output, added, addedChannels };
    const context = {
      geometry,
      weightBits: bits.weightBits,
      maps,
      kernelScales,
      multiplierBits,
      where,
    };
    layers.push({ ...common, ...quantizeLayer(layer, context) });
    // Nothing reads the last layer, whose sums are not stored.
    return output?.scale ?? input;
  });
  const { input, border, classes, name } = network;
  const around = border ? { border } : {};
  const table = imageTable ? { imageTable } : {};
  return { name, input, ...around, classes, weightBits, activationBits, ...table, layers };
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
  const network = fuseForChip(graph);
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
  const { name } = network;
  const input = imageShape(network);
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
