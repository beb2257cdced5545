// The scales between real numbers and integers: which bits a layer has, and what training may have settled already.
// Training computes its forward pass with these same functions, so that both have the same integers.

import { CimError } from '../core/errors.ts';
import { bitsFor, type FixedScale, type MultiplierBits, toFixedScale } from '../core/integer.ts';
import {
  type FusedNetwork,
  hasWeights,
  type Layer,
  type WeightLayer,
} from '../network/fused-network.ts';
import type { Network, Precision, TrainedScales } from '../network/network.ts';
import { fuseForChip } from '../network/passes/fuse.ts';
import type { QuantizedWeights } from './quantize.ts';

/** Bits of one layer, where it does not follow the rest. */
export interface LayerBits {
  /** 2 ... 8. */
  readonly weightBits?: number | undefined;
  /** Of its stored output, 1 ... 8. */
  readonly outputBits?: number | undefined;
}

/** Bits of a network and its layers. */
export interface BitOptions {
  /** 2 ... 8; what the network was trained for by default, or else 8. */
  readonly weightBits?: number;
  /** 1 ... 8, of every stored feature map and of the image; what it was trained for by default, or else 8. */
  readonly activationBits?: number;
  /** By name, for layers with bits of their own. */
  readonly layerBits?: ReadonlyMap<string, LayerBits> | undefined;
}

/** Real value of one unit of an image of `bits` bits: the largest code stands for 1. */
export const imageScale = (bits: number): number => 1 / (2 ** bits - 1);

/** The largest code of a stored output of `bits` bits: unsigned after ReLU, in two's complement without. */
export const highestCode = ({ relu }: Pick<WeightLayer, 'relu'>, bits: number): number =>
  relu ? 2 ** bits - 1 : Math.max(1, 2 ** (bits - 1) - 1);

/**
 * The scale that makes sums of units `sumScale` stored values of units `outputScale`.
 * @throws {CimError} (compress) when it is out of the requantizer's range
 */
export const requantizeScale = (
  sumScale: number,
  outputScale: number,
  where: readonly string[],
  multiplierBits: MultiplierBits = 8,
): FixedScale => fixed(sumScale / outputScale, { lowestShift: 0, multiplierBits }, where);

/** The scale that makes stored values of units `addedScale` sums of units `sumScale`; as {@link requantizeScale}. */
export const residualScale = (
  addedScale: number,
  sumScale: number,
  where: readonly string[],
  multiplierBits: MultiplierBits = 8,
): FixedScale => fixed(addedScale / sumScale, { lowestShift: -14, multiplierBits }, where);

function fixed(
  scale: number,
  {
    lowestShift,
    multiplierBits,
  }: { readonly lowestShift: number; readonly multiplierBits: MultiplierBits },
  where: readonly string[],
): FixedScale {
  const found = toFixedScale(scale, lowestShift, multiplierBits);
  if (found) return found;
  throw new CimError('compress', {
    what: `scale ${scale} cannot be written as ${multiplierBits === 8 ? 'an 8' : 'a 16'}-bit multiplier and a shift`,
    where,
  });
}

/** Bits of the network as a whole. */
export const networkBits = (
  { precision }: FusedNetwork,
  { weightBits, activationBits }: Pick<BitOptions, 'weightBits' | 'activationBits'>,
): Precision => ({
  weightBits: weightBits ?? precision?.weightBits ?? 8,
  activationBits: activationBits ?? precision?.activationBits ?? 8,
});

/** `network`, without the scales that training settled if it is asked for in other bits. */
export function withScalesFor(
  network: FusedNetwork,
  options: Pick<BitOptions, 'weightBits' | 'activationBits'>,
): FusedNetwork {
  const { precision } = network;
  const { weightBits, activationBits } = networkBits(network, options);
  if (precision?.weightBits === weightBits && precision.activationBits === activationBits)
    return network;
  const layers = network.layers.map((layer): Layer =>
    hasWeights(layer) ? { ...layer, scales: undefined, quantize: undefined } : layer,
  );
  return { ...network, layers };
}

