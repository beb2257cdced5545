import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import type { MacroLayer } from '../../src/compress/compressed-network.ts';
import { compress } from '../../src/compress/compress.ts';
import { forEachWeight } from '../../src/compress/weight-group.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { caught } from '../support/caught.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, tourNetwork } from '../support/small-networks.ts';

describe('mapToChip', () => {
  it('deals tiles of 16 kernels onto cores, and onto passes when cores run out', () => {
    const network = networkOf('wide', { height: 2, width: 2, channels: 16 }, 2, [
      conv({ name: 'wide', input: 'image', channels: 16, kernels: 150 }),
      linear({ name: 'fc', input: 'wide', inputs: 600, outputs: 2 }),
    ]);

    const [wide] = macroLayersOf(mapped(network));

    // 150 = 9 * 16 + 6 kernels on 4 cores.
    expect(wide!.runs.map(({ core }) => core)).toEqual([0, 1, 2, 3, 0, 1, 2, 3, 0, 1]);
    expect(wide!.runs.map(({ pass }) => pass)).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2]);
    expect(wide!.tiles.map(({ kernels }) => kernels)).toEqual([
      ...new Array<number>(9).fill(16),
      6,
    ]);
    expect(wide!.tiles.map(({ firstKernel }) => firstKernel)).toEqual(
      Array.from({ length: 10 }, (_, i) => 16 * i),
    );
  });

  it('keeps every layer, pools among them, in the order they run', () => {
    const mapping = mapped(tourNetwork());

    expect(mapping.layers.map(({ kind }) => kind)).toEqual([
      'macro',
      'macro',
      'pool',
      'macro',
      'macro',
      'macro',
      'pool',
      'macro',
    ]);
    expect(mapping.layers.map(({ layer }) => layer.name)).toEqual(
      tourNetwork().layers.map(({ name }) => name),
    );
  });

  it('stores nothing of a layer that is pruned away', () => {
    const mapping = mapped(tourNetwork(), { prunedGroups: 1 });

    const [stem, ...others] = macroLayersOf(mapping);
    expect(stem!.tiles.map(({ codes }) => codes.length)).toEqual([2, 2]);
    for (const { tiles } of others)
      for (const tile of tiles) expect([tile.codes.length, tile.loads.length]).toEqual([0, 0]);
  });

  it('refuses a layer whose integers a requantizer cannot take, naming layer and kernel', () => {
    const mapOf = (inputs: number): void => {
      const network = networkOf('long', { height: 1, width: 1, channels: inputs }, 2, [
        linear({ name: 'fc', input: 'image', inputs, outputs: 2 }),
      ]);
      const { layers, ...rest } = compress(network);
      const [fc] = layers as [MacroLayer];
      const weights = fc.weights.map((_, i) => (i < inputs ? 0 : -128));
      mapToChip({ ...rest, layers: [{ ...fc, weights }] }, mars);
    };

    // 255 * 128 * 32896 is 2^30 - 32768 + 1.
    expect(() => mapOf(32_896)).not.toThrow();
    expect(caught(() => mapOf(32_897))).toMatchObject({
      kind: 'mapping',
      where: ['long', 'fc'],
    });
    expect(caught(() => mapOf(32_897)).message).toMatch(/kernel 1 can reach 1.07e\+9/);
  });

  it('refuses more kernels than noise can tell apart, where there is noise', () => {
    const network = networkOf('broad', { height: 1, width: 1, channels: 1 }, 65_537, [
      linear({ name: 'fc', input: 'image', inputs: 1, outputs: 65_537 }),
    ]);

    expect(() => mapped(network)).not.toThrow();
    expect(caught(() => mapped(network, { settings: ['noise.read=0.1'] }))).toMatchObject({
      kind: 'mapping',
      where: ['broad', 'fc'],
    });
  });

  it('marks exactly the groups with a weight that is not zero as kept', () => {
    const layers = macroLayersOf(mapped(tourNetwork(), { prunedGroups: 0.5 }));

    expect(layers.some(({ kept }) => kept.includes(0))).toBe(true);
    for (const { layer, grid, kept } of layers)
      kept.forEach((one, group) => {
        const values: number[] = [];
        forEachWeight(grid, layer.geometry, group, (i) => values.push(layer.weights[i]!));
        expect(one, `${layer.name} group ${group}`).toBe(
          values.some((value) => value !== 0) ? 1 : 0,
        );
      });
  });

  it('stores every group on a chip without sparsity support', () => {
    const [sparse, dense] = [[], ['controller.sparsity=none']].map((settings) =>
      macroLayersOf(mapped(tourNetwork(), { prunedGroups: 0.5, settings })),
    );

    dense!.forEach(({ kept: all, tiles }, i) => {
      const stored = tiles.reduce((sum, { codes }) => sum + codes.length, 0);
      const kept = sparse![i]!.tiles.reduce((sum, { codes }) => sum + codes.length, 0);
      expect(stored).toBe(all.length);
      expect(kept).toBe(all.reduce((sum, one) => sum + one, 0));
    });
  });

  it('refuses a chip whose macro cannot hold a group', () => {
    const compressed = compress(tourNetwork(), {});
    const chip = setChipValues(mars, ['macro.wordLines=8']);

    expect(caught(() => mapToChip(compressed, chip)).kind).toBe('chip');
  });
});
