// What pools have in common: windows that see a map.

import { CimError } from '../../core/errors.ts';
import type { FloatMap, Shape } from '../../core/feature-map.ts';
import { forEachInside, outputSize, poolFault, type Window } from '../../core/window.ts';

/**
 * The shape of a pool's output.
 * @throws {CimError} (network) with `where`, when a window does not see the map
 */
export function poolShape(window: Window, input: Shape, where: readonly string[]): Shape {
  const what = poolFault(window, input);
  if (what !== undefined) throw new CimError('network', { what, where });
  return { ...outputSize(window, input), channels: input.channels };
}

/** Calls `visit` for every input pixel that a window of an output pixel sees, with the places of their first channels. */
export function forEachSeen(
  window: Window,
  input: FloatMap,
  output: FloatMap,
  visit: (from: number, to: number) => void,
): void {
  let to = 0;
  for (let image = 0; image < output.images; image++)
    for (let y = 0; y < output.height; y++)
      for (let x = 0; x < output.width; x++) {
        forEachInside(window, input, { y, x }, (_, pixel) => {
          visit((image * input.height * input.width + pixel) * input.channels, to);
        });
        to += output.channels;
      }
}
