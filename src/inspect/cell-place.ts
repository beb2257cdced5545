// What one cell of a macro holds: the way from a row and a bit line back to kernel, column and group.

import type { FilledMacro, Filling, MacroArray } from './macro-array.ts';

/** One cell. */
export interface CellPlace {
  /** Slot of the macro, of `wordLinesOn` rows. */
  readonly slot: number;
  /** Word line within the slot: which input of the group. */
  readonly wordLine: number;
  readonly partition: number;
  /** Index code of the group in the slot; undefined where the slot is empty. */
  readonly code: number | undefined;
  /** Number of the kernel in its layer; undefined where no kernel has this bit line. */
  readonly kernel: number | undefined;
  /** Column of the kernel, 0 the lowest bit of its weight in two's complement. */
  readonly column: number | undefined;
  readonly value: 0 | 1;
}

/** The bit in a row (0 ... wordLines - 1) and bit line of a macro; 0 in slots that are not filled. */
export function cellValue(
  array: Pick<MacroArray, 'cells' | 'wordsPerRow' | 'wordLinesOn'>,
  filling: Pick<Filling, 'codes'>,
  macro: Pick<FilledMacro, 'firstRow'>,
  cell: { readonly row: number; readonly bitLine: number },
): 0 | 1 {
  if (cell.row >= filling.codes.length * array.wordLinesOn) return 0;
  const at = (macro.firstRow + cell.row) * array.wordsPerRow + (cell.bitLine >> 5);
  return (((array.cells[at] ?? 0) >>> (cell.bitLine & 31)) & 1) as 0 | 1;
}

/** What lies in a row (0 ... wordLines - 1) and bit line (0 ... partitions * bitLinesPerPartition - 1) of a macro. */
export function cellPlace(
  array: MacroArray,
  filling: Filling,
  macro: FilledMacro,
  cell: { readonly row: number; readonly bitLine: number },
): CellPlace {
  const columns = array.layers[filling.layer]?.columnNames.length ?? 1;
  const kernelsPerPartition = Math.floor(array.bitLinesPerPartition / columns);
  const partition = Math.floor(cell.bitLine / array.bitLinesPerPartition);
  const inPartition = cell.bitLine % array.bitLinesPerPartition;
  const place = Math.floor(inPartition / columns);
  const kernel = partition * kernelsPerPartition + place;
  const isUsed = place < kernelsPerPartition && kernel < macro.kernels;
  const slot = Math.floor(cell.row / array.wordLinesOn);
  return {
    slot,
    wordLine: cell.row % array.wordLinesOn,
    partition,
    code: filling.codes[slot],
    kernel: isUsed ? macro.firstKernel + kernel : undefined,
    column: isUsed ? inPartition % columns : undefined,
    value: cellValue(array, filling, macro, cell),
  };
}
