import { describe, expect, it } from 'vitest';
import { layerStorage, mappingStorage } from '../../src/mapping/mapping-summary.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, tourNetwork } from '../support/small-networks.ts';

describe('layerStorage', () => {
  it('counts a layer by hand', () => {
    // 20 channels: 2 blocks x 9 positions = 18 codes of 5 bits; 18 kernels: 2 tiles. The group of block 1 (channels
    // 16 ... 19) at position 4 of tile 1 (kernels 16 and 17) is empty: 8 weights.
    const layer = conv({ name: 'a', input: 'image', channels: 20, kernels: 18, relu: true });
    const weights = layer.weights.map((weight, i) => {
      const [m, c, position] = [Math.floor(i / 180), Math.floor(i / 9) % 20, i % 9];
      return m >= 16 && c >= 16 && position === 4 ? 0 : weight + Math.sign(weight);
    });
    const network = networkOf('n', { height: 3, width: 3, channels: 20 }, 2, [
      { ...layer, weights },
      linear({ name: 'fc', input: 'a', inputs: 162, outputs: 2 }),
    ]);

    const [storage] = macroLayersOf(mapped(network)).map(layerStorage);

    expect(storage).toEqual({
      groups: 36,
      groupsKept: 35,
      weights: 3240,
      weightsKept: 3232,
      macs: 3240 * 9,
      macsKept: 3232 * 9,
      indexBits: 35 * 5,
      storedBits: 35 * 16 * 16 * 8 + 35 * 5,
      denseBits: 3240 * 8,
    });
  });
});

describe('mappingStorage', () => {
  it('adds up the layers', () => {
    const mapping = mapped(tourNetwork(), { prunedGroups: 0.4, weightBits: 4 });

    const total = mappingStorage(mapping);

    const layers = macroLayersOf(mapping).map(layerStorage);
    for (const key of Object.keys(total) as (keyof typeof total)[])
      expect(total[key], key).toBe(layers.reduce((sum, layer) => sum + layer[key]!, 0));
    expect(total.groupsKept).toBeLessThan(total.groups);
  });
});
