// Names of layers and cores beside the picture. They keep their size and stay in sight while their part of it is.

import type { MacroArray } from '../../../inspect/macro-array.ts';
import type { ArrayLayout, Section } from './array-layout.ts';
import { type Camera, type Margins, type Size, toPixel } from './camera.ts';
import { make } from '../../ui/dom.ts';

/** Labels of one picture. */
export interface Labels {
  /** Left of each column of layers a strip with their names; at the top one with the cores. */
  readonly element: HTMLElement;
  setScene(array: MacroArray, layout: ArrayLayout): void;
  move(camera: Camera, size: Size, margins: Margins): void;
}

/** Height of a layer's label and width of a core's, CSS pixels. */
const labelHeight = 16;
const labelWidth = 46;

/** Labels of one column of layers. */
interface ColumnLabels {
  readonly strip: HTMLElement;
  readonly sections: readonly Section[];
  readonly layers: readonly HTMLElement[];
  readonly panels: ArrayLayout['panels'];
  readonly cores: readonly HTMLElement[];
}

/** Labels for a macro array. */
export function makeLabels(): Labels {
  const element = make('div', 'macro-array-labels');
  // The table says the same to those who cannot see the picture.
  element.ariaHidden = 'true';
  let columns: readonly ColumnLabels[] = [];
  return {
    element,
    setScene: (array, layout) => {
      columns = Array.from({ length: layout.columns }, (_, n) => columnLabels(array, layout, n));
      const cores = make('div', 'macro-array-cores', ...columns.flatMap((one) => one.cores));
      element.replaceChildren(cores, ...columns.map(({ strip }) => strip));
    },
    move: (camera, size, margins) => {
      let free = 0;
      for (const column of columns) {
        moveLayers(column, camera, size, margins);
        free = moveCores(column, camera, size, free);
      }
    },
  };
}

function columnLabels(array: MacroArray, layout: ArrayLayout, column: number): ColumnLabels {
  const sections = layout.sections.filter((one) => one.column === column);
  const layers = sections.map(({ layer }) => make('span', '', array.layers[layer]?.name ?? ''));
  return {
    strip: make('div', 'macro-array-layers', ...layers),
    sections,
    layers,
    panels: layout.panels.filter(({ layer }) => layer === sections[0]?.layer),
    cores: Array.from({ length: array.cores }, (_, core) => make('span', '', `core ${core}`)),
  };
}

function moveLayers(
  { strip, sections, layers }: ColumnLabels,
  camera: Camera,
  size: Size,
  margins: Margins,
): void {
  const [first] = sections;
  if (!first) return;
  const left = toPixel(camera, size, first.x, 0)[0];
  const right = toPixel(camera, size, first.x + first.width, 0)[0];
  strip.hidden = right < 0 || left - margins.left > size.width;
  strip.style.transform = `translateX(${Math.round(Math.max(0, left - margins.left))}px)`;
  const below = (y: number): number => toPixel(camera, size, 0, y)[1];
  const rows = sections.map(({ y, height }) => [below(y), below(y + height)] as const);
  spread(layers, rows, { low: margins.top, high: size.height, extent: labelHeight, axis: 'Y' });
}

/** Gives the place up to which the strip is taken. */
function moveCores(
  { panels, cores }: ColumnLabels,
  camera: Camera,
  size: Size,
  free: number,
): number {
  const across = (x: number): number => toPixel(camera, size, x, 0)[0];
  const stretches = panels.map(({ x, width }) => [across(x), across(x + width)] as const);
  return spread(cores, stretches, { low: free, high: size.width, extent: labelWidth, axis: 'X' });
}

interface Strip {
  readonly low: number;
  readonly high: number;
  /** Of a label along the strip. */
  readonly extent: number;
  readonly axis: 'X' | 'Y';
}

/** Puts each label into the middle of what is seen of its stretch; hides those that would lie on another. */
function spread(
  labels: readonly HTMLElement[],
  stretches: readonly (readonly [number, number])[],
  { low, high, extent, axis }: Strip,
): number {
  let free = low - extent / 2;
  labels.forEach((label, number) => {
    const [from, to] = stretches[number] ?? [0, 0];
    const seenFrom = Math.max(from, low);
    const seenTo = Math.min(to, high);
    const at = Math.min((seenFrom + seenTo - extent) / 2, high - extent);
    const isShown = seenTo > seenFrom && at >= free;
    label.hidden = !isShown;
    if (!isShown) return;
    free = at + extent;
    label.style.transform = `translate${axis}(${Math.round(at)}px)`;
  });
  return Math.max(low, free);
}
