// Sliding windows over feature maps: which input pixels an output pixel sees.

import type { Shape } from './feature-map.ts';

/** A window that moves over a map. */
export interface Window {
  readonly height: number;
  readonly width: number;
  readonly stride: number;
  /** Zero pixels around the map, on every side. */
  readonly padding: number;
}

/** A window of one pixel. */
export const onePixel: Window = { height: 1, width: 1, stride: 1, padding: 0 };

/**
 * Calls `visit` for each window position whose input pixel lies inside the map.
 * @param position number of the position in the window, row by row
 * @param pixel number of the input pixel in its image, row by row
 */
export function forEachInside(
  window: Window,
  map: Pick<Shape, 'height' | 'width'>,
  output: { readonly y: number; readonly x: number },
  visit: (position: number, pixel: number) => void,
): void {
  const top = output.y * window.stride - window.padding;
  const left = output.x * window.stride - window.padding;
  for (let dy = Math.max(0, -top); dy < window.height && top + dy < map.height; dy++)
    for (let dx = Math.max(0, -left); dx < window.width && left + dx < map.width; dx++)
      visit(dy * window.width + dx, (top + dy) * map.width + left + dx);
}
