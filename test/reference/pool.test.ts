import { describe, expect, it } from 'vitest';
import type { PoolLayer } from '../../src/compress/compressed-network.ts';
import { pool } from '../../src/reference/pool.ts';
import { plainChannelSums, plainMaxPool, roundedQuotient } from '../support/plain.ts';
import { drawFrom } from '../support/random-program.ts';
import { noise } from '../support/small-networks.ts';

describe('pool', () => {
  it('takes the largest of windows that do not overlap and drops pixels that fill none', () => {
    for (let seed = 0; seed < 20; seed++) {
      const draw = drawFrom(seed);
      const size = draw(1, 3);
      const inputShape = { height: draw(size, 7), width: draw(size, 7), channels: draw(1, 5) };
      const input = noise(inputShape, 2, seed);
      const expected = plainMaxPool(size, input);
      const { height, width } = expected;
      const layer: PoolLayer = {
        kind: 'maxPool',
        name: 'pool',
        input: 'image',
        inputShape,
        outputShape: { height, width, channels: inputShape.channels },
        size,
      };

      expect(pool(layer, input)).toEqual({
        images: 2,
        height,
        width,
        channels: inputShape.channels,
        bits: 8,
        data: Uint8Array.from(expected.data),
      });
    }
  });

  it('rounds the mean of the whole map to the nearest integer, halves up', () => {
    for (let seed = 0; seed < 20; seed++) {
      const draw = drawFrom(seed);
      const inputShape = { height: draw(1, 5), width: draw(1, 4), channels: draw(1, 5) };
      const input = noise(inputShape, 2, seed);
      const layer: PoolLayer = {
        kind: 'averagePool',
        name: 'mean',
        input: 'image',
        inputShape,
        outputShape: { height: 1, width: 1, channels: inputShape.channels },
        size: 0,
      };

      const { data } = pool(layer, input);

      const pixels = BigInt(inputShape.height * inputShape.width);
      const exact = Array.from(plainChannelSums(input).data, (sum) =>
        Number(roundedQuotient(BigInt(sum), pixels)),
      );
      expect([...data]).toEqual(exact);
    }
  });

  it('rounds 2.5 to 3 and 2.25 to 2', () => {
    const inputShape = { height: 2, width: 2, channels: 2 };
    const layer: PoolLayer = {
      kind: 'averagePool',
      name: 'mean',
      input: 'image',
      inputShape,
      outputShape: { height: 1, width: 1, channels: 2 },
      size: 0,
    };
    const data = Uint8Array.of(2, 2, 2, 2, 3, 2, 3, 3);

    expect([...pool(layer, { ...inputShape, images: 1, bits: 8, data }).data]).toEqual([3, 2]);
  });
});
