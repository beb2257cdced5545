import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeIndex } from '../../src/mapping/index-code.ts';
import { groupList, weightLoads } from '../../src/mapping/kernel-tile.ts';
import { mars } from '../../src/chips/index.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { holds } from '../support/property.ts';
import { tourNetwork } from '../support/small-networks.ts';

describe('weightLoads', () => {
  it('covers the list without a gap, with at most as many groups as there are slots', () => {
    const count = fc.integer({ min: 0, max: 500 });
    const slots = fc.integer({ min: 1, max: 64 });

    holds(
      fc.property(count, slots, (groups, size) => {
        const loads = weightLoads(groups, size);

        const walked = loads.flatMap((load) =>
          Array.from({ length: load.groups }, (_, i) => load.firstGroup + i),
        );
        expect(walked).toEqual(Array.from({ length: groups }, (_, i) => i));
        expect(loads).toHaveLength(Math.ceil(groups / size));
        for (const load of loads) expect(load.groups).toBeLessThanOrEqual(size);
      }),
    );
  });

  it('fills the macro before it starts another load', () => {
    expect(weightLoads(150, 64)).toEqual([
      { firstGroup: 0, groups: 64 },
      { firstGroup: 64, groups: 64 },
      { firstGroup: 128, groups: 22 },
    ]);
  });
});

describe('groupList', () => {
  const layers = macroLayersOf(mapped(tourNetwork(), { prunedGroups: 0.5 }));

  it('lists every stored group of its tile once, and no other', () => {
    let skipped = 0;
    for (const { grid, kept, weightsIn } of layers)
      for (let tile = 0; tile < grid.kernelTiles; tile++) {
        const own = kept.subarray(tile * grid.codes, (tile + 1) * grid.codes);
        const expected = [...own.keys()].filter((code) => own[code] === 1);
        skipped += own.length - expected.length;

        expect([...groupList({ grid, kept, weightsIn }, tile)].toSorted((a, b) => a - b)).toEqual(
          expected,
        );
      }
    expect(skipped).toBeGreaterThan(0);
  });

  it('walks kernel position by kernel position, and the channel blocks of each in order', () => {
    for (const { grid, kept, weightsIn } of layers)
      for (let tile = 0; tile < grid.kernelTiles; tile++) {
        const order = Array.from(groupList({ grid, kept, weightsIn }, tile), (code) => {
          const { block, position } = decodeIndex(code, grid.positions);
          return position * grid.blocks + block;
        });

        expect(order).toEqual(order.toSorted((a, b) => a - b));
      }
  });

  it('never holds more groups than fit a macro of MARS at once', () => {
    for (const { tiles } of layers)
      for (const { loads } of tiles)
        for (const { groups } of loads)
          expect(groups * mars.macro.wordLinesOn.value).toBeLessThanOrEqual(
            mars.macro.wordLines.value,
          );
  });
});
