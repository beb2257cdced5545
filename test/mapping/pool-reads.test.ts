import { describe, expect, it } from 'vitest';
import type { PoolLayer } from '../../src/compress/compressed-network.ts';
import { symmetricWindow, tilingWindow, wholeMap, type Window } from '../../src/core/window.ts';
import { poolReads } from '../../src/mapping/pool-reads.ts';
import { plainOutputSize } from '../support/plain.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { randomPoolWindow } from '../../src/measure/random-window.ts';

const inputShape = { height: 7, width: 9, channels: 4 };
const poolOf = (window: Window): PoolLayer => ({
  kind: 'maxPool',
  name: 'pool',
  input: 'image',
  inputShape,
  outputShape: { ...plainOutputSize(window, inputShape), channels: 4 },
  window,
  countIncludePad: false,
});

describe('poolReads', () => {
  it('counts every activation once where windows do not overlap', () => {
    for (const window of [tilingWindow(2), tilingWindow(3), wholeMap(inputShape)])
      expect(poolReads(poolOf(window))).toBe(7 * 9 * 4);
  });

  it('counts an activation once for each window that sees it', () => {
    // Rows 1, 3 and 5 lie in two windows, as do columns 1, 3, 5 and 7: 10 rows and 13 columns in all.
    const window = symmetricWindow(3, 3, { stride: 2, padding: 1 });

    expect(poolReads(poolOf(window))).toBe(10 * 13 * 4);
  });

  it('is the sum over pixels of the windows that see them, but one at least', () => {
    for (let seed = 0; seed < 40; seed++) {
      const window = randomPoolWindow(drawFrom(seed), inputShape);
      const { height, width, strides, pads, dilations } = window;
      const output = plainOutputSize(window, inputShape);
      const seen = Array.from({ length: 7 * 9 }, () => 0);
      for (let y = 0; y < output.height; y++)
        for (let x = 0; x < output.width; x++)
          for (let r = 0; r < height; r++)
            for (let s = 0; s < width; s++) {
              const inY = y * strides[0] + r * dilations[0] - pads[0];
              const inX = x * strides[1] + s * dilations[1] - pads[1];
              if (inY >= 0 && inX >= 0 && inY < 7 && inX < 9) seen[inY * 9 + inX]! += 1;
            }

      const reads = seen.reduce((sum, count) => sum + Math.max(1, count), 0);
      expect(poolReads(poolOf(window))).toBe(4 * reads);
    }
  });
});
