// Which weight groups of a layer are stored, as rows and as runs of equal cells.

import { decodeIndex } from '../../../mapping/index-code.ts';
import type { FigureData } from '../figure/figure-data.ts';
import { formatShare } from '../../../core/number-text.ts';

/** The groups of one layer. */
export interface GroupPattern {
  readonly layer: string;
  readonly tiles: number;
  /** Blocks of input channels. */
  readonly blocks: number;
  /** Kernel positions; 1 in a packed layer. */
  readonly positions: number;
  /** 1 for a stored group, order (tile, index code), where an index code is block * positions + position. */
  readonly kept: Uint8Array;
}

/** Equal cells side by side. */
export interface CellRun {
  readonly tile: number;
  readonly firstCode: number;
  readonly cells: number;
}

/** Index codes of a kernel tile. */
export const codesOf = ({ blocks, positions }: GroupPattern): number => blocks * positions;

/** Runs of cells that are stored (`true`) or pruned. */
export function cellRuns(pattern: GroupPattern, isKept: boolean): readonly CellRun[] {
  const codes = codesOf(pattern);
  const wanted = Number(isKept);
  const runs: CellRun[] = [];
  for (let tile = 0; tile < pattern.tiles; tile++)
    for (let code = 0; code < codes; code++) {
      const firstCode = code;
      while (code < codes && pattern.kept[tile * codes + code] === wanted) code++;
      if (code > firstCode) runs.push({ tile, firstCode, cells: code - firstCode });
    }
  return runs;
}

/** What a cell is, in words. */
export function cellWords(pattern: GroupPattern, tile: number, code: number): string {
  const { block, position } = decodeIndex(code, pattern.positions);
  const state = pattern.kept[tile * codesOf(pattern) + code] === 1 ? 'stored' : 'pruned';
  return `tile ${tile}, index code ${code}: block ${block}, position ${position}, ${state}`;
}

/** Words and rows of the pattern: the table has a row per kernel tile, the CSV one per group. */
export function groupPatternData(pattern: GroupPattern): FigureData {
  const codes = codesOf(pattern);
  const { layer, tiles, blocks, positions, kept } = pattern;
  const keptOf = (tile: number): number =>
    kept.subarray(tile * codes, (tile + 1) * codes).reduce((sum, one) => sum + one, 0);
  const counts = Array.from({ length: codes === 0 ? 0 : tiles }, (_, tile) => keptOf(tile));
  const total = counts.reduce((sum, one) => sum + one, 0);
  return {
    caption: `Weight groups of ${layer}: rows are kernel tiles, columns index codes (channel block, then kernel position)`,
    summary: `${layer} stores ${total} of ${tiles * codes} weight groups (${formatShare(codes * tiles === 0 ? null : total / (tiles * codes))}) in ${tiles} kernel tiles of ${blocks} channel blocks × ${positions} kernel positions.`,
    table: {
      columns: ['kernel tile', 'groups stored', 'groups'],
      rows: counts.map((count, tile) => [tile, count, codes]),
    },
    csv: {
      columns: ['kernel tile', 'index code', 'channel block', 'kernel position', 'stored'],
      rows: Array.from({ length: tiles * codes }, (_, i) => {
        const { block, position } = decodeIndex(i % codes, positions);
        return [Math.floor(i / codes), i % codes, block, position, kept[i] ?? 0];
      }),
    },
  };
}
