// Where every feature map lives: in one of the two banks, or in the shortcut memory while a residual waits for it.

import type { ChipSpec } from '../chips/index.ts';
import type { CompressedLayer, CompressedNetwork } from '../compress/compressed-network.ts';
import { CimError } from '../core/errors.ts';
import { activationsPerImage, type Shape, shapeText } from '../core/feature-map.ts';

/** A memory for feature maps. */
export type Memory = 'bank 0' | 'bank 1' | 'shortcut';

/** Every {@link Memory}, in the order of the trace's tracks. */
export const memories: readonly Memory[] = ['bank 0', 'bank 1', 'shortcut'];

/**
 * The memory of each layer's output, by layer name; the image's under `'image'`. A layer writes the bank that it does
 * not read, as ping-pong wants it. If that bank is too small or holds a map that is still needed, the output goes to
 * the shortcut memory; if the only map in the way is the residual that this very layer adds pixel by pixel, it is overwritten.
 * @throws {CimError} (mapping) naming the layer whose output fits nowhere
 */
export function placeFeatureMaps(
  network: CompressedNetwork,
  chip: ChipSpec,
): ReadonlyMap<string, Memory> {
  const places = new Map<string, Memory>();
  const live = new Map<Memory, string>();
  const input = { name: 'image', shape: network.input, bits: network.activationBits };
  take(network, chip, input, [candidate(chip, input, 'bank 0')]);
  places.set('image', 'bank 0');
  live.set('bank 0', 'image');
  network.layers.forEach((layer, index) => {
    const map = { name: layer.name, shape: layer.outputShape, bits: outputBits(layer, network) };
    const read = places.get(layer.input) ?? 'bank 0';
    const order = memories.filter((memory) => memory !== read);
    const free = order.filter((memory) => isFree(network, layer, index, live.get(memory)));
    const memory = take(
      network,
      chip,
      map,
      free.map((one) => candidate(chip, map, one)),
    );
    places.set(layer.name, memory);
    live.set(memory, layer.name);
  });
  return places;
}

interface PlacedMap {
  readonly name: string;
  readonly shape: Shape;
  readonly bits: number;
}

interface Candidate {
  readonly memory: Memory;
  readonly bytes: number;
  readonly needed: number;
}

function candidate(chip: ChipSpec, map: PlacedMap, memory: Memory): Candidate {
  const { bankBytes, shortcutBytes } = chip.featureMap;
  const bytes = memory === 'shortcut' ? shortcutBytes.value : bankBytes.value;
  return { memory, bytes, needed: Math.ceil((activationsPerImage(map.shape) * map.bits) / 8) };
}

function take(
  network: CompressedNetwork,
  chip: ChipSpec,
  map: PlacedMap,
  candidates: readonly Candidate[],
): Memory {
  const found = candidates.find(({ bytes, needed }) => needed <= bytes);
  if (found) return found.memory;
  const needed = Math.ceil((activationsPerImage(map.shape) * map.bits) / 8);
  const tried = candidates.map(({ memory, bytes }) => `${memory} of ${bytes}`).join(', ');
  throw new CimError('mapping', {
    what: `its feature map ${shapeText(map.shape)} of ${needed} bytes fits no free memory (${tried || 'none is free'})`,
    where: [network.name, map.name],
    todo: `use fewer activation bits, or set featureMap.bankBytes or featureMap.shortcutBytes of ${chip.name}`,
  });
}

/** May `layer` overwrite the map `held`? */
function isFree(
  network: CompressedNetwork,
  layer: CompressedLayer,
  index: number,
  held: string | undefined,
): boolean {
  if (held === undefined) return true;
  const readers = network.layers.flatMap((other, i) => (readsOf(other).includes(held) ? [i] : []));
  const last = readers.at(-1) ?? -1;
  if (last < index) return true;
  const residual = 'residual' in layer ? layer.residual : undefined;
  const heldShape = network.layers.find(({ name }) => name === held)?.outputShape ?? network.input;
  const inPlace =
    residual?.input === held &&
    residual.stride === 1 &&
    shapeText(heldShape) === shapeText(layer.outputShape);
  return last === index && inPlace && layer.input !== held;
}

const readsOf = (layer: CompressedLayer): readonly string[] =>
  'residual' in layer && layer.residual ? [layer.input, layer.residual.input] : [layer.input];

const outputBits = (layer: CompressedLayer, network: CompressedNetwork): number =>
  'requantize' in layer ? (layer.requantize?.outputBits ?? 0) : network.activationBits;
