// Names at the edges of the macro that one looks at: macros, slots, word lines, kernels and bits, as far as there is room.

import { cellPlace } from '../../../inspect/cell-place.ts';
import type { MacroArray } from '../../../inspect/macro-array.ts';
import { type ArrayLayout, heldBy, type PlacedMacro, type Rect } from './array-layout.ts';
import { type Camera, type Margins, type Size, toPixel } from './camera.ts';
import type { CellAt } from './describe-macro.ts';

/** A name and where it stands, CSS pixels of the picture. */
export interface NamePlace {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** `row`: its right end is at x, its middle at y; `column`: its middle is at x, its lower end at y. */
  readonly along: 'row' | 'column';
}

/** What is looked at. */
export interface Looked {
  readonly array: MacroArray;
  readonly layout: ArrayLayout;
  readonly camera: Camera;
  readonly size: Size;
  readonly margins: Margins;
}

/** Room that a name needs, pixels. */
const room = { row: 13, slot: 15, kernel: 52, bit: 40, macro: 56 } as const;

/** The names of what is seen; `number` is the macro whose rows and bit lines are named. */
export function namePlaces(looked: Looked, number: number): readonly NamePlace[] {
  const placed = looked.layout.macros[number];
  return [
    ...macroNames(looked),
    ...(placed ? [...rowNames(looked, placed), ...columnNames(looked, placed)] : []),
  ];
}

/** Where a cell of a macro is seen. */
export function cellRect(
  { layout, camera, size }: Looked,
  number: number,
  cell: CellAt,
): Rect | undefined {
  const placed = layout.macros[number];
  if (!placed) return undefined;
  const [x, y] = toPixel(
    camera,
    size,
    placed.x + cell.bitLine * layout.cellWidth,
    placed.y + cell.row,
  );
  return { x, y, width: layout.cellWidth * camera.scale, height: camera.scale };
}

function macroNames({ layout, camera, size, margins }: Looked): readonly NamePlace[] {
  return layout.macros.flatMap((one): readonly NamePlace[] => {
    if (one.width * camera.scale < room.macro) return [];
    const [x, y] = toPixel(camera, size, one.x + one.width / 2, one.y);
    const isSeen = x > margins.left && x < size.width && y > margins.top + 16 && y < size.height;
    // Names of bit lines stand where cells are large.
    if (!isSeen || layout.cellWidth * camera.scale >= room.kernel / 8) return [];
    return [{ text: `macro ${one.macro}`, x, y: y - 1, along: 'column' }];
  });
}

/** Slots, and word lines within them where those are high enough. */
function rowNames(looked: Looked, placed: PlacedMacro): readonly NamePlace[] {
  const { array, camera, size, margins } = looked;
  const { wordLines, wordLinesOn } = array;
  const { scale } = camera;
  const hasLines = scale >= room.row;
  if (!hasLines && wordLinesOn * scale < room.slot) return [];
  const step = hasLines ? 1 : wordLinesOn;
  const [left] = toPixel(camera, size, placed.x, placed.y);
  const x = Math.max(left - 3, margins.left + 62);
  return Array.from({ length: Math.ceil(wordLines / step) }, (_, i) => i * step).flatMap(
    (row): readonly NamePlace[] => {
      const [, y] = toPixel(camera, size, 0, placed.y + row + (hasLines ? 0.5 : 0));
      const middle = hasLines ? y : y + 7;
      if (middle < margins.top + 20 || middle > size.height) return [];
      const slot = Math.floor(row / wordLinesOn);
      const text = hasLines ? `slot ${slot}, line ${row % wordLinesOn}` : `slot ${slot}`;
      return [
        {
          text: hasLines && row % wordLinesOn > 0 ? `line ${row % wordLinesOn}` : text,
          x,
          y: middle,
          along: 'row',
        },
      ];
    },
  );
}

/** Kernels, and the bits of their weights where those are wide enough. */
function columnNames(looked: Looked, placed: PlacedMacro): readonly NamePlace[] {
  const { array, layout, camera, size, margins } = looked;
  const held = heldBy(array, placed);
  const macro = held?.filling.macros.find((one) => one.macro === placed.macro);
  if (!held || !macro) return [];
  const width = layout.cellWidth * camera.scale;
  const names = array.layers[held.filling.layer]?.columnNames ?? [];
  const hasBits = width >= room.bit;
  if (!hasBits && width * names.length < room.kernel) return [];
  const [, top] = toPixel(camera, size, 0, placed.y);
  const y = Math.max(top - 2, margins.top + 15);
  const count = array.partitions * array.bitLinesPerPartition;
  return Array.from({ length: count }, (_, bitLine) => bitLine).flatMap(
    (bitLine): readonly NamePlace[] => {
      const { kernel, column } = cellPlace(array, held.filling, macro, { row: 0, bitLine });
      if (kernel === undefined || (!hasBits && column !== 0)) return [];
      const middle = placed.x + (bitLine + (hasBits ? 0.5 : names.length / 2)) * layout.cellWidth;
      const [x] = toPixel(camera, size, middle, 0);
      if (x < margins.left + 40 || x > size.width) return [];
      const bit = names[column ?? 0] ?? '';
      return [
        {
          text: hasBits && column !== 0 ? bit : hasBits ? `k${kernel} ${bit}` : `kernel ${kernel}`,
          x,
          y,
          along: 'column',
        },
      ];
    },
  );
}
