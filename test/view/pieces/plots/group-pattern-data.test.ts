import { describe, expect, it } from 'vitest';
import {
  cellRuns,
  cellWords,
  type GroupPattern,
  groupPatternData,
} from '../../../../src/view/pieces/plots/group-pattern-data.ts';

/** Two tiles of 2 blocks x 3 positions. */
const pattern: GroupPattern = {
  layer: 'conv2',
  tiles: 2,
  blocks: 2,
  positions: 3,
  kept: Uint8Array.from([1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1]),
};

describe('a pattern of groups', () => {
  it('is drawn in runs of equal cells that do not go on into the next tile', () => {
    expect(cellRuns(pattern, true)).toEqual([
      { tile: 0, firstCode: 0, cells: 2 },
      { tile: 0, firstCode: 4, cells: 1 },
      { tile: 1, firstCode: 5, cells: 1 },
    ]);
    expect(cellRuns(pattern, false)).toEqual([
      { tile: 0, firstCode: 2, cells: 2 },
      { tile: 0, firstCode: 5, cells: 1 },
      { tile: 1, firstCode: 0, cells: 5 },
    ]);
  });

  it('tells what a cell is', () => {
    expect(cellWords(pattern, 0, 4)).toBe('tile 0, index code 4: block 1, position 1, stored');
    expect(cellWords(pattern, 1, 0)).toBe('tile 1, index code 0: block 0, position 0, pruned');
  });

  it('has a row per tile in the table and one per group in the CSV', () => {
    const { table, csv, summary } = groupPatternData(pattern);

    expect(table.rows).toEqual([
      [0, 3, 6],
      [1, 1, 6],
    ]);
    expect(csv?.rows).toHaveLength(12);
    expect(csv?.rows[11]).toEqual([1, 5, 1, 2, 1]);
    expect(summary).toContain('stores 4 of 12 weight groups (33.33 %)');
  });
});
