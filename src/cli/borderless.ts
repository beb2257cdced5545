// Tables without lines, for terminals.

import type { TableConstructorOptions } from 'cli-table3';

const edges = ['top', 'bottom', 'left', 'right', 'mid'] as const;
const corners = ['mid', 'left', 'right'] as const;

/** A table without lines: columns two spaces apart, the first to the left, the others to the right. */
export const borderless = (columns: number): TableConstructorOptions => ({
  colAligns: ['left', ...Array.from({ length: columns - 1 }, () => 'right' as const)],
  chars: {
    ...Object.fromEntries(
      edges.flatMap((edge) => [[edge, ''], ...corners.map((corner) => [`${edge}-${corner}`, ''])]),
    ),
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
});
