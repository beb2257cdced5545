// Pads of the first layer around normalised pixels: what they add to its sums is nothing, and nothing is what pixels of the mean stand for.
// So the image gets a border of such pixels, and the layer has no pads.

import type { Shape } from '../../core/feature-map.ts';
import { borderedShape, type ImageBorder } from '../../core/image-border.ts';
import { type GraphNode, imageName } from '../graph.ts';
import type { Network } from '../network.ts';
import { tensorOf } from '../ops/operator.ts';

/**
 * The network with a border around its image instead of pads of its first convolution, where that reads normalised pixels and nothing
 * else reads the image. The border is rounded to whole pixels.
 * @returns undefined where there is no such convolution, or no pixel stands for 0
 */
export function takeImageBorder(
  network: Network,
): { readonly network: Network; readonly border: ImageBorder } | undefined {
  const [norm, other] = readersOf(network, imageName);
  if (norm?.op !== 'affine' || other) return undefined;
  const [conv, another] = readersOf(network, norm.name);
  if (conv?.op !== 'conv' || another) return undefined;
  const { pads } = conv.attributes.window;
  const pixels = zeroPixels(network, norm);
  if (!pixels || pads.every((pad) => pad === 0)) return undefined;
  const border = { pads, pixels };
  const window = { ...conv.attributes.window, pads: [0, 0, 0, 0] as const };
  const nodes = network.nodes.map((node) =>
    node.name === conv.name ? { ...conv, attributes: { ...conv.attributes, window } } : node,
  );
  return { network: { ...network, input: borderedShape(network.input, border), nodes }, border };
}

/** What is to be said of pads around normalised pixels, where they have no border. */
export const padWarnings = (network: Network): readonly string[] =>
  readersOf(network, imageName).some(({ op }) => op === 'affine') && !takeImageBorder(network)
    ? [
        'the first layer has pads, and no pixel stands for 0, or several layers read the image: pads stand for pixels of 0 on the chip, and sums at the border differ from real arithmetic',
      ]
    : [];

const readersOf = ({ nodes }: Network, name: string): readonly GraphNode[] =>
  nodes.filter(({ inputs }) => inputs.includes(name));

/** The pixels that stand for 0; undefined where some channel has none, or all do at 0. */
function zeroPixels(
  { tensors, input }: Network & { readonly input: Shape },
  { name, attributes }: GraphNode<'affine'>,
): readonly number[] | undefined {
  if (attributes.height * attributes.width !== 1) return undefined;
  const arrays = tensors.get(name) ?? {};
  const [factor, shift] = [tensorOf(arrays, 'factor'), tensorOf(arrays, 'shift')];
  const of = (array: Float32Array, c: number): number => array[array.length === 1 ? 0 : c] ?? 0;
  const exact = Array.from(
    { length: input.channels },
    (_, c) => (-255 * of(shift, c)) / of(factor, c),
  );
  // Also false where a factor is 0.
  const areThere = exact.every((pixel) => pixel > -0.5 && pixel < 255.5);
  return areThere && exact.some((pixel) => pixel !== 0) ? exact.map(Math.round) : undefined;
}
