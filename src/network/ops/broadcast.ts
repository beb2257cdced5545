// Arrays that stand for a whole map: where such an array has one row, column or channel, that one stands for all.

import { CimError } from '../../core/errors.ts';
import { activationsPerImage, type Shape, shapeText } from '../../core/feature-map.ts';

/** Shape of such an array: each of its sizes is 1, or the map's. */
export type Broadcast = Shape;

/**
 * Checks that an array of shape `small` can stand for a map.
 * @throws {CimError} (network) with `where`
 */
export function checkBroadcast(small: Broadcast, map: Shape, where: readonly string[]): void {
  const fits = (['height', 'width', 'channels'] as const).every(
    (side) => small[side] === 1 || small[side] === map[side],
  );
  if (!fits)
    throw new CimError('network', {
      what: `has values for ${shapeText(small)}, but its input is ${shapeText(map)}`,
      where,
    });
}

/** For each value of an image, order (y, x, channel), the place in the array that stands for it. */
export function indexOver(small: Broadcast, map: Shape): Uint32Array {
  const index = new Uint32Array(activationsPerImage(map));
  const step = {
    y: small.height === 1 ? 0 : small.width * small.channels,
    x: small.width === 1 ? 0 : small.channels,
    c: small.channels === 1 ? 0 : 1,
  };
  let i = 0;
  for (let y = 0; y < map.height; y++)
    for (let x = 0; x < map.width; x++)
      for (let c = 0; c < map.channels; c++) index[i++] = y * step.y + x * step.x + c * step.c;
  return index;
}
