import { describe, expect, it } from 'vitest';
import type { PoolLayer } from '../../src/compress/compressed-network.ts';
import type { FeatureMap, Shape } from '../../src/core/feature-map.ts';
import { symmetricWindow, tilingWindow, wholeMap, type Window } from '../../src/core/window.ts';
import { pool } from '../../src/reference/pool.ts';
import { plainMaxPool, plainOutputSize, plainPool, roundedQuotient } from '../support/plain.ts';
import { type Draw, drawFrom } from '../../src/measure/draw.ts';
import { randomPoolWindow } from '../../src/measure/random-window.ts';
import { noise } from '../support/small-networks.ts';

const poolOf = (
  kind: PoolLayer['kind'],
  inputShape: Shape,
  window: Window,
  countIncludePad = false,
): PoolLayer => ({
  kind,
  name: 'pool',
  input: 'image',
  inputShape,
  outputShape: { ...plainOutputSize(window, inputShape), channels: inputShape.channels },
  window,
  countIncludePad,
});

interface Case {
  readonly inputShape: Shape;
  readonly input: FeatureMap;
  readonly window: Window;
  readonly draw: Draw;
}

/** Whole maps, windows side by side, that of a ResNet's first pool, and any. */
function randomCase(seed: number): Case {
  const draw = drawFrom(seed);
  const inputShape = { height: draw(3, 8), width: draw(3, 9), channels: draw(1, 5) };
  const windows = [
    wholeMap(inputShape),
    tilingWindow(draw(1, 3)),
    symmetricWindow(3, 3, { stride: 2, padding: 1 }),
  ];
  const window = windows[seed % 6] ?? randomPoolWindow(draw, inputShape);
  return { inputShape, input: noise(inputShape, 2, seed), window, draw };
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe('pool', () => {
  it('takes the largest value that a window sees inside the map', () => {
    for (const seed of seeds) {
      const { inputShape, input, window } = randomCase(seed);
      const { data, ...shape } = plainMaxPool(window, input);

      expect(pool(poolOf('maxPool', inputShape, window), input)).toEqual({
        ...shape,
        bits: 8,
        data: Uint8Array.from(data),
      });
    }
  });

  it('rounds the mean of a window to the nearest integer, halves up, with or without its padding', () => {
    for (const seed of seeds) {
      const { inputShape, input, window, draw } = randomCase(seed);
      const countIncludePad = draw(0, 1) === 0;
      const layer = poolOf('averagePool', inputShape, window, countIncludePad);

      const { data } = pool(layer, input);

      const expected = plainPool(window, input, (seen) => {
        const pixels = countIncludePad ? window.height * window.width : seen.length;
        const sum = seen.reduce((total, value) => total + value, 0);
        return Number(roundedQuotient(BigInt(sum), BigInt(pixels)));
      });
      expect([...data]).toEqual(Array.from(expected.data));
    }
  });

  it('rounds 2.5 to 3 and 2.25 to 2', () => {
    const inputShape = { height: 2, width: 2, channels: 2 };
    const layer = poolOf('averagePool', inputShape, wholeMap(inputShape));
    const data = Uint8Array.of(2, 2, 2, 2, 3, 2, 3, 3);

    expect([...pool(layer, { ...inputShape, images: 1, bits: 8, data }).data]).toEqual([3, 2]);
  });

  it('counts padding as zeros in a mean only where it is asked for', () => {
    const inputShape = { height: 1, width: 1, channels: 1 };
    const window = { ...symmetricWindow(2, 2), pads: [1, 1, 0, 0] as const };
    const input = { ...inputShape, images: 1, bits: 8, data: Uint8Array.of(200) };
    const mean = (countIncludePad: boolean): number =>
      pool(poolOf('averagePool', inputShape, window, countIncludePad), input).data[0]!;

    expect([mean(false), mean(true)]).toEqual([200, 50]);
  });
});
