// The network in real arithmetic: what training meant, the yardstick for every quantized result.

import { at, CimError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, type FloatMap } from '../core/feature-map.ts';
import { firstNotFinite } from '../core/finite.ts';
import type { LongWork } from '../core/progress.ts';
import { foldGraph } from './fold.ts';
import { type GraphNode, imageName, operatorOf } from './graph.ts';
import type { Network } from './network.ts';

/** Called with the output of each node, in order; the maps may be kept. */
export type NodeObserver = (node: GraphNode, output: FloatMap) => void;

/** The network's input for 8-bit images: pixel p is p / 255. */
export function toFloatMap(images: FeatureMap): FloatMap {
  const { bits, data, ...shape } = images;
  const highest = 2 ** bits - 1;
  return { ...shape, data: Float32Array.from(data, (pixel) => pixel / highest) };
}

/**
 * The last node's output for each of `images`, order (image, class).
 * @throws {CimError} (network) naming the first node whose output is too large for 32-bit floats
 */
export function floatForward(
  network: Network,
  images: FloatMap,
  observe?: NodeObserver,
): Float32Array {
  const visit = (node: GraphNode, inputs: readonly FloatMap[]): FloatMap => {
    const { op, name, attributes } = node;
    const operator = operatorOf(op);
    const where = [network.name, name];
    const shape = operator.shape(attributes, inputs, where);
    const { height, width, channels } = shape;
    const data = new Float32Array(images.images * activationsPerImage(shape));
    const output = { images: images.images, height, width, channels, data };
    operator.forward({ attributes, tensors: network.tensors.get(name) ?? {} }, inputs, output);
    checkFinite(output, where);
    observe?.(node, output);
    return output;
  };
  const last = at(network.nodes, network.nodes.length - 1);
  // Maps that are not read any more are forgotten.
  const maps = foldGraph(network, new Map([[imageName, images]]), visit, () => {});
  return maps.get(last.name)?.data ?? new Float32Array();
}

/** Images that pass at once, and pixels of them: large ones by themselves, so that memory stays small and a stop is heard soon. */
const mostAtOnce = 50;
const pixelsAtOnce = 2 ** 18;

/**
 * The floating-point outputs in portions, so that progress can be shown and memory stays small.
 * @throws {CimError} (network) as {@link floatForward}
 * @throws {CimError} (cancelled) when `work.signal` says stop
 */
export function* floatForwardInPortions(
  network: Network,
  images: FeatureMap,
  work: LongWork,
  observe?: NodeObserver,
): Generator<Float32Array> {
  const size = activationsPerImage(images);
  const portion = Math.max(1, Math.min(mostAtOnce, Math.floor(pixelsAtOnce / size)));
  for (let first = 0; first < images.images; first += portion) {
    if (work.signal?.aborted) throw new CimError('cancelled', { what: 'stopped' });
    const count = Math.min(portion, images.images - first);
    const data = images.data.subarray(first * size, (first + count) * size);
    yield floatForward(network, toFloatMap({ ...images, images: count, data }), observe);
  }
}

/**
 * The floating-point outputs of all images, order (image, class).
 * @throws {CimError} (network) as {@link floatForward}
 * @throws {CimError} (cancelled) when `work.signal` says stop
 */
export function floatOutputs(
  network: Network,
  images: FeatureMap,
  work: LongWork = {},
): Float32Array {
  const outputs = new Float32Array(images.images * network.classes);
  let at = 0;
  for (const portion of floatForwardInPortions(network, images, work)) {
    outputs.set(portion, at);
    at += portion.length;
    work.onProgress?.({ stage: 'float', done: at / network.classes, total: images.images });
  }
  return outputs;
}

function checkFinite(output: FloatMap, where: readonly string[]): void {
  const bad = firstNotFinite(output.data);
  if (bad < 0) return;
  throw new CimError('network', {
    what: `its output for image ${Math.floor(bad / activationsPerImage(output))} is ${output.data[bad]}: too large for 32-bit floats`,
    where,
    todo: 'its weights, or those of the layers before it, are too large: train again, for example with a smaller learning rate',
  });
}
