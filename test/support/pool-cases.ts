// Pools over random maps, for comparing backends.

import type { PoolLayer } from '../../src/compress/compressed-network.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { symmetricWindow, tilingWindow, type Window } from '../../src/core/window.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { plainOutputSize } from './plain.ts';
import { randomPoolWindow } from '../../src/measure/random-window.ts';
import { noise } from './small-networks.ts';

/** A pool with a map that fits it. */
export interface PoolCase {
  readonly title: string;
  readonly layer: PoolLayer;
  readonly input: FeatureMap;
}

/** A pool over a random map, with a random window unless one is given. */
function poolCase(seed: number, kindOfPool: PoolLayer['kind'], window?: Window): PoolCase {
  const draw = drawFrom(seed);
  const inputShape = { height: draw(3, 9), width: draw(3, 9), channels: draw(1, 9) };
  const own = window ?? randomPoolWindow(draw, inputShape);
  const countIncludePad = draw(0, 1) === 0;
  return {
    title: `${kindOfPool} over windows ${JSON.stringify(own)}${countIncludePad ? ' with padding' : ''}`,
    layer: {
      kind: kindOfPool,
      name: 'pool',
      input: 'image',
      inputShape,
      outputShape: { ...plainOutputSize(own, inputShape), channels: inputShape.channels },
      window: own,
      countIncludePad,
    },
    input: noise(inputShape, 3, seed),
  };
}

const kindsOfPool = ['maxPool', 'averagePool'] as const;
/** Pools of both kinds. */
export const poolCases: readonly PoolCase[] = kindsOfPool.flatMap((kindOfPool) => [
  poolCase(1, kindOfPool, tilingWindow(2)),
  // As behind the first layer of a ResNet for large images.
  poolCase(2, kindOfPool, symmetricWindow(3, 3, { stride: 2, padding: 1 })),
  ...Array.from({ length: 12 }, (_, i) => poolCase(10 + i, kindOfPool)),
]);
