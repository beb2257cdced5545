// What draws a macro array: WebGPU, or a 2D canvas where there is none. Both get the same scene and frames.

import type { MacroArray } from '../../../inspect/macro-array.ts';
import { type ArrayLayout, heldBy, type PlacedMacro } from './array-layout.ts';
import type { Camera, Size } from './camera.ts';
import {
  type Figure,
  figureRange,
  type FigureRange,
  figureValue,
  onScale,
} from './array-figures.ts';
import type { Theme } from './palette.ts';

/** What is drawn until the data change. */
export interface Scene {
  readonly array: MacroArray;
  readonly layout: ArrayLayout;
}

/** One picture. */
export interface Frame {
  readonly camera: Camera;
  /** CSS pixels. */
  readonly size: Size;
  /** Pixels of the canvas per CSS pixel. */
  readonly pixelRatio: number;
  readonly figure: Figure;
  readonly theme: Theme;
  /** Numbers in `ArrayLayout.macros`; -1: none. */
  readonly hovered: number;
  readonly chosen: number;
}

/** Draws on one canvas. Whoever makes it destroys it. */
export interface Painter {
  readonly kind: 'webgpu' | '2d';
  /** GPU buffers that it holds. */
  readonly liveBuffers: number;
  /** What it cannot draw, as a sentence; undefined: nothing. */
  readonly lacks: string | undefined;
  setScene(scene: Scene): void;
  draw(frame: Frame): void;
  destroy(): void;
}

/** The values of a placed macro on the colour scale in the order of {@link Figure}, `layer` left out; -1: not known. */
export function scaledValues(
  { array }: Scene,
  placed: PlacedMacro,
  ranges: Readonly<Record<ScaledFigure, FigureRange>>,
): readonly number[] {
  const held = heldBy(array, placed);
  const macro = held?.filling.macros.find((one) => one.macro === placed.macro);
  return scaledFigures.map((figure) =>
    held && macro ? onScale(figureValue(array, figure, { ...held, macro }), ranges[figure]) : -1,
  );
}

type ScaledFigure = Exclude<Figure, 'layer'>;
const scaledFigures: readonly ScaledFigure[] = [
  'density',
  'slots',
  'activity',
  'saturated',
  'error',
];

/** Ranges of all figures that have a scale. */
export const scaledRanges = (array: MacroArray): Readonly<Record<ScaledFigure, FigureRange>> => ({
  density: figureRange(array, 'density'),
  slots: figureRange(array, 'slots'),
  activity: figureRange(array, 'activity'),
  saturated: figureRange(array, 'saturated'),
  error: figureRange(array, 'error'),
});
