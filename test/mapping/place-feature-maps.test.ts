import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { compress } from '../../src/compress/compress.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { type Memory, placeFeatureMaps } from '../../src/mapping/place-feature-maps.ts';
import type { Network } from '../../src/network/network.ts';
import { caught } from '../support/caught.ts';
import { conv, linear, networkOf, randomNetwork, tourNetwork } from '../support/small-networks.ts';
import { fuse } from '../../src/network/passes/fuse.ts';

const place = (network: Network, settings: readonly string[] = []): Record<string, Memory> =>
  Object.fromEntries(placeFeatureMaps(compress(network, {}), setChipValues(mars, settings)));

/** Maps that a layer needs, by layer. */
function readsOf(network: Network): string[][] {
  return fuse(network).layers.map((layer) =>
    layer.kind === 'conv' && layer.residual ? [layer.input, layer.residual.input] : [layer.input],
  );
}

/** A chain of two layers: the image, a map of 4x4x8 bytes, two sums. */
const chain = networkOf('chain', { height: 4, width: 4, channels: 2 }, 2, [
  conv({ name: 'a', input: 'image', channels: 2, kernels: 8 }),
  linear({ name: 'fc', input: 'a', inputs: 128, outputs: 2 }),
]);

describe('placeFeatureMaps', () => {
  it('writes the bank that a layer does not read', () => {
    expect(place(chain)).toEqual({ image: 'bank 0', a: 'bank 1', fc: 'bank 0' });
  });

  it('keeps a map that waits for its addition out of the way', () => {
    expect(place(tourNetwork())).toEqual({
      image: 'bank 0',
      stem: 'bank 1',
      half: 'bank 0',
      pool: 'bank 1',
      main: 'bank 0',
      // Reads bank 1 while bank 0 holds what "join" will read.
      skip: 'shortcut',
      join: 'bank 1',
      mean: 'bank 0',
      fc: 'bank 1',
    });
  });

  it.each([tourNetwork(), ...Array.from({ length: 20 }, (_, seed) => randomNetwork(seed + 30))])(
    'never overwrites what is still needed: $name',
    (network) => {
      const places = place(network);
      const reads = readsOf(network);
      const live = new Map<Memory, string>([['bank 0', 'image']]);

      fuse(network).layers.forEach((layer, index) => {
        for (const name of reads[index]!) expect(live.get(places[name]!), layer.name).toBe(name);
        const memory = places[layer.name]!;
        expect(memory, `${layer.name} reads and writes`).not.toBe(places[layer.input]);
        const overwritten = live.get(memory);
        const later = reads.slice(index + 1).flat();
        expect(later, layer.name).not.toContain(overwritten);
        live.set(memory, layer.name);
      });
    },
  );

  it('may overwrite a residual pixel by pixel, and only one of the same shape', () => {
    const block = (kernels: number): Network =>
      networkOf('block', { height: 4, width: 4, channels: 16 }, 2, [
        conv({ name: 'in', input: 'image', channels: 16, kernels: 16 }),
        conv({ name: 'one', input: 'in', channels: 16, kernels: 16 }),
        conv({
          name: 'two',
          input: 'one',
          channels: 16,
          kernels,
          residual: { input: 'in', stride: 1, channelOffset: 0 },
        }),
        linear({ name: 'fc', input: 'two', inputs: 16 * kernels, outputs: 2 }),
      ]);

    expect(place(block(16))['two']).toBe('bank 1');
    expect(place(block(20))['two']).toBe('shortcut');
  });

  it('takes any free memory for a layer that reads the shortcut memory', () => {
    const network = networkOf('n', { height: 4, width: 4, channels: 4 }, 2, [
      conv({ name: 'a', input: 'image', channels: 4, kernels: 4 }),
      conv({ name: 'b', input: 'a', channels: 4, kernels: 4 }),
      conv({ name: 'c', input: 'a', channels: 4, kernels: 4 }),
      conv({
        name: 'd',
        input: 'c',
        channels: 4,
        kernels: 6,
        residual: { input: 'b', stride: 1, channelOffset: 0 },
      }),
      linear({ name: 'fc', input: 'd', inputs: 96, outputs: 2 }),
    ]);

    // "b" waits in bank 0, "c" is read from the shortcut memory; bank 1 held "a", which no one needs any more.
    expect(place(network)).toMatchObject({ a: 'bank 1', b: 'bank 0', c: 'shortcut', d: 'bank 1' });
  });

  it('refuses a map that fits no memory, naming its layer', () => {
    const withBytes = (bytes: number): unknown =>
      mapToChip(
        compress(chain, {}),
        setChipValues(mars, [
          `featureMap.bankBytes=${bytes}`,
          'featureMap.shortcutBytes=0',
          'controller.maps=banks',
        ]),
      );

    expect(caught(() => withBytes(127))).toMatchObject({
      kind: 'mapping',
      where: ['chain', 'a'],
    });
    expect(() => withBytes(128)).not.toThrow();
    // The image has 32 bytes.
    expect(caught(() => withBytes(31)).where).toEqual(['chain', 'image']);
  });

  it('needs half the memory at 4 bits', () => {
    const chip = setChipValues(mars, ['featureMap.bankBytes=64', 'featureMap.shortcutBytes=0']);

    expect(() => mapToChip(compress(chain, { activationBits: 4 }), chip)).not.toThrow();
  });
});
