// From a trained network to integers that fit the macros: fuse batch norm, prune groups, calibrate, quantize.

import { assert, CompressError } from '../core/errors.ts';
import { type FeatureMap, shapeText } from '../core/feature-map.ts';
import { type FixedScale, toFixedScale } from '../core/integer.ts';
import type { LongWork } from '../core/progress.ts';
import type { Layer, WeightLayer } from '../network/layer.ts';
import { checkNetwork, imageName, layerShapes, type Network } from '../network/network.ts';
import { calibrateClips } from './calibrate.ts';
import type {
  CompressedLayer,
  CompressedNetwork,
  IntegerResidual,
  MacroLayer,
  Requantize,
} from './compressed-network.ts';
import { estimateClips } from './estimate-clips.ts';
import { fuseBatchNorm } from './fuse-batch-norm.ts';
import { applyGroupMasks, type GroupMasks } from './group-masks.ts';
import { geometriesOf, pruneGroups } from './prune-groups.ts';
import { type QuantizedWeights, quantizeWeights, roundHalfAway } from './quantize.ts';
import {
  forEachGroupedWeight,
  groupCount,
  groupGrid,
  type GroupGrid,
  type GroupShape,
  type KernelGeometry,
} from './weight-group.ts';

/** How to compress. */
export interface CompressOptions extends LongWork {
  /** 2 ... 8; 8 by default. */
  readonly weightBits?: number;
  /** 1 ... 8, of every stored feature map and of the image; 8 by default. */
  readonly activationBits?: number;
  /** Share of the groups that may be pruned which is pruned, 0 ... 1; 0 by default. */
  readonly prunedGroups?: number;
  /** Groups to keep, instead of pruning by magnitude: excludes `prunedGroups`. */
  readonly groupMasks?: GroupMasks | undefined;
  /** Inputs x kernels of a group; 16 x 16 by default, 16 x 32 at 4 weight bits: what MARS runs together. */
  readonly groupShape?: GroupShape;
  /** Images on which activations are measured to choose their clips; estimated from batch norm without any. */
  readonly calibration?: FeatureMap | undefined;
}

interface ActivationScale {
  /** Real value of one unit. */
  readonly scale: number;
  readonly signed: boolean;
}

/**
 * Compresses `network`.
 * @throws {CompressError} naming the option or the layer that cannot be compressed
 * @throws {NetworkError} when the network is not consistent
 * @throws {CancelledError} when told to stop
 */
export function compress(network: Network, options: CompressOptions = {}): CompressedNetwork {
  const { weightBits = 8, activationBits = 8, calibration } = options;
  checkNetwork(network);
  checkBits(network, 'weightBits', weightBits, 2);
  checkBits(network, 'activationBits', activationBits, 1);
  checkLast(network);
  if (calibration) checkCalibration(network, calibration);
  const shape = options.groupShape ?? { channels: 16, kernels: 16 * Math.floor(8 / weightBits) };
  const fused = fuseBatchNorm(network);
  const float = prune(fused, options, shape);
  const clips = calibration
    ? calibrateClips(float, calibration, activationBits, options)
    : estimateClips({ network, fused, pruned: float });
  const shapes = layerShapes(float);
  const geometries = geometriesOf(float);
  const scales = new Map<string, ActivationScale>([
    [imageName, { scale: 1 / (2 ** activationBits - 1), signed: false }],
  ]);
  const layers = float.layers.map((layer, index): CompressedLayer => {
    const where = [network.name, layer.name];
    const input = scales.get(layer.input);
    const inputShape = shapes.get(layer.input);
    const outputShape = shapes.get(layer.name);
    assert(
      input !== undefined && inputShape !== undefined && outputShape !== undefined,
      `maps of ${layer.name}`,
    );
    const common = { name: layer.name, input: layer.input, inputShape, outputShape };
    if (layer.kind === 'maxPool' || layer.kind === 'averagePool') {
      if (input.signed) throw signedInput(where);
      scales.set(layer.name, input);
      return { ...common, kind: layer.kind, size: layer.kind === 'maxPool' ? layer.size : 0 };
    }
    const geometry = geometries[index];
    assert(geometry !== undefined, `geometry of ${layer.name}`);
    if (input.signed) throw signedInput(where);
    const isLast = index === float.layers.length - 1;
    const output = isLast ? undefined : outputScale(layer, clips, activationBits);
    if (output) scales.set(layer.name, output);
    const integers = quantizeLayer(layer, {
      geometry,
      shape,
      weightBits,
      activationBits,
      input,
      output,
      scales,
      where,
    });
    return { ...common, ...integers };
  });
  const { input, classes, name } = network;
  return { name, input, classes, weightBits, activationBits, layers };
}

function prune(network: Network, options: CompressOptions, shape: GroupShape): Network {
  const { prunedGroups = 0, groupMasks } = options;
  if (!groupMasks) return pruneGroups(network, prunedGroups, shape);
  if (prunedGroups === 0) return applyGroupMasks(network, groupMasks, shape);
  throw new CompressError({
    what: `masks say which groups are kept, and prunedGroups is ${prunedGroups}`,
    where: [network.name, 'groupMasks'],
    todo: 'give one of the two',
  });
}

