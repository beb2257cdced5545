// From a trained network to integers that fit the macros: fuse batch norm, prune groups, calibrate, quantize.

import { assert, CimError } from '../core/errors.ts';
import { type FeatureMap, lengthFault, shapeText } from '../core/feature-map.ts';
import type { LongWork } from '../core/progress.ts';
import { countOf } from '../core/words.ts';
import type { Layer, WeightLayer } from '../network/layer.ts';
import { checkNetwork, imageName, layerShapes, type Network } from '../network/network.ts';
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
import { applyGroupMasks, type GroupMasks } from './group-masks.ts';
import { geometriesOf, pruneGroups } from './prune-groups.ts';
import { type QuantizedWeights, quantizeWeights, roundHalfAway } from './quantize.ts';
import {
  type BitOptions,
  bitsOf,
  checkBits,
  hasTrainedScales,
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

interface ActivationScale {
  /** Real value of one unit. */
  readonly scale: number;
  readonly bits: number;
  readonly signed: boolean;
}

/**
 * Compresses `network`.
 * @throws {CimError} (compress) naming the option or the layer that cannot be compressed
 * @throws {CimError} (network) when the network is not consistent
 * @throws {CimError} (cancelled) when told to stop
 */
export function compress(network: Network, options: CompressOptions = {}): CompressedNetwork {
  const { calibration } = options;
  checkNetwork(network);
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
  const image = { scale: imageScale(activationBits), bits: activationBits, signed: false };
  const scales = new Map<string, ActivationScale>([[imageName, image]]);
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
    if (input.signed) throw signedInput(where);
    if (layer.kind === 'maxPool' || layer.kind === 'averagePool') {
      scales.set(layer.name, input);
      return { ...common, ...poolWindow(layer, inputShape) };
    }
    const geometry = geometries[index];
    assert(geometry !== undefined, `geometry of ${layer.name}`);
    const bits = bitsOf(layer, { weightBits, activationBits }, options, network.name);
    const isLast = index === float.layers.length - 1;
    const output = isLast ? undefined : outputScale(layer, clips, bits.outputBits);
    if (output) scales.set(layer.name, output);
    const context = { geometry, weightBits: bits.weightBits, input, output, scales, where };
    return { ...common, ...quantizeLayer(layer, context) };
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
  network: Network,
  options: CompressOptions,
): ReadonlyMap<string, number> {
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
  if (hasTrainedScales(source.network, options)) return new Map();
  if (!calibration) return estimateClips(source);
  return calibrateClips(source.pruned, calibration, activationBits, options);
}

function prune(network: Network, options: CompressOptions): Network {
  const { prunedGroups = 0, groupMasks, groupShape } = options;
  if (!groupMasks && prunedGroups === 0) return network;
  if (!groupShape)
    throw new CimError('compress', {
      what: 'groups are to be pruned, and their shape is not known',
      where: [network.name, 'groupShape'],
      todo: 'set groupShape to what the chip runs together: groupShapeOf(chip, weightBits)',
    });
  if (!groupMasks) return pruneGroups(network, prunedGroups, groupShape);
  if (prunedGroups === 0) return applyGroupMasks(network, groupMasks, groupShape);
  throw new CimError('compress', {
    what: `masks say which groups are kept, and prunedGroups is ${prunedGroups}`,
    where: [network.name, 'groupMasks'],
    todo: 'give one of the two',
  });
}

interface LayerContext {
  readonly geometry: KernelGeometry;
  readonly weightBits: number;
  readonly input: ActivationScale;
  readonly output: ActivationScale | undefined;
  readonly scales: ReadonlyMap<string, ActivationScale>;
  readonly where: readonly string[];
}

type LayerIntegers = Omit<MacroLayer, 'name' | 'input' | 'inputShape' | 'outputShape'>;

function quantizeLayer(layer: WeightLayer, context: LayerContext): LayerIntegers {
  const { geometry, weightBits, input, output, where } = context;
  const { values, scale } = quantizeLayerWeights(layer, context);
  const sumScale = scale * input.scale;
  if (!(sumScale > 0 && sumScale < Infinity))
    throw new CimError('compress', {
      what: `units of ${scale} for weights and ${input.scale} for inputs make sums of units ${sumScale}`,
      where,
      todo: 'its weights, or those of the layers before it, are too large or too small',
    });
  const bias = new Int32Array(geometry.kernels);
  layer.bias?.forEach((value, m) => {
    const integer = roundHalfAway(value / sumScale);
    if (Math.abs(integer) >= 2 ** 31)
      throw new CimError('compress', {
        what: `bias ${value} of kernel ${m} is ${integer} units, more than 32 bits`,
        where,
      });
    bias[m] = integer;
  });
  const requantize: Requantize | undefined = output && {
    scale: requantizeScale(sumScale, output.scale, where),
    outputBits: output.bits,
    signed: output.signed,
  };
  return {
    kind: layer.kind,
    geometry,
    weightBits,
    inputBits: input.bits,
    weights: values,
    bias,
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
  const { weightBits, input, output, where } = context;
  if (layer.scales?.weightBits === weightBits)
    return trainedWeights(layer.weights, layer.scales, where);
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
    throw new CimError('compress', {
      what: `cannot add ${layer.residual.input}`,
      where: context.where,
    });
  return {
    ...layer.residual,
    scale: residualScale(added.scale, sumScale, context.where),
    signed: added.signed,
  };
}

/** A linear layer's or convolution's stored output. Without ReLU it is signed. */
function outputScale(
  layer: WeightLayer,
  clips: ReadonlyMap<string, number>,
  bits: number,
): ActivationScale {
  const signed = !layer.relu;
  if (layer.scales?.output?.bits === bits) return { ...layer.scales.output, signed };
  const clip = clips.get(layer.name) ?? 0;
  // A layer that never gave anything but zero on the calibration images: any scale will do.
  return { scale: (clip > 0 ? clip : 1) / highestCode(layer, bits), bits, signed };
}

const signedInput = (where: readonly string[]): CimError =>
  new CimError('compress', {
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
    throw new CimError('compress', {
      what: 'is a pool and the last layer',
      where,
      todo: 'end with a layer that has weights',
    });
  if (last.kind === 'conv' && last.residual)
    throw new CimError('compress', {
      what: 'adds a residual and is the last layer',
      where,
      todo: 'end with a layer without',
    });
}

function checkCalibration(network: Network, images: FeatureMap): void {
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
