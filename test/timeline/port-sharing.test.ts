import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShares, streamRates } from '../../src/timeline/port-sharing.ts';

describe('fairShares', () => {
  it('gives everyone what they ask while there is enough', () => {
    expect(fairShares([1, 2, 0], 3)).toEqual([1, 2, 0]);
  });

  it('serves small demands in full and splits the rest evenly', () => {
    expect(fairShares([5, 1, 5], 7)).toEqual([3, 1, 3]);
  });

  it('never gives more than was asked or than there is, and wastes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 100 }),
        (demands, capacity) => {
          const shares = fairShares(demands, capacity);
          const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);

          shares.forEach((share, i) => expect(share).toBeLessThanOrEqual(demands[i]!));
          // Sums of at most eight shares of whole numbers: 1e-9 is far above their rounding and far below one word.
          expect(sum(shares)).toBeCloseTo(Math.min(capacity, sum(demands)), 9);
        },
      ),
    );
  });
});

describe('streamRates', () => {
  it('slows streams down to the scarcer of the two ports', () => {
    const stream = { fullRate: 1, reads: 1, writes: 0.5 };

    expect(streamRates([stream, stream], { read: 2, write: 2 })).toEqual([1, 1]);
    expect(streamRates([stream, stream], { read: 1, write: 2 })).toEqual([0.5, 0.5]);
    expect(streamRates([stream, stream], { read: 2, write: 0.5 })).toEqual([0.5, 0.5]);
  });
});
