// Which layers run in strips, and which memories their strips pass through.

import type { ChipSpec } from '../chips/index.ts';
import type { CompressedLayer, CompressedNetwork } from '../compress/compressed-network.ts';
import { CimError } from '../core/errors.ts';
import type { Shape } from '../core/feature-map.ts';
import { lastReaders } from '../network/fold.ts';
import { layerNodes } from '../network/fused-network.ts';
import {
  memories,
  type Memory,
  memoryBytes,
  outputBits,
  type OnChip,
  placeFeatureMaps,
} from './place-feature-maps.ts';
import type { OutsideMap, StripLayer } from './strip-plan.ts';

/** The maps of a layer that are in DRAM. */
export type OutsideMaps = Pick<StripLayer, 'input' | 'output' | 'residual'>;

/**
 * The memory of every map, as `placeFeatureMaps` has it, but that maps give way: where a layer whose maps are in DRAM finds no
 * memory for their strips, the map that is needed longest of those in the way goes to DRAM itself.
 * @throws {CimError} (mapping) as `placeFeatureMaps`
 */
export function placeMaps(network: CompressedNetwork, chip: ChipSpec): ReadonlyMap<string, Memory> {
  const outside = new Set<string>();
  const held = holding(network);
  for (;;) {
    const places = placeFeatureMaps(network, chip, outside);
    const crowded = network.layers.findIndex(
      (layer, index) =>
        outsideRoles(network, layer, places).length > 0 &&
        memories.every((memory) => held(places, memory, index).length > 0),
    );
    if (crowded < 0) return places;
    const inTheWay = memories.flatMap((memory) => held(places, memory, crowded));
    const [victim] = inTheWay.toSorted((a, b) => b.until - a.until);
    if (!victim || outside.has(victim.name)) return places;
    outside.add(victim.name);
  }
}

/** The maps that a memory holds while layer number `index` runs. */
type Holding = (
  places: ReadonlyMap<string, Memory>,
  memory: OnChip,
  index: number,
) => readonly { readonly name: string; readonly until: number }[];

function holding(network: CompressedNetwork): Holding {
  const readers = lastReaders(layerNodes(network.layers));
  const made = new Map(network.layers.map(({ name }, index) => [name, index]));
  return (places, memory, index) =>
    [...places].flatMap(([name, place]) => {
      const [from, until] = [made.get(name) ?? -1, readers.get(name) ?? -1];
      const isHeld = place === memory && from <= index && (from === index || until >= index);
      return isHeld ? [{ name, until }] : [];
    });
}

/**
 * For every layer with a map in DRAM, those maps and the banks that they pass through, by layer name.
 * @throws {CimError} (mapping) naming the layer for which no memory is left
 */
export function outsideMaps(
  network: CompressedNetwork,
  chip: ChipSpec,
  places: ReadonlyMap<string, Memory>,
): ReadonlyMap<string, OutsideMaps> {
  const held = holding(network);
  return new Map(
    network.layers.flatMap((layer, index) => {
      const roles = outsideRoles(network, layer, places);
      if (roles.length === 0) return [];
      const free = memories
        .filter((memory) => held(places, memory, index).length === 0)
        .map((memory) => memoryBytes(chip, memory))
        .filter((bytes) => bytes > 0)
        .toSorted((a, b) => b - a);
      const [largest] = free;
      if (largest === undefined)
        throw new CimError('mapping', {
          what: 'needs a memory for strips of its maps in DRAM, and every memory holds a map that is still needed',
          where: [network.name, layer.name],
          todo: `set featureMap.shortcutBytes of ${chip.name} higher`,
        });
      const isEnough = free.length >= roles.length;
      const banks = roles.map((_, i) =>
        isEnough ? (free[i] ?? 0) : Math.floor(largest / roles.length),
      );
      const maps: OutsideMaps = Object.fromEntries(
        roles.map(({ role, shape, bits }, i): [string, OutsideMap] => [
          role,
          { shape, bits, bankBytes: banks[i] ?? 0 },
        ]),
      );
      return [[layer.name, maps]];
    }),
  );
}

interface Role {
  readonly role: keyof OutsideMaps;
  readonly shape: Shape;
  readonly bits: number;
}

function outsideRoles(
  network: CompressedNetwork,
  layer: CompressedLayer,
  places: ReadonlyMap<string, Memory>,
): readonly Role[] {
  const residual = 'residual' in layer ? layer.residual : undefined;
  const { outputShape, inputShape } = layer;
  const roles: Role[] = [];
  if (places.get(layer.input) === 'DRAM') {
    const bits = 'inputBits' in layer ? layer.inputBits : network.activationBits;
    roles.push({ role: 'input', shape: inputShape, bits });
  }
  if (places.get(layer.name) === 'DRAM')
    roles.push({ role: 'output', shape: outputShape, bits: outputBits(layer, network) });
  if (residual && places.get(residual.input) === 'DRAM') {
    const maker = network.layers.find(({ name }) => name === residual.input);
    const { channels } = maker?.outputShape ?? network.input;
    const bits = maker ? outputBits(maker, network) : network.activationBits;
    roles.push({ role: 'residual', shape: { ...outputShape, channels }, bits });
  }
  return roles;
}
