// A network for smaller images, with the same arrays: what trains it learns the same weights.

import { assert, CimError } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import {
  type AveragePoolLayer,
  type FusedNetwork,
  hasWeights,
  type Layer,
  layerShapes,
  type MaxPoolLayer,
} from '../../network/fused-network.ts';
import { imageName, operatorOf } from '../../network/graph.ts';

type Pool = MaxPoolLayer | AveragePoolLayer;

/**
 * `network` for images of `side` rows and columns. Pools that do not fit any more are left out, and an average over the
 * whole map stays one.
 * @throws {CimError} (usage) where a linear layer would read a map of another size
 */
export function smallerNetwork(network: FusedNetwork, side: number): FusedNetwork {
  const { height, width, channels } = network.input;
  if (height === side && width === side) return network;
  const before = layerShapes(network);
  const input = { height: side, width: side, channels };
  const shapes = new Map<string, Shape>([[imageName, input]]);
  /** Whose output stands in for that of a pool that is left out. */
  const standIns = new Map<string, string>();
  const sourceOf = (name: string): string => standIns.get(name) ?? name;
  const layers: Layer[] = [];
  for (const old of network.layers) {
    const layer = { ...old, input: sourceOf(old.input) };
    const shape = shapes.get(layer.input);
    assert(shape !== undefined, `shape of ${layer.input}`);
    const fitted = hasWeights(layer) ? layer : fittedPool(layer, before.get(old.input), shape);
    if (!fitted) {
      standIns.set(old.name, layer.input);
      continue;
    }
    if (fitted.kind === 'linear' && fitted.inputs !== shape.height * shape.width * shape.channels)
      throw new CimError('usage', {
        what: `reads a map of ${shape.height}x${shape.width} pixels when images have ${side}, and has weights for another size`,
        where: [network.name, layer.name],
        todo: 'train with images of their own size alone, or give larger --image-sizes',
      });
    shapes.set(
      fitted.name,
      operatorOf(fitted.kind).shape(fitted, [shape], [network.name, fitted.name]),
    );
    layers.push(withResidual(fitted, sourceOf));
  }
  return { ...network, input, layers };
}

const withResidual = (layer: Layer, sourceOf: (name: string) => string): Layer =>
  layer.kind === 'conv' && layer.residual
    ? { ...layer, residual: { ...layer.residual, input: sourceOf(layer.residual.input) } }
    : layer;

/** The pool on a smaller map; undefined where its window is larger than that. */
function fittedPool(layer: Pool, old: Shape | undefined, now: Shape): Pool | undefined {
  const { window } = layer;
  if (!window) return layer;
  const isWhole = old?.height === window.height && old.width === window.width;
  if (layer.kind === 'averagePool' && isWhole) return { ...layer, window: undefined };
  const [top, left, bottom, right] = window.pads;
  const fits =
    window.height <= now.height + top + bottom && window.width <= now.width + left + right;
  return fits ? layer : undefined;
}
