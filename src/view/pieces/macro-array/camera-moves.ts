// Moves of the camera that keep a macro in sight.

import type { Rect } from './array-layout.ts';
import {
  type Camera,
  type Margins,
  panBy,
  type Size,
  toPixel,
  toWorld,
  zoomAbout,
} from './camera.ts';

/** How long a glide takes. */
export const animationMs = 220;

/** The pixel in the middle of what labels leave free. */
export const freeMiddle = (size: Size, { left, top }: Margins): readonly [number, number] => [
  (size.width + left) / 2,
  (size.height + top) / 2,
];

/** What is seen, and what of the picture labels take. */
export interface Sight {
  readonly camera: Camera;
  readonly size: Size;
  readonly margins: Margins;
}

/** Enlarged about the middle, with some of `rect` there: whoever zooms by keys or buttons never ends in a gap. */
export function zoomOnto(
  { camera, size, margins }: Sight,
  rect: Rect | undefined,
  factor: number,
): Camera {
  const middle = freeMiddle(size, margins);
  if (!rect) return zoomAbout(camera, size, middle, factor);
  const [x, y] = toWorld(camera, size, ...middle);
  const within = (value: number, from: number, length: number): number =>
    Math.min(from + 0.9 * length, Math.max(from + 0.1 * length, value));
  const moved = {
    ...camera,
    x: camera.x + within(x, rect.x, rect.width) - x,
    y: camera.y + within(y, rect.y, rect.height) - y,
  };
  return zoomAbout(moved, size, middle, factor);
}

/** Moved so that the middle of `rect` is in the middle; undefined where it is seen already. */
export function bringIntoSight({ camera, size, margins }: Sight, rect: Rect): Camera | undefined {
  const [x, y] = toPixel(camera, size, rect.x + rect.width / 2, rect.y + rect.height / 2);
  if (x > margins.left && y > margins.top && x < size.width && y < size.height) return undefined;
  const [middleX, middleY] = freeMiddle(size, margins);
  return panBy(camera, middleX - x, middleY - y);
}
