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
} from './place-feature-maps.ts';
import type { OutsideMap, StripLayer } from './strip-plan.ts';

/** The maps of a layer that are in DRAM. */
export type OutsideMaps = Pick<StripLayer, 'input' | 'output' | 'residual'>;

/**
 * For every layer with a map in DRAM, those maps and the banks that they pass through, by layer name.
 * @throws {CimError} (mapping) naming the layer for which no memory is left
 */
export function outsideMaps(
  network: CompressedNetwork,
  chip: ChipSpec,
  places: ReadonlyMap<string, Memory>,
): ReadonlyMap<string, OutsideMaps> {
  const readers = lastReaders(layerNodes(network.layers));
  const made = new Map(network.layers.map(({ name }, index) => [name, index]));
  /** Whether a memory holds a map while layer number `index` runs. */
  const isBusy = (memory: OnChip, index: number): boolean =>
    [...places].some(
      ([name, place]) =>
        place === memory &&
        (made.get(name) ?? -1) <= index &&
        ((made.get(name) ?? -1) === index || (readers.get(name) ?? -1) >= index),
    );
  return new Map(
    network.layers.flatMap((layer, index) => {
      const roles = outsideRoles(network, layer, places);
      if (roles.length === 0) return [];
      const free = memories
        .filter((memory) => !isBusy(memory, index))
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
