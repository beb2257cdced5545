// The beginning and the end of quantization: from a trained network to learned scales, and from those to the network in
// the integers that training saw.

import { fuseBatchNorm } from '../../compress/fuse-batch-norm.ts';
import { assert } from '../../core/errors.ts';
import { spreadImages, type ImageSet } from '../../datasets/image-set.ts';
import {
  type FusedNetwork,
  hasWeights,
  type Layer,
  type WeightLayer,
} from '../../network/fused-network.ts';
import { scaleNumbers, toTrainedScales, walkScales } from '../scales/learned-scales.ts';
import { networkMacs } from '../../network/network.ts';
import { spellOut } from '../../network/passes/spell-out.ts';
import { parametersOf } from '../graphs/parameters.ts';
import type { QuantizedLayer } from '../graphs/quantized-forward.ts';
import { integersGraph } from '../graphs/quantized-step.ts';
import { floatsOf, type OnnxRuntime } from '../autodiff/runtime.ts';
import { initialScales, type Quantization, type ScalesByLayer } from '../scales/scale-learner.ts';
import type { TrainOptions } from './train-options.ts';

/** Training images on which first clips are chosen: as many as half a minute of plain TypeScript can take. */
const calibration = { max: 256, min: 16, macs: 2e10 };

/** How `options` quantize. */
export function quantizationOf(
  options: Pick<TrainOptions, 'weightBits' | 'activationBits' | 'weightForm' | 'layers'>,
): Quantization {
  const { weightBits, activationBits, weightForm, layers } = options;
  const bits = ({ name }: WeightLayer): QuantizedLayer => ({
    weightBits: layers?.get(name)?.weightBits ?? weightBits,
    outputBits: layers?.get(name)?.activationBits ?? activationBits,
  });
  return { activationBits, bits, weightForm };
}

/** Fuses batch norm and chooses the first scales. */
export function beginQuantization(
  network: FusedNetwork,
  images: ImageSet,
  quantization: Quantization,
): { readonly network: FusedNetwork; readonly scales: ScalesByLayer } {
  const fused = fuseBatchNorm(network);
  const affordable = Math.floor(calibration.macs / networkMacs(spellOut(network)));
  const count = Math.max(calibration.min, Math.min(calibration.max, affordable));
  return {
    network: fused,
    scales: initialScales(fused, spreadImages(images, count), quantization),
  };
}

/** What {@link exportIntegers} needs. */
export interface TrainedIntegers {
  readonly network: FusedNetwork;
  readonly scales: ScalesByLayer;
  readonly quantization: Quantization;
  readonly weightBits: number;
}

/**
 * The network with weights and biases that are whole multiples of their scales, the integers that the graph sees: its
 * `compress` has exactly these.
 */
export async function exportIntegers(
  { network, scales, quantization, weightBits }: TrainedIntegers,
  runtime: OnnxRuntime,
): Promise<FusedNetwork> {
  const { activationBits, bits } = quantization;
  const session = await runtime.InferenceSession.create(integersGraph(network, quantization));
  const tensor = (
    data: Float32Array,
    shape: readonly number[],
  ): InstanceType<OnnxRuntime['Tensor']> => new runtime.Tensor('float32', data, shape);
  try {
    const found = await session.run({
      ...Object.fromEntries(
        parametersOf(network).map(({ name, shape, data }) => [`${name}.in`, tensor(data, shape)]),
      ),
      ...Object.fromEntries(
        graphNumbers(network, scales, activationBits).map(([name, number]) => [
          `${name}.in`,
          tensor(Float32Array.of(number), []),
        ]),
      ),
    });
    const exported = new Map<string, Layer>();
    const units = new Map<string, number>();
    walkScales(network, scales, activationBits, ({ name }, { sumScale }) =>
      units.set(name, sumScale),
    );
    for (const layer of network.layers) {
      if (!hasWeights(layer)) continue;
      const own = scales.get(layer.name);
      const sumScale = units.get(layer.name);
      assert(own !== undefined && sumScale !== undefined, `scales of ${layer.name}`);
      const multiples = async (part: string, unit: number): Promise<Float32Array> =>
        // A code that was rounded to -0 is 0, as it is in the file.
        (await floatsOf(found[`${layer.name}.${part}`])).map((code) => code * unit + 0);
      exported.set(layer.name, {
        ...layer,
        weights: await multiples('weight', own.weight.value),
        ...(layer.bias ? { bias: await multiples('bias', sumScale) } : {}),
        scales: toTrainedScales(own, bits(layer)),
      });
    }
    const layers = network.layers.map((layer) => exported.get(layer.name) ?? layer);
    return { ...network, layers, precision: { weightBits, activationBits } };
  } finally {
    await session.release();
  }
}

/** The numbers that the graph of integers takes. */
const graphNumbers = (
  network: FusedNetwork,
  scales: ScalesByLayer,
  activationBits: number,
): readonly (readonly [string, number])[] => [...scaleNumbers(network, scales, activationBits)];
