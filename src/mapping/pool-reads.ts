// What a pool reads from the memories of feature maps.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { windowsOver } from '../core/window.ts';

/**
 * Activations that a pool reads for one image. The whole map passes through the pool once; where windows overlap, a pixel
 * is read again for every further window that sees it, because a pool keeps no rows.
 */
export function poolReads({ window, inputShape }: PoolLayer): number {
  const { rows, columns } = windowsOver(window, inputShape);
  let pixels = 0;
  for (const row of rows) for (const column of columns) pixels += Math.max(1, row * column);
  return pixels * inputShape.channels;
}
