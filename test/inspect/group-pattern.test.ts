import { describe, expect, it } from 'vitest';
import { groupPattern } from '../../src/inspect/group-pattern.ts';
import { caught } from '../support/caught.ts';
import { mapped } from '../support/mapped.ts';
import { tourNetwork } from '../support/small-networks.ts';

describe('the group pattern', () => {
  it('is kept exactly where a group has a weight that is not zero', () => {
    const mapping = mapped(tourNetwork(), { prunedGroups: 0.5 });
    const layer = mapping.network.layers.find(({ name }) => name === 'half')!;
    if (layer.kind !== 'conv') throw new Error('half is a convolution');

    const pattern = groupPattern(mapping, 'half');

    expect(pattern).toMatchObject({ kernelTiles: 2, blocks: 2, positions: 9, packed: false });
    for (let tile = 0; tile < 2; tile++)
      for (let block = 0; block < 2; block++)
        for (let position = 0; position < 9; position++) {
          let any = 0;
          for (let kernel = 16 * tile; kernel < Math.min(24, 16 * tile + 16); kernel++)
            for (let channel = 16 * block; channel < Math.min(18, 16 * block + 16); channel++)
              if (layer.weights[(kernel * 18 + channel) * 9 + position] !== 0) any = 1;
          expect(pattern.kept[(tile * 2 + block) * 9 + position]).toBe(any);
        }
    expect(pattern.kept).toContain(0);
    expect(pattern.stored).toEqual(pattern.kept);
  });

  it('lists the codes of each tile by kernel position, then by block', () => {
    const { lists, kept } = groupPattern(mapped(tourNetwork(), { prunedGroups: 0.5 }), 'half');

    lists.forEach((codes, tile) => {
      const order = Array.from(codes, (code) => (code % 9) * 2 + Math.floor(code / 9));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
      expect(codes).toHaveLength(kept.subarray(tile * 18, tile * 18 + 18).filter(Boolean).length);
    });
  });

  it('stores every group on a chip without sparsity', () => {
    const mapping = mapped(tourNetwork(), {
      prunedGroups: 0.5,
      settings: ['controller.sparsity=none'],
    });

    const pattern = groupPattern(mapping, 'half');

    expect(pattern.kept).toContain(0);
    expect(pattern.stored).not.toContain(0);
  });

  it('has one position in a packed layer', () => {
    expect(groupPattern(mapped(tourNetwork()), 'stem')).toMatchObject({
      packed: true,
      positions: 1,
      blocks: 2,
      kernelHeight: 3,
      kernelWidth: 3,
    });
  });

  it('refuses a layer that is not in the macros', () => {
    expect(caught(() => groupPattern(mapped(tourNetwork()), 'pool'))).toMatchObject({
      kind: 'usage',
      where: ['tour'],
    });
  });
});