interface LayerContext {
  readonly geometry: KernelGeometry;
  readonly shape: GroupShape;
  readonly weightBits: number;
  readonly activationBits: number;
  readonly input: ActivationScale;
  readonly output: ActivationScale | undefined;
  readonly scales: ReadonlyMap<string, ActivationScale>;
  readonly where: readonly string[];
}

type LayerIntegers = Omit<MacroLayer, 'name' | 'input' | 'inputShape' | 'outputShape'>;

function quantizeLayer(layer: WeightLayer, context: LayerContext): LayerIntegers {
  const { geometry, shape, weightBits, activationBits, input, output, where } = context;
  const { values, scale } = quantizeLayerWeights(layer, context);
  const sumScale = scale * input.scale;
  const bias = new Int32Array(geometry.kernels);
  layer.bias?.forEach((value, m) => {
    const integer = roundHalfAway(value / sumScale);
    if (Math.abs(integer) >= 2 ** 31)
      throw new CompressError({
        what: `bias ${value} of kernel ${m} is ${integer} units, more than 32 bits`,
        where,
      });
    bias[m] = integer;
  });
  const requantize: Requantize | undefined = output && {
    scale: fixed(sumScale / output.scale, 0, where),
    outputBits: activationBits,
    signed: output.signed,
  };
  const grid = groupGrid(geometry, shape);
  return {
    kind: layer.kind,
    geometry,
    weightBits,
    inputBits: activationBits,
    weights: values,
    bias,
    grid,
    kept: nonZeroGroups(values, grid, geometry),
    residual: integerResidual(layer, context, sumScale),
    requantize,
    weightScale: scale,
    inputScale: input.scale,
  };
}

/**
 * The weights in integers. Where all are zero any scale will do for them; the one chosen makes 128 units of sums one
 * unit of output, so that the bias, which is all that is left, is kept finely whatever its size.
 */
function quantizeLayerWeights(layer: WeightLayer, context: LayerContext): QuantizedWeights {
  const { weightBits, input, output } = context;
  const quantized = quantizeWeights(layer.weights, weightBits);
  if (!output || quantized.values.some((value) => value !== 0)) return quantized;
  return { ...quantized, scale: output.scale / input.scale / 128 };
}

function integerResidual(
  layer: Layer,
  context: LayerContext,
  sumScale: number,
): IntegerResidual | undefined {
  if (layer.kind !== 'conv' || !layer.residual) return undefined;
  const added = context.scales.get(layer.residual.input);
  if (!added)
    throw new CompressError({ what: `cannot add ${layer.residual.input}`, where: context.where });
  return {
    ...layer.residual,
    scale: fixed(added.scale / sumScale, -14, context.where),
    signed: added.signed,
  };
}

/** A linear layer's or convolution's stored output. Without ReLU it is signed. */
function outputScale(
  layer: WeightLayer,
  clips: ReadonlyMap<string, number>,
  bits: number,
): ActivationScale {
  const clip = clips.get(layer.name) ?? 0;
  const codes = layer.relu ? 2 ** bits - 1 : Math.max(1, 2 ** (bits - 1) - 1);
  // A layer that never gave anything but zero on the calibration images: any scale will do.
  return { scale: (clip > 0 ? clip : 1) / codes, signed: !layer.relu };
}

function fixed(scale: number, lowestShift: number, where: readonly string[]): FixedScale {
  const found = toFixedScale(scale, lowestShift);
  if (found) return found;
  throw new CompressError({
    what: `scale ${scale} cannot be written as an 8-bit multiplier and a shift`,
    where,
  });
}

function nonZeroGroups(values: Int8Array, grid: GroupGrid, geometry: KernelGeometry): Uint8Array {
  const kept = new Uint8Array(groupCount(grid));
  forEachGroupedWeight(grid, geometry, (i, group) => {
    if (values[i] !== 0) kept[group] = 1;
  });
  return kept;
}

const signedInput = (where: readonly string[]): CompressError =>
  new CompressError({
    what: 'reads a layer without ReLU, whose activations can be negative; word lines take none',
    where,
    todo: 'put a ReLU there, or use that layer only as a residual',
  });

/** The last layer's sums are the outputs: nothing may come after them. */
function checkLast(network: Network): void {
  const last = network.layers.at(-1);
  assert(last !== undefined, 'a checked network has layers');
  const where = [network.name, last.name];
  if (last.kind === 'maxPool' || last.kind === 'averagePool')
    throw new CompressError({
      what: 'is a pool and the last layer',
      where,
      todo: 'end with a layer that has weights',
    });
  if (last.kind === 'conv' && last.residual)
    throw new CompressError({
      what: 'adds a residual and is the last layer',
      where,
      todo: 'end with a layer without',
    });
}

function checkCalibration(network: Network, images: FeatureMap): void {
  const { input, name } = network;
  if (shapeText(images) === shapeText(input) && images.images > 0) return;
  throw new CompressError({
    what: `${images.images} images of ${shapeText(images)} cannot calibrate a network for ${shapeText(input)}`,
    where: [name, 'calibration'],
    todo: 'use images of the data set that the network was trained on',
  });
}

function checkBits(network: Network, option: string, bits: number, low: number): void {
  if (Number.isInteger(bits) && bits >= low && bits <= 8) return;
  throw new CompressError({
    what: `${bits} bits are not possible`,
    where: [network.name, option],
    todo: `use ${low} ... 8`,
  });
}
