// One layer with weights in integers: its weights and bias, its scales, and how its output is stored.

import { at, CimError } from '../core/errors.ts';
import type { MultiplierBits } from '../core/integer.ts';
import type { Activation, Layer, Residual, WeightLayer } from '../network/fused-network.ts';
import type { ClipAttributes } from '../network/ops/clip.ts';
import { codeOf, type QuantizeAttributes } from '../network/ops/quantize.ts';
import {
  type ActivationScale,
  activationTable,
  scaleOfCodes,
  takeOutResidualZero,
  takeOutZero,
} from './activation-table.ts';
import type {
  IntegerResidual,
  KernelScales,
  MacroLayer,
  Requantize,
  StoredCodes,
} from './compressed-network.ts';
import {
  quantizeKernels,
  type QuantizedWeights,
  quantizeWeights,
  roundHalfAway,
  toCode,
} from './quantize.ts';
import {
  highestCode,
  isSettled,
  requantizeScale,
  residualScale,
  trainedWeights,
} from './scales.ts';
import type { KernelGeometry } from './weight-group.ts';

/** What a layer's integers depend on besides itself. */
export interface LayerContext {
  readonly geometry: KernelGeometry;
  readonly weightBits: number;
  readonly maps: LayerMaps;
  readonly kernelScales: boolean;
  readonly multiplierBits: MultiplierBits;
  readonly where: readonly string[];
}

/** How the maps that a layer reads and writes are stored. */
export interface LayerMaps {
  readonly input: ActivationScale;
  readonly output: StoredOutput | undefined;
  /** The map of the residual, where it has one, and its channels. */
  readonly added: ActivationScale | undefined;
  readonly addedChannels: number;
}

/** What the requantizer makes. */
export interface StoredOutput {
  readonly scale: ActivationScale;
  /** Real value of one unit of the codes that sums are rounded to: those that are stored, or looked up. */
  readonly unit: number;
  readonly table?: Uint8Array;
  readonly codes?: StoredCodes;
}

/** A macro layer without its place in the network. */
export type LayerIntegers = Omit<MacroLayer, 'name' | 'input' | 'inputShape' | 'outputShape'>;

