import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gaussian,
  gaussians,
  lowbias32,
  pcg,
  randomWord,
  randomWords,
  shuffled,
  uniform,
} from '../../src/core/random.ts';
import { holds } from '../support/property.ts';

const word = fc.integer({ min: 0, max: 2 ** 32 - 1 });

/** The published PCG output function, in big integers modulo 2^32. */
function pcgExactly(input: number): number {
  const mask = 0xffffffffn;
  const state = (BigInt(input) * 747796405n + 2891336453n) & mask;
  const mixed = (((state >> ((state >> 28n) + 4n)) ^ state) * 277803737n) & mask;
  return Number((mixed >> 22n) ^ mixed);
}

/** The published hash, in big integers modulo 2^32. */
function lowbias32Exactly(input: number): number {
  const mask = 0xffffffffn;
  let x = BigInt(input);
  x ^= x >> 16n;
  x = (x * 0x7feb352dn) & mask;
  x ^= x >> 15n;
  x = (x * 0x846ca68bn) & mask;
  return Number(x ^ (x >> 16n));
}

describe('pcg', () => {
  it('is the published function on every word', () => {
    holds(
      fc.property(word, (input) => {
        expect(pcg(input)).toBe(pcgExactly(input));
      }),
      1000,
    );
  });

  it('takes no two of the first 100,000 words to the same word', () => {
    const seen = new Set(Array.from({ length: 100_000 }, (_, i) => pcg(i)));

    expect(seen.size).toBe(100_000);
  });
});

describe('lowbias32', () => {
  it('is the published function on every word', () => {
    holds(
      fc.property(word, (input) => {
        expect(lowbias32(input)).toBe(lowbias32Exactly(input));
      }),
      1000,
    );
  });

  it('flips every output bit in about half of the cases when an input bit flips', () => {
    const inputs = Array.from({ length: 4000 }, (_, i) => pcg(i));

    for (let from = 0; from < 32; from++) {
      const flips = new Array<number>(32).fill(0);
      for (const input of inputs) {
        const changed = lowbias32(input) ^ lowbias32((input ^ (1 << from)) >>> 0);
        for (let to = 0; to < 32; to++) flips[to]! += (changed >>> to) & 1;
      }
      // Of 1024 counts with deviation sqrt(4000 / 4) = 32 the largest lies within six.
      for (const count of flips) expect(Math.abs(count - 2000)).toBeLessThan(6 * 32);
    }
  });
});

describe('randomWords', () => {
  it('gives the words of randomWord', () => {
    holds(
      fc.property(word, word, word, (seed, stream, counter) => {
        expect(randomWords(seed, stream)(counter)).toBe(randomWord(seed, stream, counter));
      }),
    );
  });
});

describe('randomWord', () => {
  it('gives words of 32 bits', () => {
    holds(
      fc.property(word, word, word, (seed, stream, counter) => {
        const drawn = randomWord(seed, stream, counter);

        expect(Number.isInteger(drawn) && drawn >= 0 && drawn < 2 ** 32).toBe(true);
      }),
    );
  });

  it('does not depend on the order in which it is called', () => {
    const forwards = Array.from({ length: 50 }, (_, i) => randomWord(3, 4, i));
    const backwards = Array.from({ length: 50 }, (_, i) => randomWord(3, 4, 49 - i));

    expect(backwards.toReversed()).toEqual(forwards);
  });

  it('differs between seeds, streams and counters', () => {
    const draws = [0, 1, 2].flatMap((seed) =>
      [0, 1, 2].flatMap((stream) => [0, 1, 2].map((counter) => randomWord(seed, stream, counter))),
    );

    expect(new Set(draws).size).toBe(27);
  });
});

describe('uniform', () => {
  it('stays in [0, 1)', () => {
    holds(
      fc.property(word, word, (seed, counter) => {
        const drawn = uniform(seed, 0, counter);

        expect(drawn >= 0 && drawn < 1).toBe(true);
      }),
    );
  });

  it('falls into each tenth equally often', () => {
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) counts[Math.floor(10 * uniform(7, 1, i))]! += 1;

    // 10,000 draws at p = 1/10 have deviation sqrt(10000 * 0.1 * 0.9) = 30: five of them.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe('gaussian', () => {
  const count = 20_000;
  const draws = Array.from({ length: count }, (_, i) => gaussian(11, 2, i));
  const mean = draws.reduce((sum, x) => sum + x, 0) / count;

  it('has mean 0', () => {
    // The mean of n draws of deviation 1 has deviation 1 / sqrt(n): five of them.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(count));
  });

  it('has deviation 1', () => {
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / count;

    // The variance of n draws has deviation sqrt((kurtosis - 1) / n); twelve uniforms have kurtosis 3 - 0.1.
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(1.9 / count));
  });

  it('is symmetric: as many draws lie above 1 as below -1', () => {
    const above = draws.filter((x) => x > 1).length;
    const below = draws.filter((x) => x < -1).length;

    // Each count is binomial with p = 0.16, so the difference has deviation below sqrt(2 * n * 0.16) = 80.
    expect(Math.abs(above - below)).toBeLessThan(5 * 80);
    // Irwin-Hall of twelve is within 0.003 of the normal distribution, whose tail beyond 1 is 0.1587.
    expect(Math.abs(above / count - 0.1587)).toBeLessThan(0.003 + (5 * 52) / count);
  });

  it('never reaches 6', () => {
    holds(
      fc.property(word, word, (seed, counter) => {
        expect(Math.abs(gaussian(seed, 0, counter))).toBeLessThan(6);
      }),
    );
  });
});

describe('shuffled', () => {
  it('is an order of all integers below the count', () => {
    holds(
      fc.property(fc.integer({ min: 0, max: 200 }), word, (count, seed) => {
        const order = shuffled(count, seed, 1);

        expect([...order].toSorted((a, b) => a - b)).toEqual([...Array(count).keys()]);
      }),
    );
  });

  it('gives each order of three things equally often', () => {
    const counts = new Map<string, number>();
    for (let seed = 0; seed < 6000; seed++) {
      const order = shuffled(3, seed, 5).join('');
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }

    expect([...counts.keys()].toSorted()).toEqual(['012', '021', '102', '120', '201', '210']);
    // 6000 draws at p = 1/6 have deviation 28.9: five of them.
    for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(145);
  });
});

describe('gaussians', () => {
  it('are the draws of gaussian, whatever seed and stream', () => {
    holds(
      fc.property(word, word, (seed, stream) => {
        const one = Float32Array.from({ length: 20 }, (_, i) => 0.3 * gaussian(seed, stream, i));

        expect(gaussians(20, 0.3, seed, stream)).toEqual(one);
      }),
    );
  });
});