/**
 * Whether training settled all scales of `network` at these bits: then compression measures nothing, and needs no images.
 */
export const hasTrainedScales = (network: Network, options: BitOptions): boolean =>
  layersHaveScales(fuseForChip(network), options);

/** {@link hasTrainedScales} for a network whose layers are fused already. */
export function layersHaveScales(network: FusedNetwork, options: BitOptions): boolean {
  const { layers } = withScalesFor(network, options);
  const isCoded = layers.some((layer) => hasWeights(layer) && layer.quantize);
  return layers.every((layer, index) => {
    if (!hasWeights(layer)) return true;
    if (options.layerBits?.get(layer.name)?.outputBits !== undefined) return false;
    // The sums of the last layer are not stored.
    if (isCoded && (index === layers.length - 1 || isSettled(layer))) return true;
    return layer.scales !== undefined && !layer.activation;
  });
}

/** Whether nothing needs to be measured for the codes that a layer stores: a table is asked for a range of values. */
export const isSettled = ({ quantize, activation }: WeightLayer): boolean =>
  quantize !== undefined && (activation === undefined || activation.op === 'clip');

/** Bits of the output that a layer was trained with. */
const settledBits = ({ quantize, scales }: WeightLayer): number | undefined =>
  quantize ? Math.max(1, bitsFor(quantize.high - quantize.low + 1)) : scales?.output?.bits;

/**
 * Bits of one layer: its own, else those it was trained with, else the network's.
 * @throws {CimError} (compress) when they are not possible
 */
export function bitsOf(
  layer: WeightLayer,
  all: Precision,
  { layerBits }: Pick<BitOptions, 'layerBits'>,
  network: string,
): Required<{ readonly [key in keyof LayerBits]: number }> {
  const own = layerBits?.get(layer.name);
  const weightBits = own?.weightBits ?? layer.scales?.weightBits ?? all.weightBits;
  const outputBits = own?.outputBits ?? settledBits(layer) ?? all.activationBits;
  checkBits([network, layer.name, 'weightBits'], weightBits, 2);
  checkBits([network, layer.name, 'outputBits'], outputBits, 1);
  return { weightBits, outputBits };
}

/**
 * Checks a number of bits.
 * @throws {CimError} (compress) when they are not `low` ... 8
 */
export function checkBits(where: readonly string[], bits: number, low: number): void {
  if (Number.isInteger(bits) && bits >= low && bits <= 8) return;
  throw new CimError('compress', {
    what: `${bits} bits are not possible`,
    where,
    todo: `use ${low} ... 8`,
  });
}

/**
 * The integers that training ended with.
 * @throws {CimError} (compress) for a weight that is no whole number of units, or too many
 */
export function trainedWeights(
  weights: Float32Array,
  { weightBits, weightScale, kernelScales }: TrainedScales,
  where: readonly string[],
): QuantizedWeights & { readonly scales?: Float64Array } {
  const highest = 2 ** (weightBits - 1) - 1;
  const values = new Int8Array(weights.length);
  const perKernel = weights.length / (kernelScales?.length ?? 1);
  weights.forEach((weight, i) => {
    const units = weight / (kernelScales?.[Math.floor(i / perKernel)] ?? weightScale);
    const code = Math.round(units);
    // Weights are 32-bit numbers: a multiple of the scale is off by less than a thousandth of a unit.
    if (!(Math.abs(units - code) < 1e-3 && Math.abs(code) <= highest))
      throw new CimError('compress', {
        what: `weight ${i} is ${units} of the units that it was trained with, ${-highest} ... ${highest} are possible`,
        where,
        todo: 'give other bits than those it was trained for to quantize it anew',
      });
    values[i] = code;
  });
  return {
    values,
    scale: weightScale,
    ...(kernelScales ? { scales: Float64Array.from(kernelScales) } : {}),
  };
}
