// The learned scales of a quantized training: numbers for each step's graph, and what its gradients make of them.

import { quantizeWeights } from '../../compress/quantize.ts';
import { calibrateClips } from '../../compress/calibrate.ts';
import { highestCode } from '../../compress/scales.ts';
import { assert, at } from '../../core/errors.ts';
import { activationsPerImage, type FeatureMap } from '../../core/feature-map.ts';
import { hasWeights, type WeightLayer } from '../../network/layer.ts';
import { layerShapes, type Network } from '../../network/network.ts';
import {
  type LayerScales,
  type LearnedNumber,
  learnScale,
  scaleNumbers,
} from './learned-scales.ts';
import type { WeightForm } from '../operators/quantize.ts';
import type { QuantizedLayer } from '../graphs/quantized-forward.ts';

/** How a network is quantized in training. */
export interface Quantization {
  readonly activationBits: number;
  readonly bits: (layer: WeightLayer) => QuantizedLayer;
  readonly weightForm: WeightForm;
}

/** Scales by layer name. */
export type ScalesByLayer = ReadonlyMap<string, LayerScales>;

/** The scales that quantization would choose without training: least squared error, on weights and on `images`. */
export function initialScales(
  network: Network,
  images: FeatureMap,
  { activationBits, bits, weightForm }: Quantization,
): ScalesByLayer {
  const clips = calibrateClips(network, images, activationBits, {});
  const last = network.layers.at(-1);
  return new Map(
    network.layers.filter(hasWeights).map((layer): [string, LayerScales] => {
      const { weightBits, outputBits } = bits(layer);
      const weight = still(
        weightForm === 'tanh'
          ? largestTanh(layer.weights) / highestWeight(weightBits)
          : quantizeWeights(layer.weights, weightBits).scale,
      );
      if (layer === last) return [layer.name, { weight }];
      // A layer that gave nothing but zero on these images: any scale will do.
      const clip = clips.get(layer.name) || 1;
      return [layer.name, { weight, output: still(clip / highestCode(layer, outputBits)) }];
    }),
  );
}

const still = (value: number): LearnedNumber => ({ value, velocity: 0 });

/** Largest code of a weight of `bits` bits. */
const highestWeight = (bits: number): number => 2 ** (bits - 1) - 1;

const largestTanh = (weights: Float32Array): number =>
  Math.tanh(weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 0)) || 1;

/** How fast scales learn. */
export interface LearningSpeed {
  readonly learningRate: number;
  readonly momentum: number;
}

/** Scales under training. */
export class ScaleLearner {
  readonly #network: Network;
  readonly #quantization: Quantization;
  readonly #scales: Map<string, LayerScales>;
  readonly #values: ReadonlyMap<string, number>;

  constructor(network: Network, quantization: Quantization, scales: ScalesByLayer) {
    this.#network = network;
    this.#quantization = quantization;
    this.#scales = new Map(scales);
    const shapes = layerShapes(network);
    this.#values = new Map(
      network.layers.map(({ name }) => {
        const shape = shapes.get(name);
        assert(shape !== undefined, `shape of ${name}`);
        return [name, activationsPerImage(shape)];
      }),
    );
  }

  get scales(): ScalesByLayer {
    return new Map(this.#scales);
  }

  /**
   * The numbers that the next step's graph takes.
   * @throws {CimError} (compress) naming a layer whose scales the chip cannot apply
   */
  numbers(): ReadonlyMap<string, number> {
    const { activationBits } = this.#quantization;
    return scaleNumbers(this.#network, this.#scales, activationBits);
  }

  /** Moves scales against `gradients`, which are those of `names`: `<layer>.weightScale` or `<layer>.outputScale`. */
  learn(names: readonly string[], gradients: Float32Array, speed: LearningSpeed): void {
    for (const layer of this.#network.layers) {
      if (!hasWeights(layer)) continue;
      const before = this.#scales.get(layer.name);
      assert(before !== undefined, `scales of ${layer.name}`);
      const { weightBits, outputBits } = this.#quantization.bits(layer);
      const gradientOf = (part: string): number | undefined => {
        const index = names.indexOf(`${layer.name}.${part}`);
        return index < 0 ? undefined : at(gradients, index);
      };
      const move = (
        number: LearnedNumber,
        gradient: number | undefined,
        sizes: { readonly values: number; readonly highest: number },
      ): LearnedNumber =>
        gradient === undefined ? number : learnScale(number, { ...speed, ...sizes, gradient });
      const weight = move(before.weight, gradientOf('weightScale'), {
        values: layer.weights.length,
        highest: highestWeight(weightBits),
      });
      const output =
        before.output &&
        move(before.output, gradientOf('outputScale'), {
          values: this.#values.get(layer.name) ?? 1,
          highest: highestCode(layer, outputBits),
        });
      this.#scales.set(layer.name, { weight, output });
    }
  }

  /** Sets the weights' scales to the largest |tanh weight| of each layer, given in order. */
  followLargest(largest: Float32Array): void {
    this.#network.layers.filter(hasWeights).forEach((layer, index) => {
      const { weightBits } = this.#quantization.bits(layer);
      const value = (at(largest, index) || 1) / highestWeight(weightBits);
      const { output } = this.#scales.get(layer.name) ?? {};
      this.#scales.set(layer.name, { weight: still(value), output });
    });
  }
}
