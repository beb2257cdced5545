import { describe, expect, it } from 'vitest';
import { geometriesOf, pruneGroups } from '../../src/compress/prune-groups.ts';
import { forEachWeight, groupGrid } from '../../src/compress/weight-group.ts';
import { hasWeights } from '../../src/network/layer.ts';
import type { Network } from '../../src/network/network.ts';
import { caught } from '../support/caught.ts';
import { conv, linear, networkOf, tourNetwork } from '../support/small-networks.ts';

const shape = { channels: 16, kernels: 16 };

interface Group {
  readonly layer: string;
  readonly packed: boolean;
  readonly zeros: number;
  readonly weights: number;
  readonly squares: number;
}

/** All groups of a network, layer by layer. */
function groupsOf(network: Network): Group[] {
  const geometries = geometriesOf(network);
  return network.layers.flatMap((layer, i) => {
    const geometry = geometries[i];
    if (!hasWeights(layer) || !geometry) return [];
    const grid = groupGrid(geometry, shape);
    return Array.from({ length: grid.kernelTiles * grid.codes }, (_, group) => {
      const values: number[] = [];
      forEachWeight(grid, geometry, group, (index) => values.push(layer.weights[index]!));
      const zeros = values.filter((value) => value === 0).length;
      const squares = values.reduce((sum, value) => sum + value * value, 0);
      return {
        layer: layer.name,
        packed: grid.packed,
        zeros,
        weights: values.length,
        squares,
      };
    });
  });
}

describe('pruneGroups', () => {
  const network = tourNetwork();
  const prunable = groupsOf(network).filter((group) => !group.packed).length;

  it.each([0, 0.01, 0.25, 0.5, 0.9, 1])(
    'prunes exactly the share %d of the groups, whole ones only',
    (fraction) => {
      const groups = groupsOf(pruneGroups(network, fraction, shape));

      const pruned = groups.filter((group) => group.zeros === group.weights);
      const touched = groups.filter((group) => group.zeros > 0);
      expect(pruned).toHaveLength(Math.round(fraction * prunable));
      expect(touched).toEqual(pruned);
    },
  );

  it('never prunes a packed layer', () => {
    const groups = groupsOf(pruneGroups(network, 1, shape));

    const packed = groups.filter((group) => group.packed);
    expect(packed.length).toBeGreaterThan(0);
    expect(packed.every((group) => group.zeros === 0)).toBe(true);
  });

  it('prunes the groups that have the least beside those of their layer that are larger', () => {
    const before = groupsOf(network);
    const after = groupsOf(pruneGroups(network, 0.4, shape));

    const score = (group: Group): number => {
      const larger = before.filter(
        ({ layer, squares }) => layer === group.layer && squares >= group.squares,
      );
      return group.squares / larger.reduce((sum, { squares }) => sum + squares, 0);
    };
    const pruned = before.filter((_, i) => after[i]!.zeros === after[i]!.weights).map(score);
    const kept = before.filter((group, i) => !group.packed && after[i]!.zeros === 0).map(score);

    expect(pruned.length).toBeGreaterThan(0);
    expect(Math.max(...pruned)).toBeLessThanOrEqual(Math.min(...kept));
  });

  it('does not prune a layer more because its weights are small', () => {
    const make = (factor: number): Network => {
      const layer = conv({ name: 'b', input: 'a', channels: 32, kernels: 32, seed: 2 });
      const small = { ...layer, weights: layer.weights.map((weight) => weight * factor) };
      return networkOf('n', { height: 4, width: 4, channels: 32 }, 2, [
        conv({ name: 'a', input: 'image', channels: 32, kernels: 32, seed: 1 }),
        small,
      ]);
    };
    const prunedOf = (factor: number): boolean[] =>
      groupsOf(pruneGroups(make(factor), 0.5, shape)).map((group) => group.zeros > 0);

    expect(prunedOf(2 ** -10)).toEqual(prunedOf(1));
  });

  it('prunes the later of equals', () => {
    const layer = linear({ name: 'fc', input: 'image', inputs: 64, outputs: 2 });
    const equal = networkOf('n', { height: 1, width: 1, channels: 64 }, 2, [
      { ...layer, weights: new Float32Array(128).fill(0.5) },
    ]);

    const groups = groupsOf(pruneGroups(equal, 0.5, shape));

    expect(groups.map((group) => group.zeros > 0)).toEqual([false, false, true, true]);
  });

  it('leaves the network it was given as it was', () => {
    const before = JSON.stringify(groupsOf(network));

    pruneGroups(network, 0.9, shape);

    expect(JSON.stringify(groupsOf(network))).toBe(before);
  });

  it.each([-0.1, 1.5, NaN, Infinity])('refuses the share %d', (fraction) => {
    expect(caught(() => pruneGroups(network, fraction, shape))).toMatchObject({
      kind: 'compress',
      where: ['tour', 'prunedGroups'],
    });
  });
});
