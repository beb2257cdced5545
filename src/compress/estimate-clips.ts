// Where to clip activations when there are no images to measure them on: from batch norm's own parameters.

import { assert, at, CimError } from '../core/errors.ts';
import { firstNotFinite } from '../core/finite.ts';
import {
  foldLayers,
  type FusedNetwork,
  hasWeights,
  type Layer,
  type WeightLayer,
} from '../network/fused-network.ts';

/** How many deviations above its mean a kernel's outputs are thought to reach. */
const reach = 4;

/** What is thought of the values of one stored map. */
interface MapEstimate {
  /** Largest value. */
  readonly clip: number;
  /** Mean of the squared values, with and without pruning. */
  readonly square: number;
  readonly unprunedSquare: number;
}

/** One network in three states; the layers are the same, but for their weights. */
export interface ClipSource {
  /** As it was given, with its batch norms. */
  readonly network: FusedNetwork;
  readonly fused: FusedNetwork;
  /** Fused and pruned. */
  readonly pruned: FusedNetwork;
}

/**
 * The clip of each weight layer's output, by layer name, as `calibrateClips` gives it, without any image.
 *
 * Assumed of a layer with batch norm: its statistics are those of the data, so that the normalised values of kernel k
 * are about normally distributed with mean beta_k and deviation |gamma_k|. Its clip is the largest beta_k + 4 |gamma_k|
 * (|beta_k| + 4 |gamma_k| without ReLU); a layer that adds a map adds that map's clip.
 *
 * Pruning that batch norm does not know of yet makes values smaller: gamma_k then counts by the share of the kernel's
 * squared weights that is left, and of its input's mean square, both under the root.
 *
 * Without batch norm, values of kernel k have mean bias_k (0 without bias) and the deviation that independent inputs
 * would give: the root of (sum of squared weights x mean square of the input). Pixels are taken as evenly distributed
 * over 0 ... 1, ReLU as halving the mean square, pools as leaving it. Correlated inputs, which trained filters look for,
 * go beyond that: measure with calibration images where accuracy counts.
 * @throws {CimError} (compress) naming a layer whose values are beyond the range of floating point
 */
export function estimateClips({ network, fused, pruned }: ClipSource): ReadonlyMap<string, number> {
  const image = { clip: 1, square: 1 / 3, unprunedSquare: 1 / 3 };
  const clips = new Map<string, number>();
  foldLayers<Layer, MapEstimate>(network, image, (layer, input, added, index) => {
    if (!hasWeights(layer)) return input;
    const before = squaresOf(at(fused.layers, index));
    const after = squaresOf(at(pruned.layers, index));
    const own = atLeastUnit(
      estimateLayer(layer, input, before, after),
      input,
      at(pruned.layers, index),
    );
    const isJoined = layer.kind === 'conv' && layer.ownKernels !== undefined;
    const output = added ? (isJoined ? largerOf : sumOf)(own, added) : own;
    if (firstNotFinite(Object.values(output)) >= 0)
      throw new CimError('compress', {
        what: 'its weights are so large that no clip of its output can be estimated',
        where: [network.name, layer.name],
        todo: 'train again, for example with a smaller learning rate',
      });
    clips.set(layer.name, output.clip);
    return output;
  });
  return clips;
}

function estimateLayer(
  layer: WeightLayer,
  input: MapEstimate,
  before: Float64Array,
  after: Float64Array,
): MapEstimate {
  const norm = layer.kind === 'conv' ? layer.batchNorm : undefined;
  const kernels = before.length;
  let clip = 0;
  let square = 0;
  let unprunedSquare = 0;
  for (let k = 0; k < kernels; k++) {
    const [all, left] = [before[k] as number, after[k] as number];
    const center = (norm ? norm.beta[k] : layer.bias?.[k]) ?? 0;
    const variance = norm ? (norm.gamma[k] as number) ** 2 : all * input.unprunedSquare;
    const share =
      all * input.unprunedSquare > 0 ? (left * input.square) / (all * input.unprunedSquare) : 0;
    const highest = (layer.relu ? center : Math.abs(center)) + reach * Math.sqrt(variance * share);
    clip = Math.max(clip, highest);
    square += center ** 2 + variance * share;
    unprunedSquare += center ** 2 + variance;
  }
  const half = (layer.relu ? 0.5 : 1) / kernels;
  return { clip, square: square * half, unprunedSquare: unprunedSquare * half };
}

const sumOf = (a: MapEstimate, b: MapEstimate): MapEstimate => ({
  clip: a.clip + b.clip,
  square: a.square + b.square,
  unprunedSquare: a.unprunedSquare + b.unprunedSquare,
});

/** Of maps that lie beside each other. */
const largerOf = (a: MapEstimate, b: MapEstimate): MapEstimate => ({
  clip: Math.max(a.clip, b.clip),
  square: Math.max(a.square, b.square),
  unprunedSquare: Math.max(a.unprunedSquare, b.unprunedSquare),
});

/** One unit of sums must not exceed what the largest code stands for, however small statistics say that outputs are. */
function atLeastUnit(own: MapEstimate, input: MapEstimate, layer: Layer): MapEstimate {
  assert(hasWeights(layer), `${layer.name} has weights`);
  let largest = 0;
  for (const weight of layer.weights) largest = Math.max(largest, Math.abs(weight));
  return { ...own, clip: Math.max(own.clip, (largest * input.clip) / 2 ** 8) };
}

/** Sum of the squared weights of each kernel. */
function squaresOf(layer: Layer): Float64Array {
  assert(hasWeights(layer), `${layer.name} has weights`);
  const squares = new Float64Array(layer.kind === 'conv' ? layer.kernels : layer.outputs);
  const perKernel = layer.weights.length / squares.length;
  for (let k = 0; k < squares.length; k++) {
    let sum = 0;
    for (let i = k * perKernel; i < (k + 1) * perKernel; i++)
      sum += (layer.weights[i] as number) ** 2;
    squares[k] = sum;
  }
  return squares;
}
