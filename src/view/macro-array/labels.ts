// Names of layers and cores beside the picture. They keep their size and stay in sight while their part of it is.

import type { MacroArray } from '../../inspect/macro-array.ts';
import type { ArrayLayout } from './array-layout.ts';
import { type Camera, type Margins, type Size, toPixel } from './camera.ts';
import { make } from './dom.ts';

/** Labels of one picture. */
export interface Labels {
  /** Two strips: left for layers, top for cores. */
  readonly elements: readonly HTMLElement[];
  setScene(array: MacroArray, layout: ArrayLayout): void;
  move(camera: Camera, size: Size, margins: Margins): void;
}

/** Height of a layer's label and width of a core's, CSS pixels. */
const labelHeight = 16;
const labelWidth = 46;

/** Labels for a macro array. */
export function makeLabels(): Labels {
  const layerStrip = make('div', 'macro-array-layers');
  const coreStrip = make('div', 'macro-array-cores');
  // The table says the same to those who cannot see the picture.
  layerStrip.ariaHidden = coreStrip.ariaHidden = 'true';
  let layout: ArrayLayout | undefined;
  let layers: readonly HTMLElement[] = [];
  let cores: readonly HTMLElement[] = [];
  return {
    elements: [layerStrip, coreStrip],
    setScene: (array, next) => {
      layout = next;
      layers = array.layers.map(({ name }) => make('span', '', name));
      cores = Array.from({ length: array.cores }, (_, core) => make('span', '', `core ${core}`));
      layerStrip.replaceChildren(...layers);
      coreStrip.replaceChildren(...cores);
    },
    move: (camera, size, margins) => {
      if (!layout) return;
      const below = (y: number): number => toPixel(camera, size, 0, y)[1];
      const rows = layout.sections.map(({ y, height }) => [below(y), below(y + height)] as const);
      spread(layers, rows, { low: margins.top, high: size.height, extent: labelHeight, axis: 'Y' });
      const across = (x: number): number => toPixel(camera, size, x, 0)[0];
      const columns = cores.map((_, core) => {
        const panel = layout?.panels.find((one) => one.core === core);
        return panel
          ? ([across(panel.x), across(panel.x + panel.width)] as const)
          : ([0, 0] as const);
      });
      spread(cores, columns, {
        low: margins.left,
        high: size.width,
        extent: labelWidth,
        axis: 'X',
      });
    },
  };
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
): void {
  let free = -Infinity;
  labels.forEach((label, number) => {
    const [from, to] = stretches[number] ?? [0, 0];
    const seenFrom = Math.max(from, low);
    const seenTo = Math.min(to, high);
    const at = Math.min((seenFrom + seenTo - extent) / 2, high - extent);
    const isShown = seenTo > seenFrom && at >= free && at >= low - extent / 2;
    label.hidden = !isShown;
    if (!isShown) return;
    free = at + extent;
    label.style.transform = `translate${axis}(${Math.round(at)}px)`;
  });
}
