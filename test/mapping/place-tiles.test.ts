import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KernelTile } from '../../src/mapping/kernel-tile.ts';
import { balances, placeTiles, type TileRun } from '../../src/mapping/place-tiles.ts';
import { holds } from '../support/property.ts';

/** Tiles whose lists have these lengths. */
const tilesOf = (lengths: readonly number[]): KernelTile[] =>
  lengths.map((length, index) => ({
    index,
    firstKernel: 16 * index,
    kernels: 16,
    codes: new Uint16Array(length),
    loads: [],
  }));

/** A group costs 16 cycles to load and 1 per pixel. */
const cost = (tile: KernelTile, pixels: number): number => tile.codes.length * (16 + pixels);

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

const coreTimes = (
  runs: readonly TileRun[],
  tiles: readonly KernelTile[],
  cores: number,
): number[] =>
  Array.from({ length: cores }, (_, core) =>
    runs
      .filter((run) => run.core === core)
      .reduce((sum, run) => sum + cost(tiles[run.tile]!, run.pixels), 0),
  );

describe('placeTiles', () => {
  it('runs every pixel of every tile exactly once, on cores that exist', () => {
    holds(
      fc.property(
        fc.array(between(0, 20), { minLength: 1, maxLength: 12 }),
        between(1, 16),
        between(1, 30),
        fc.constantFrom(...balances),
        (lengths, cores, pixels, balance) => {
          const runs = placeTiles(tilesOf(lengths), { cores, pixels, balance, cost });

          const seen = lengths.map(() => new Uint8Array(pixels));
          for (const run of runs) {
            expect(run.core >= 0 && run.core < cores).toBe(true);
            for (let i = 0; i < run.pixels; i++) seen[run.tile]![run.firstPixel + i]! += 1;
          }
          for (const counts of seen) expect(counts.every((count) => count === 1)).toBe(true);
        },
      ),
      300,
    );
  });

  it('gives each core one run per pass', () => {
    holds(
      fc.property(
        fc.array(between(0, 20), { minLength: 1, maxLength: 12 }),
        between(1, 16),
        fc.constantFrom(...balances),
        (lengths, cores, balance) => {
          const runs = placeTiles(tilesOf(lengths), { cores, pixels: 9, balance, cost });

          const slots = runs.map(({ core, pass }) => `${core}/${pass}`);
          expect(new Set(slots).size).toBe(runs.length);
          for (const { core, pass } of runs)
            if (pass > 0) expect(slots).toContain(`${core}/${pass - 1}`);
        },
      ),
    );
  });

  it('splits the pixels of a layer that has fewer tiles than cores', () => {
    const runs = placeTiles(tilesOf([3]), { cores: 4, pixels: 10, balance: 'none', cost });

    expect(runs.map(({ core, firstPixel, pixels }) => [core, firstPixel, pixels])).toEqual([
      [0, 0, 2],
      [1, 2, 3],
      [2, 5, 2],
      [3, 7, 3],
    ]);
  });

  it('starts the long tiles together when sorted', () => {
    const tiles = tilesOf([1, 9, 2, 8]);

    const runs = placeTiles(tiles, { cores: 2, pixels: 4, balance: 'sorted', cost });

    expect(runs.map(({ tile, core, pass }) => [tile, core, pass])).toEqual([
      [1, 0, 0],
      [3, 1, 0],
      [2, 0, 1],
      [0, 1, 1],
    ]);
  });

  it('gives the longest tile to the core that is free first', () => {
    const tiles = tilesOf([5, 4, 3, 3, 3]);

    const runs = placeTiles(tiles, { cores: 2, pixels: 4, balance: 'lpt', cost });

    // 5 and 4; 3 joins the 4; 3 joins the 5; the last 3 joins the 7.
    expect(coreTimes(runs, tiles, 2)).toEqual([8 * 20, 10 * 20]);
  });

  it('is never longer than the mean plus the longest tile, in the order of the longest first', () => {
    holds(
      fc.property(
        fc.array(between(1, 20), { minLength: 4, maxLength: 30 }),
        between(1, 4),
        (lengths, cores) => {
          const tiles = tilesOf(lengths);

          const runs = placeTiles(tiles, { cores, pixels: 4, balance: 'lpt', cost });

          const all = lengths.reduce((sum, length) => sum + 20 * length, 0);
          const longest = 20 * Math.max(...lengths);
          // Graham's bound for list scheduling.
          expect(Math.max(...coreTimes(runs, tiles, cores))).toBeLessThanOrEqual(
            all / cores + longest * (1 - 1 / cores) + 1e-9,
          );
        },
      ),
    );
  });
});