/** The integers of a layer. */
export function quantizeLayer(layer: WeightLayer, context: LayerContext): LayerIntegers {
  const { geometry, weightBits, maps, where } = context;
  const { input, output } = maps;
  const { values, scale, scales } = quantizeLayerWeights(layer, context);
  const sumScale = scale * input.scale;
  const sumScales = scales?.map((one) => one * input.scale);
  if (!(sumScale > 0 && sumScale < Infinity))
    throw new CimError('compress', {
      what: `units of ${scale} for weights and ${input.scale} for inputs make sums of units ${sumScale}`,
      where,
      todo: 'its weights, or those of the layers before it, are too large or too small',
    });
  const fraction = fractionOf(layer, context);
  const residual = integerResidual(layer, context, sumScale / 2 ** fraction);
  const kernels = sumScales && kernelScalesOf(sumScales, context, { residual, fraction });
  const bias = integerBias(
    layer,
    { weights: values, sumScale, sumScales, residual, kernels },
    context,
  );
  const requantize: Requantize | undefined = output && {
    scale: requantizeScale(sumScale / 2 ** fraction, output.unit, where, context.multiplierBits),
    outputBits: output.scale.bits,
    signed: output.scale.signed,
    ...(output.table ? { table: output.table } : {}),
    ...(kernels ? { kernels } : {}),
    ...(output.codes ? { codes: output.codes } : {}),
    ...(fraction === 0 ? {} : { fraction }),
  };
  const hasPads = geometry.window.pads.some((pad) => pad > 0);
  return {
    kind: layer.kind,
    geometry,
    weightBits,
    inputBits: input.bits,
    ...(hasPads && input.zero !== 0 ? { padCode: input.zero } : {}),
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
    sumScales,
    residual,
    kernels,
  }: {
    readonly weights: Int8Array;
    readonly sumScale: number;
    readonly sumScales: Float64Array | undefined;
    readonly kernels: KernelScales | undefined;
    readonly residual: IntegerResidual | undefined;
  },
  { geometry, maps, where }: LayerContext,
): Int32Array {
  const { input, added, addedChannels } = maps;
  const bias = new Float64Array(geometry.kernels);
  layer.bias?.forEach(
    (value, m) => (bias[m] = roundHalfAway(value / (sumScales?.[m] ?? sumScale))),
  );
  takeOutZero(bias, weights, input);
  if (added && residual && residual.zero === undefined)
    takeOutResidualZero(bias, added, { first: residual.channelOffset, count: addedChannels }, (m) =>
      kernels
        ? { multiplier: at(kernels, 4 * m + 2), shift: at(kernels, 4 * m + 3) }
        : residual.scale,
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
function quantizeLayerWeights(
  layer: WeightLayer,
  context: LayerContext,
): QuantizedWeights & { readonly scales?: Float64Array } {
  const {
    weightBits,
    maps: { input, output },
    where,
  } = context;
  const { scales } = layer;
  // Sums of the last layer are compared with each other.
  const isComparable = output !== undefined || new Set(scales?.kernelScales).size < 2;
  if (scales?.weightBits === weightBits && isComparable)
    return lifted(layer, trainedWeights(layer.weights, scales, where), context);
  if (output && context.kernelScales)
    return lifted(
      layer,
      quantizeKernels(layer.weights, context.geometry.kernels, weightBits),
      context,
    );
  const quantized = quantizeWeights(layer.weights, weightBits);
  if (!output || quantized.values.some((value) => value !== 0))
    return lifted(layer, quantized, context);
  return { ...quantized, scale: output.unit / input.scale / 128 };
}

/** The smallest share of an output's unit that a requantizer makes of a unit of sums, with some room. */
const smallestFactor = 2 ** -30;
/** The most units of sums that one unit of a stored map can count when it is added. */
const mostAdded = 2 ** 21;

/** The smallest unit of weights of which the requantizer can write what sums count, beside its output and what it adds. */
function smallestUnit(
  layer: WeightLayer,
  { maps: { input, output, added } }: LayerContext,
): number {
  const ofOutput = smallestFactor * (output?.unit ?? 0);
  const ofAdded = residualOf(layer) && added ? added.scale / mostAdded : 0;
  return Math.max(ofOutput, ofAdded) / input.scale;
}

/** Whole numbers of weights, but of those whose unit is smaller than the {@link smallestUnit}: they get that one. */
function lifted(
  layer: WeightLayer,
  found: QuantizedWeights & { readonly scales?: Float64Array },
  context: LayerContext,
): QuantizedWeights & { readonly scales?: Float64Array } {
  const smallest = smallestUnit(layer, context);
  const { scales = Float64Array.of(found.scale), values } = found;
  if (!context.maps.output || scales.every((scale) => scale >= smallest)) return found;
  const perKernel = values.length / scales.length;
  const highest = 2 ** (context.weightBits - 1) - 1;
  scales.forEach((scale, m) => {
    if (scale >= smallest) return;
    for (let i = m * perKernel; i < (m + 1) * perKernel; i++)
      values[i] = toCode(layer.weights[i] as number, smallest, highest);
    scales[m] = smallest;
  });
  const scale = scales.reduce((most, one) => Math.max(most, one), 0);
  return { ...found, scale };
}

/** Bits behind the point of sums to which stored codes are added: where multipliers are fine enough for them to count. */
const fineFraction = 6;

const fractionOf = (layer: WeightLayer, { multiplierBits, maps }: LayerContext): number =>
  multiplierBits === 16 && maps.output?.codes && maps.added && residualOf(layer) ? fineFraction : 0;

/** Requantizer and residual scales of each kernel. */
function kernelScalesOf(
  sumScales: Float64Array,
  { maps: { output, added }, multiplierBits, where }: LayerContext,
  {
    residual,
    fraction,
  }: { readonly residual: IntegerResidual | undefined; readonly fraction: number },
): KernelScales | undefined {
  if (!output) return undefined;
  const none = { multiplier: 0, shift: 0 };
  return Int32Array.from(
    Array.from(sumScales).flatMap((whole) => {
      const sumScale = whole / 2 ** fraction;
      const own = requantizeScale(sumScale, output.unit, where, multiplierBits);
      const other =
        residual && added ? residualScale(added.scale, sumScale, where, multiplierBits) : none;
      return [own.multiplier, own.shift, other.multiplier, other.shift];
    }),
  );
}

function integerResidual(
  layer: WeightLayer,
  context: LayerContext,
  sumScale: number,
): IntegerResidual | undefined {
  const { added } = context.maps;
  const residual = residualOf(layer);
  if (!residual || !added) return undefined;
  const isFine = fractionOf(layer, context) > 0;
  return {
    ...residual,
    scale: residualScale(added.scale, sumScale, context.where, context.multiplierBits),
    signed: added.signed,
    ...(isFine ? { zero: added.zero } : {}),
  };
}

/** The map that a layer adds. */
export const residualOf = (layer: Layer): Residual | undefined =>
  layer.kind === 'conv' ? layer.residual : undefined;

/** What stores values as they are, with a zero point. */
const identity: Activation = { op: 'clip', attributes: {} };

/** The activation that a table stands for. */
const tableOf = ({ activation, relu }: WeightLayer, isRead: boolean): Activation | undefined =>
  activation ?? (isRead && !relu ? identity : undefined);

/**
 * A linear layer's or convolution's stored output. Without activation it is signed, or has a zero point where layers read it:
 * word lines and pools take no signed codes.
 */
export function outputOf(
  layer: WeightLayer,
  { clips, isRead }: { readonly clips: ReadonlyMap<string, number>; readonly isRead: boolean },
  bits: number,
  where: readonly string[],
): StoredOutput {
  const { ceiling = Infinity, quantize } = layer;
  const isCoded = quantize !== undefined && bits === scaleOfCodes(quantize).bits;
  if (isCoded && isSettled(layer)) return outputOfCodes(layer, quantize);
  const measured = Math.min(clips.get(layer.name) ?? 0, ceiling);
  // A layer that never gave anything but zero on the calibration images: any scale will do.
  const clip = measured > 0 ? measured : 1;
  const activation = tableOf(layer, isRead);
  if (activation) {
    const stored = isCoded ? quantize : bits;
    const { output, inputScale, table } = activationTable(activation, clip, stored, where);
    return { scale: output, unit: inputScale, table };
  }
  const { scale } =
    layer.scales?.output?.bits === bits
      ? layer.scales.output
      : { scale: clip / highestCode(layer, bits) };
  return { scale: { scale, bits, signed: !layer.relu, zero: 0 }, unit: scale };
}

/** Codes that training settled. Rounding keeps the order, so that the limits of an activation are limits of the codes. */
function outputOfCodes(
  { relu, ceiling, activation }: WeightLayer,
  quantize: QuantizeAttributes,
): StoredOutput {
  const scale = scaleOfCodes(quantize);
  const code = codeOf(quantize);
  const limits = relu
    ? { min: 0, max: ceiling }
    : ((activation?.attributes ?? {}) as ClipAttributes);
  const stored = (value: number): number => code(value) - quantize.low;
  const low = stored(limits.min ?? -Infinity);
  const high = stored(limits.max ?? Infinity);
  return { scale, unit: scale.scale, codes: { low, high, zero: scale.zero } };
}
