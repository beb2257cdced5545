// Random windows that fit a map: strides, pads and dilations of their own in each direction.

import { poolFault, symmetricWindow, type Window, windowFault } from '../core/window.ts';
import { type Size } from '../core/feature-map.ts';
import type { Draw } from './draw.ts';

/** A window of a convolution over `map`: up to 3 x 4 positions, strides 1 ... 3, pads 0 ... 3, dilations 1 ... 3. */
export const randomWindow = (draw: Draw, map: Size): Window =>
  firstWithout(draw, (window) => windowFault(window, map));

/** As {@link randomWindow}, of a pool. */
export const randomPoolWindow = (draw: Draw, map: Size): Window =>
  firstWithout(draw, (window) => poolFault(window, map));

function firstWithout(draw: Draw, fault: (window: Window) => string | undefined): Window {
  for (let attempt = 0; attempt < 50; attempt++) {
    const pad = (): number => draw(0, 3);
    const window: Window = {
      height: draw(1, 3),
      width: draw(1, 4),
      strides: [draw(1, 3), draw(1, 3)],
      pads: [pad(), pad(), pad(), pad()],
      dilations: [draw(1, 3), draw(1, 3)],
    };
    if (fault(window) === undefined) return window;
  }
  return symmetricWindow(1, 1);
}
