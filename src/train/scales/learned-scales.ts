// The scales of weights and activations while they are learned. They live on the host, as 64-bit numbers: from them the
// requantizers' 8-bit multipliers follow by the same functions that compression uses.

import { imageScale, requantizeScale, residualScale } from '../../compress/scales.ts';
import { assert } from '../../core/errors.ts';
import { type FixedScale, scaleValue } from '../../core/integer.ts';
import { hasWeights, type TrainedScales, type WeightLayer } from '../../network/layer.ts';
import { imageName, type Network } from '../../network/network.ts';
import type { QuantizedLayer } from '../graphs/quantized-forward.ts';

/** A number that is learned, and its velocity. */
export interface LearnedNumber {
  readonly value: number;
  readonly velocity: number;
}

/** The learned scales of one layer; no output scale in the last one. */
export interface LayerScales {
  readonly weight: LearnedNumber;
  readonly output?: LearnedNumber | undefined;
}

/** What a scale is learned by. */
export interface ScaleUpdate {
  readonly learningRate: number;
  readonly momentum: number;
  /** Gradient of the loss by the scale. */
  readonly gradient: number;
  /** Values that the scale is for, and their largest code: LSQ divides the gradient by the root of the product. */
  readonly values: number;
  readonly highest: number;
}

/** One step of a scale; never by more than a fifth of its value, so that it stays positive and the integers stable. */
export function learnScale(scale: LearnedNumber, update: ScaleUpdate): LearnedNumber {
  const { learningRate, momentum, gradient, values, highest } = update;
  const velocity = momentum * scale.velocity + gradient / Math.sqrt(values * highest);
  const most = scale.value / 5;
  const change = Math.max(-most, Math.min(most, learningRate * velocity));
  return { value: scale.value - change, velocity };
}

/** The numbers that the graph of a network takes, by name `<layer>.<input>`. */
export function scaleNumbers(
  network: Network,
  scales: ReadonlyMap<string, LayerScales>,
  activationBits: number,
): ReadonlyMap<string, number> {
  const numbers = new Map<string, number>();
  walkScales(network, scales, activationBits, (layer, found) => {
    const set = (input: string, number: number | undefined): void => {
      if (number !== undefined) numbers.set(`${layer.name}.${input}`, number);
    };
    set('weightScale', found.weightScale);
    set('sumScale', found.sumScale);
    set('outputScale', found.outputScale);
    set('requantizeFactor', found.requantize && scaleValue(found.requantize));
    set('residualFactor', found.residual && scaleValue(found.residual));
  });
  return numbers;
}

/** All scales of a layer, learned ones and those that follow. */
export interface ResolvedScales {
  readonly weightScale: number;
  /** Real value of one unit of the sums. */
  readonly sumScale: number;
  readonly outputScale: number | undefined;
  readonly requantize: FixedScale | undefined;
  readonly residual: FixedScale | undefined;
}

/**
 * Calls `visit` with the scales of each weight layer, in order.
 * @throws {CimError} (compress) naming a layer whose scales the chip cannot apply
 */
export function walkScales(
  network: Network,
  scales: ReadonlyMap<string, LayerScales>,
  activationBits: number,
  visit: (layer: WeightLayer, found: ResolvedScales) => void,
): void {
  const maps = new Map<string, number>([[imageName, imageScale(activationBits)]]);
  const mapScale = (name: string): number => {
    const scale = maps.get(name);
    assert(scale !== undefined, `scale of ${name}`);
    return scale;
  };
  for (const layer of network.layers) {
    const input = mapScale(layer.input);
    if (!hasWeights(layer)) {
      maps.set(layer.name, input);
      continue;
    }
    const own = scales.get(layer.name);
    assert(own !== undefined, `scales of ${layer.name}`);
    const where = [network.name, layer.name];
    const sumScale = own.weight.value * input;
    const outputScale = own.output?.value;
    const residual = layer.kind === 'conv' ? layer.residual : undefined;
    visit(layer, {
      weightScale: own.weight.value,
      sumScale,
      outputScale,
      requantize:
        outputScale === undefined ? undefined : requantizeScale(sumScale, outputScale, where),
      residual: residual && residualScale(mapScale(residual.input), sumScale, where),
    });
    if (outputScale !== undefined) maps.set(layer.name, outputScale);
  }
}

/** The scales as a network file keeps them. */
export const toTrainedScales = (
  { weight, output }: LayerScales,
  { weightBits, outputBits }: QuantizedLayer,
): TrainedScales => ({
  weightBits,
  weightScale: weight.value,
  ...(output ? { output: { bits: outputBits, scale: output.value } } : {}),
});
