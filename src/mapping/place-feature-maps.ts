// Where every feature map lives: in one of the two banks, in the shortcut memory while a residual waits for it, or in DRAM.

import type { ChipSpec } from '../chips/index.ts';
import type { CompressedLayer, CompressedNetwork } from '../compress/compressed-network.ts';
import { CimError } from '../core/errors.ts';
import { activationsPerImage, type Shape, shapeText } from '../core/feature-map.ts';
import { lastReaders } from '../network/fold.ts';
import { foldLayers, layerNodes } from '../network/fused-network.ts';
import { imageName } from '../network/graph.ts';

/** A memory for feature maps on the chip. */
export type OnChip = 'bank 0' | 'bank 1' | 'shortcut';

/** A memory for feature maps. */
export type Memory = OnChip | 'DRAM';

/** Every memory on the chip, in the order of the trace's tracks. */
export const memories: readonly OnChip[] = ['bank 0', 'bank 1', 'shortcut'];

/**
 * The memory of each layer's output, by layer name; the image's under `'image'`. A layer writes the bank that it does
 * not read, as ping-pong wants it. If that bank is too small or holds a map that is still needed, the output goes to
 * the shortcut memory; if the only map in the way is the residual that this very layer adds pixel by pixel, it is overwritten.
 * What fits nowhere is kept in DRAM, where the chip does so (`controller.maps`). The maps of a batch lie side by side.
 * @param outside maps that are in DRAM whatever room there is
 * @throws {CimError} (mapping) naming the layer whose output, or that of a batch, fits nowhere
 */
export function placeFeatureMaps(
  network: CompressedNetwork,
  chip: ChipSpec,
  outside: ReadonlySet<string> = new Set(),
): ReadonlyMap<string, Memory> {
  const image = { name: imageName, shape: network.input, bits: network.activationBits };
  const candidatesOf = (map: PlacedMap, free: readonly OnChip[]): readonly Candidate[] =>
    outside.has(map.name) ? [] : free.map((one) => candidate(chip, map, one));
  const first = take(network, chip, image, candidatesOf(image, ['bank 0']));
  const live = new Map<OnChip, string>(first === 'DRAM' ? [] : [[first, imageName]]);
  const readers = lastReaders(layerNodes(network.layers));
  return foldLayers<CompressedLayer, Memory>(network, first, (layer, read, _, index) => {
    const map = { name: layer.name, shape: layer.outputShape, bits: outputBits(layer, network) };
    const free = memories.filter((memory) => {
      const held = live.get(memory);
      const last = held === undefined ? -1 : (readers.get(held) ?? -1);
      return (
        memory !== read && (last < index || (last === index && isInPlace(network, layer, held)))
      );
    });
    const memory = take(network, chip, map, candidatesOf(map, free));
    if (memory !== 'DRAM') live.set(memory, layer.name);
    return memory;
  });
}

interface PlacedMap {
  readonly name: string;
  readonly shape: Shape;
  readonly bits: number;
}

interface Candidate {
  readonly memory: OnChip;
  readonly bytes: number;
  readonly needed: number;
}

/** Bytes of a memory. */
export const memoryBytes = ({ featureMap }: ChipSpec, memory: OnChip): number =>
  (memory === 'shortcut' ? featureMap.shortcutBytes : featureMap.bankBytes).value;

const candidate = (chip: ChipSpec, map: PlacedMap, memory: OnChip): Candidate => ({
  memory,
  bytes: memoryBytes(chip, memory),
  needed: bytesOf(map) * chip.controller.batch.value,
});

const bytesOf = (map: PlacedMap): number =>
  Math.ceil((activationsPerImage(map.shape) * map.bits) / 8);

function take(
  network: CompressedNetwork,
  chip: ChipSpec,
  map: PlacedMap,
  candidates: readonly Candidate[],
): Memory {
  const found = candidates.find(({ bytes, needed }) => needed <= bytes);
  if (found) return found.memory;
  const batch = chip.controller.batch.value;
  const tried = candidates.map(({ memory, bytes }) => `${memory} of ${bytes}`).join(', ');
  const what = `fits no free memory (${tried || 'none is free'})`;
  const where = [network.name, map.name];
  if (batch > 1)
    throw new CimError('mapping', {
      what: `a batch of ${batch} maps ${shapeText(map.shape)}, ${bytesOf(map) * batch} bytes in all, ${what}`,
      where,
      todo: 'set controller.batch lower, or featureMap.bankBytes higher: a batch stays on the chip',
    });
  if (chip.controller.maps.value === 'dram') return 'DRAM';
  throw new CimError('mapping', {
    what: `its feature map ${shapeText(map.shape)} of ${bytesOf(map)} bytes ${what}`,
    where,
    todo: `use fewer activation bits, set featureMap.bankBytes or featureMap.shortcutBytes of ${chip.name}, or controller.maps=dram`,
  });
}

/** Is `held` the map that `layer` adds pixel by pixel, so that it may be overwritten meanwhile? */
function isInPlace(
  network: CompressedNetwork,
  layer: CompressedLayer,
  held: string | undefined,
): boolean {
  const residual = 'residual' in layer ? layer.residual : undefined;
  const heldShape = network.layers.find(({ name }) => name === held)?.outputShape ?? network.input;
  return (
    residual?.input === held &&
    residual?.stride === 1 &&
    shapeText(heldShape) === shapeText(layer.outputShape) &&
    layer.input !== held
  );
}

/** Bits of the activations that a layer stores; 0 of the last, whose sums leave the chip as they are. */
export const outputBits = (
  layer: CompressedLayer,
  network: Pick<CompressedNetwork, 'activationBits'>,
): number => ('requantize' in layer ? (layer.requantize?.outputBits ?? 0) : network.activationBits);
