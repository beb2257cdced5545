// One macro, or one of its cells, in a line of text.

import { cellPlace } from '../../../inspect/cell-place.ts';
import type { MacroArray } from '../../../inspect/macro-array.ts';
import { heldBy, type PlacedMacro } from './array-layout.ts';
import { figureText, figureValue } from './array-figures.ts';

/** Shown while no macro is pointed at or chosen. */
export const arrayHint =
  'Point at a macro, or choose one with a click or with the arrow keys. + and - zoom, 0 shows all; the wheel zooms once the picture has the focus, or with Ctrl.';

/** Cells lower than this, CSS pixels, are not what a person points at. */
export const pointableCell = 3;

/** A cell of a macro. */
export interface CellAt {
  /** 0 ... wordLines - 1. */
  readonly row: number;
  /** Number within the macro. */
  readonly bitLine: number;
}

/** What a placed macro holds, and what the cell at a place of it. */
export function describeMacro(array: MacroArray, placed: PlacedMacro, cell?: CellAt): string {
  const held = heldBy(array, placed);
  if (!held) return '';
  const { filling } = held;
  const layer = array.layers[filling.layer];
  const place = `${layer?.name ?? ''}, kernel tile ${filling.tile}, weight load ${filling.load}, core ${placed.core}, macro ${placed.macro}`;
  const macro = filling.macros.find((one) => one.macro === placed.macro);
  if (!macro) return `${place}: empty, the tile has no kernels for it`;
  const ops = figureValue(array, 'activity', { ...held, macro });
  const last = macro.firstKernel + macro.kernels - 1;
  const what = `kernels ${macro.firstKernel} to ${last}, ${filling.codes.length} of ${array.groupSlots} slots, ${figureText('density', macro.cellDensity)} ones, ${figureText('activity', ops)} macro-ops per image`;
  const ofCell = cell ? `; ${cellText(array, placed, cell)}` : '';
  return `${place}: ${what}${ofCell}`;
}

function cellText(array: MacroArray, placed: PlacedMacro, cell: CellAt): string {
  const held = heldBy(array, placed);
  const macro = held?.filling.macros.find((one) => one.macro === placed.macro);
  if (!held || !macro) return '';
  const { slot, wordLine, partition, code, kernel, column, value } = cellPlace(
    array,
    held.filling,
    macro,
    cell,
  );
  const where = `slot ${slot}, word line ${wordLine}, partition ${partition}`;
  if (code === undefined) return `${where}: empty slot`;
  if (kernel === undefined) return `${where}: group ${code}, bit line without a kernel`;
  const name = array.layers[held.filling.layer]?.columnNames[column ?? 0] ?? '';
  return `${where}: group ${code}, ${name} of kernel ${kernel} is ${value}`;
}
