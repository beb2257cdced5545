// Where the entries of a legend go: side by side, in as many lines as the width asks for.

/** Symbols on the points of a line, by the names that Observable Plot has for them. */
export type LegendSymbol = 'circle' | 'square' | 'triangle' | 'diamond' | 'cross';

/** One entry of a legend. */
export interface LegendItem {
  readonly label: string;
  /** CSS colour, usually `var(--mars-series-1)`. */
  readonly color: string;
  /** What the mark looks like; `box` by default. */
  readonly mark?: 'box' | 'line' | 'dashes' | LegendSymbol;
}

/** A legend laid out. */
export interface LegendLayout {
  /** Pixels of all its lines. */
  readonly height: number;
  /** Left and middle of each entry, pixels. */
  readonly places: readonly { readonly x: number; readonly y: number }[];
}

/** Width of a letter at 12 px, on the wide side: the text is not there yet to be measured. */
const letterWidth = 6.8;
const lineHeight = 18;
/** Mark, gap behind it and gap to the next entry. */
const extraWidth = 16 + 14;

/** Pixels that `text` takes at most at 12 px. */
export const textWidth = (text: string): number => Math.ceil(text.length * letterWidth);

/** Lays entries out within `width` pixels. */
export function layOutLegend(items: readonly LegendItem[], width: number): LegendLayout {
  const places: { x: number; y: number }[] = [];
  let x = 0;
  let y = lineHeight / 2;
  for (const { label } of items) {
    const own = textWidth(label) + extraWidth;
    if (x > 0 && x + own > width) {
      x = 0;
      y += lineHeight;
    }
    places.push({ x, y });
    x += own;
  }
  return { height: items.length === 0 ? 0 : y + lineHeight / 2, places };
}
