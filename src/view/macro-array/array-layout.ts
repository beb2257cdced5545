// Where each macro is drawn: layers one below the other in the order in which they run; in each, the cores side by side,
// and in each core its fillings in the order in which they are loaded, line by line as text is read.
// A world unit is the height of a cell.

import type { Filling, FillingRun, MacroArray } from '../../inspect/macro-array.ts';

/** A rectangle in world units. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One macro of one core during one filling. */
export interface PlacedMacro extends Rect {
  /** Number in `MacroArray.fillings`. */
  readonly filling: number;
  /** Number in `Filling.runs`. */
  readonly run: number;
  readonly core: number;
  /** Macro within its core. */
  readonly macro: number;
}

/** All of it. */
export interface ArrayLayout {
  readonly width: number;
  readonly height: number;
  readonly cellWidth: number;
  readonly macros: readonly PlacedMacro[];
  /** The area behind the macros of each core in each layer. */
  readonly panels: readonly (Rect & { readonly layer: number; readonly core: number })[];
  /** One per layer. */
  readonly sections: readonly (Rect & { readonly layer: number })[];
}

/**
 * Bit lines are drawn wider than word lines are high, or macros of 1024 x 64 cells would be mere threads; more so where
 * there are few macros and room to spare.
 */
const cellWidths = [2, 4] as const;

interface Sizes {
  readonly cellWidth: number;
  readonly macroWidth: number;
  readonly macroHeight: number;
  /** Between the macros of a core, between fillings, around the fillings of a core, between cores and layers. */
  readonly gaps: { readonly macro: number; readonly filling: number; readonly block: number };
  readonly fillingWidth: number;
}

interface Held {
  readonly filling: number;
  readonly run: number;
}

/**
 * Lays out an array for a picture of `aspect` (width / height): with as many fillings in a line as make macros cover
 * most of it.
 */
export function layoutArray(array: MacroArray, aspect: number): ArrayLayout {
  const held = heldByCore(array);
  const longest = Math.max(1, ...held.flat().map((list) => list.length));
  let best: { area: number; columns: number; sizes: Sizes } | undefined;
  for (const cellWidth of cellWidths) {
    const sizes = sizesOf(array, cellWidth);
    for (let columns = 1; columns <= longest; columns++) {
      const { width, height } = extentOf(array, sizes, held, columns);
      const scale = Math.min(aspect / width, 1 / height);
      const area = sizes.macroWidth * sizes.macroHeight * scale * scale;
      // Wider cells only where they help.
      if (!best || area > best.area * (cellWidth > best.sizes.cellWidth ? 1.2 : 1))
        best = { area, columns, sizes };
    }
  }
  return place(array, best?.sizes ?? sizesOf(array, cellWidths[0]), held, best?.columns ?? 1);
}

/** Number of the macro at a point of the world; -1 where there is none. */
export const macroAt = ({ macros }: ArrayLayout, x: number, y: number): number =>
  macros.findIndex(
    (one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height,
  );

function sizesOf(array: MacroArray, cellWidth: number): Sizes {
  const macroWidth = array.partitions * array.bitLinesPerPartition * cellWidth;
  const macroHeight = array.wordLines;
  const unit = Math.sqrt(macroWidth * macroHeight);
  const gaps = { macro: 0.03 * unit, filling: 0.12 * unit, block: 0.22 * unit };
  const fillingWidth = array.macrosPerCore * (macroWidth + gaps.macro) - gaps.macro;
  return { cellWidth, macroWidth, macroHeight, gaps, fillingWidth };
}

/** Fillings of each layer and core, in order. */
function heldByCore({ layers, cores, fillings }: MacroArray): readonly (readonly Held[])[][] {
  const held = layers.map(() => Array.from({ length: cores }, (): Held[] => []));
  fillings.forEach(({ layer, runs }, filling) => {
    runs.forEach(({ core }, run) => held[layer]?.[core]?.push({ filling, run }));
  });
  return held;
}

const linesOf = (ofLayer: readonly (readonly Held[])[], columns: number): number =>
  Math.ceil(Math.max(1, ...ofLayer.map((list) => list.length)) / columns);

const blockWidth = ({ fillingWidth, gaps }: Sizes, columns: number): number =>
  columns * (fillingWidth + gaps.filling) + gaps.filling;

const sectionHeight = ({ macroHeight, gaps }: Sizes, lines: number): number =>
  lines * (macroHeight + gaps.filling) + gaps.filling;

function extentOf(
  { cores }: MacroArray,
  sizes: Sizes,
  held: readonly (readonly (readonly Held[])[])[],
  columns: number,
): { readonly width: number; readonly height: number } {
  const { block } = sizes.gaps;
  const heights = held.map((one) => sectionHeight(sizes, linesOf(one, columns)) + block);
  return {
    width: cores * (blockWidth(sizes, columns) + block) - block,
    height: Math.max(1, heights.reduce((a, b) => a + b, 0) - block),
  };
}

function place(
  array: MacroArray,
  sizes: Sizes,
  held: readonly (readonly (readonly Held[])[])[],
  columns: number,
): ArrayLayout {
  const { gaps, macroHeight, cellWidth } = sizes;
  const { width, height } = extentOf(array, sizes, held, columns);
  const macros: PlacedMacro[] = [];
  const panels: ArrayLayout['panels'][number][] = [];
  const sections: ArrayLayout['sections'][number][] = [];
  const ofBlock = blockWidth(sizes, columns);
  let top = 0;
  held.forEach((ofLayer, layer) => {
    const high = sectionHeight(sizes, linesOf(ofLayer, columns));
    sections.push({ layer, x: 0, y: top, width, height: high });
    ofLayer.forEach((list, core) => {
      const left = core * (ofBlock + gaps.block);
      panels.push({ layer, core, x: left, y: top, width: ofBlock, height: high });
      list.forEach((one, number) => {
        const x = left + gaps.filling + (number % columns) * (sizes.fillingWidth + gaps.filling);
        const line = Math.floor(number / columns);
        const y = top + gaps.filling + line * (macroHeight + gaps.filling);
        macros.push(...macrosOf(array, sizes, one, { core, x, y }));
      });
    });
    top += high + gaps.block;
  });
  return { width, height, cellWidth, macros, panels, sections };
}

const macrosOf = (
  { macrosPerCore }: MacroArray,
  { macroWidth, macroHeight, gaps }: Sizes,
  held: Held,
  at: { readonly core: number; readonly x: number; readonly y: number },
): readonly PlacedMacro[] =>
  Array.from({ length: macrosPerCore }, (_, macro) => ({
    ...held,
    core: at.core,
    macro,
    x: at.x + macro * (macroWidth + gaps.macro),
    y: at.y,
    width: macroWidth,
    height: macroHeight,
  }));

/** The filling and run of a placed macro. */
export function heldBy(
  array: MacroArray,
  placed: PlacedMacro,
): { readonly filling: Filling; readonly run: FillingRun } | undefined {
  const filling = array.fillings[placed.filling];
  const run = filling?.runs[placed.run];
  return filling && run && { filling, run };
}
