// Where each macro is drawn: layers one below the other in the order in which they run, in several columns where there
// are few macros; in each layer the cores side by side, and in each core its fillings in the order in which they are
// loaded, line by line as text is read.
// A world unit is the height of a cell.

import { largest, smallest } from '../../../core/extremes.ts';
import type { Filling, FillingRun, MacroArray } from '../../../inspect/macro-array.ts';

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
  readonly sections: readonly Section[];
  /** Columns of layers. */
  readonly columns: number;
}

/** All cores of one layer. */
export interface Section extends Rect {
  readonly layer: number;
  /** Column of layers that it is in. */
  readonly column: number;
}

/** What a layout has to fill, in pixels of one kind. */
export interface Room {
  readonly width: number;
  readonly height: number;
  /** Width of the layers' names: kept free between columns of layers; `width` is without the first one's. */
  readonly names: number;
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

/** What is chosen for the room there is. */
interface Plan {
  readonly sizes: Sizes;
  /** Fillings in a line. */
  readonly perLine: number;
  /** Layers in a column. */
  readonly perColumn: number;
}

type HeldByLayer = readonly (readonly (readonly Held[])[])[];

/** How much larger macros must become for wider cells and for more columns: both only where they help. */
const worthwhile = { cells: 1.25, columns: 2 } as const;

/** Lays out an array so that macros cover most of the room. */
export function layoutArray(array: MacroArray, room: Room): ArrayLayout {
  const held = heldByCore(array);
  const longest = Math.max(1, largest(held.flat().map((list) => list.length)));
  const layers = Math.max(1, held.length);
  let best: { readonly area: number; readonly plan: Plan; readonly scale: number } | undefined;
  for (const cellWidth of cellWidths) {
    const sizes = sizesOf(array, cellWidth);
    for (let columns = 1; columns <= Math.min(layers, maxColumns); columns++) {
      const perColumn = Math.ceil(layers / columns);
      const ofColumns = bestOf(longest, (perLine) => {
        const plan = { sizes, perLine, perColumn };
        const scale = scaleOf(array, held, plan, room);
        return { plan, scale, area: sizes.macroWidth * sizes.macroHeight * scale * scale };
      });
      const { sizes: before, perColumn: most } = best?.plan ?? { sizes, perColumn };
      const needed =
        (cellWidth > before.cellWidth ? worthwhile.cells : 1) *
        (perColumn < most ? worthwhile.columns : 1);
      if (!best || ofColumns.area > best.area * needed) best = ofColumns;
    }
  }
  const { plan, scale } = best ?? {
    plan: { sizes: sizesOf(array, cellWidths[0]), perLine: 1, perColumn: layers },
    scale: 1,
  };
  return place(array, held, plan, room.names / scale);
}

const maxColumns = 4;

/** The best of the candidates 1 ... `count`. */
function bestOf<T extends { readonly area: number }>(count: number, make: (n: number) => T): T {
  let best = make(1);
  for (let n = 2; n <= count; n++) {
    const next = make(n);
    if (next.area > best.area) best = next;
  }
  return best;
}

/** Pixels per world unit at which a plan fills the room. */
function scaleOf(array: MacroArray, held: HeldByLayer, plan: Plan, room: Room): number {
  const columns = columnsOf(held, plan);
  const width = columns * sectionWidth(array, plan) + (columns - 1) * plan.sizes.gaps.block;
  const heights = Array.from({ length: columns }, (_, column) => columnHeight(held, plan, column));
  const wide = Math.max(1, room.width - (columns - 1) * room.names) / width;
  return Math.min(wide, room.height / largest(heights));
}

const columnsOf = (held: HeldByLayer, { perColumn }: Plan): number =>
  Math.max(1, Math.ceil(held.length / perColumn));

const sectionWidth = ({ cores }: MacroArray, { sizes, perLine }: Plan): number =>
  cores * (blockWidth(sizes, perLine) + sizes.gaps.block) - sizes.gaps.block;

function columnHeight(
  held: HeldByLayer,
  { sizes, perLine, perColumn }: Plan,
  column: number,
): number {
  const { block } = sizes.gaps;
  const ofColumn = held.slice(column * perColumn, (column + 1) * perColumn);
  const heights = ofColumn.map((one) => sectionHeight(sizes, linesOf(one, perLine)) + block);
  return Math.max(1, heights.reduce((a, b) => a + b, 0) - block);
}

/** Number of the macro at a point of the world; -1 where there is none. */
export const macroAt = ({ macros }: ArrayLayout, x: number, y: number): number =>
  macros.findIndex(
    (one) => x >= one.x && x < one.x + one.width && y >= one.y && y < one.y + one.height,
  );

/** Number of the macro that is named; -1 where there is none. */
export const macroNumber = (
  { macros }: ArrayLayout,
  { filling, core, macro }: Pick<PlacedMacro, 'filling' | 'core' | 'macro'>,
): number =>
  macros.findIndex((one) => one.filling === filling && one.core === core && one.macro === macro);

/** What names a macro, without its place. */
export const selectionOf = ({
  filling,
  core,
  macro,
}: PlacedMacro): Pick<PlacedMacro, 'filling' | 'core' | 'macro'> => ({ filling, core, macro });

/** Number of the macro whose middle is nearest to a point; -1 where there are no macros. */
export function macroNear({ macros }: ArrayLayout, x: number, y: number): number {
  const distances = macros.map((one) => {
    const [middleX, middleY] = middleOf(one);
    return (middleX - x) ** 2 + (middleY - y) ** 2;
  });
  return distances.indexOf(smallest(distances));
}

/**
 * Number of the next macro in a direction, the one that least leaves the line; the same where there is none.
 * @param dx, dy -1, 0 or 1 each, one of them 0
 */
export function macroBeside(
  layout: ArrayLayout,
  from: number,
  { dx, dy }: { readonly dx: number; readonly dy: number },
): number {
  const start = layout.macros[from];
  if (!start) return from;
  const [x, y] = middleOf(start);
  let [best, least] = [from, Infinity];
  layout.macros.forEach((one, number) => {
    const [toX, toY] = middleOf(one);
    const ahead = (toX - x) * dx + (toY - y) * dy;
    const aside = Math.abs((toX - x) * dy) + Math.abs((toY - y) * dx);
    const cost = ahead + 3 * aside;
    if (ahead > 0 && cost < least) [best, least] = [number, cost];
  });
  return best;
}

const middleOf = ({ x, y, width, height }: Rect): readonly [number, number] => [
  x + width / 2,
  y + height / 2,
];

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
  Math.ceil(Math.max(1, largest(ofLayer.map((list) => list.length))) / columns);

const blockWidth = ({ fillingWidth, gaps }: Sizes, columns: number): number =>
  columns * (fillingWidth + gaps.filling) + gaps.filling;

const sectionHeight = ({ macroHeight, gaps }: Sizes, lines: number): number =>
  lines * (macroHeight + gaps.filling) + gaps.filling;

/** @param names width that the names of layers need, in world units */
function place(array: MacroArray, held: HeldByLayer, plan: Plan, names: number): ArrayLayout {
  const { sizes, perLine, perColumn } = plan;
  const { gaps, macroHeight, cellWidth } = sizes;
  const columns = columnsOf(held, plan);
  const wide = sectionWidth(array, plan);
  const macros: PlacedMacro[] = [];
  const panels: ArrayLayout['panels'][number][] = [];
  const sections: Section[] = [];
  const ofBlock = blockWidth(sizes, perLine);
  let top = 0;
  held.forEach((ofLayer, layer) => {
    const column = Math.floor(layer / perColumn);
    if (layer % perColumn === 0) top = 0;
    const leftmost = column * (wide + gaps.block + names);
    const high = sectionHeight(sizes, linesOf(ofLayer, perLine));
    sections.push({ layer, column, x: leftmost, y: top, width: wide, height: high });
    ofLayer.forEach((list, core) => {
      const left = leftmost + core * (ofBlock + gaps.block);
      panels.push({ layer, core, x: left, y: top, width: ofBlock, height: high });
      list.forEach((one, number) => {
        const x = left + gaps.filling + (number % perLine) * (sizes.fillingWidth + gaps.filling);
        const line = Math.floor(number / perLine);
        const y = top + gaps.filling + line * (macroHeight + gaps.filling);
        for (const macro of macrosOf(array, sizes, one, { core, x, y })) macros.push(macro);
      });
    });
    top += high + gaps.block;
  });
  const width = columns * (wide + gaps.block + names) - gaps.block - names;
  const heights = Array.from({ length: columns }, (_, column) => columnHeight(held, plan, column));
  return { width, height: largest(heights), cellWidth, macros, panels, sections, columns };
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
