import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  gaussian,
  gaussians,
  pcg,
  randomWord,
  randomWords,
  shuffled,
  uniform,
  xorshift32,
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

/** The published sequence, in big integers modulo 2^32. */
function xorshiftExactly(input: number): number {
  const mask = 0xffffffffn;
  let x = BigInt(input);
  x ^= (x << 13n) & mask;
  x ^= x >> 17n;
  x ^= (x << 5n) & mask;
  return Number(x);
}

/** Rank of a matrix over two elements; a row is a word. */
function rank(rows: readonly number[]): number {
  let left = rows.slice();
  let found = 0;
  for (let bit = 0; bit < 32; bit++) {
    const pivot = left.find((row) => (row >>> bit) & 1);
    if (pivot === undefined) continue;
    found++;
    left = left
      .filter((row) => row !== pivot)
      .map((row) => ((row >>> bit) & 1 ? row ^ pivot : row));
  }
  return found;
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

describe('xorshift32', () => {
  it('is the published sequence from every word', () => {
    holds(
      fc.property(word, (input) => {
        expect(xorshift32(input)).toBe(xorshiftExactly(input));
      }),
      1000,
    );
  });

  it('gives every two halves of 16 words in a row twelve upper bits that are independent', () => {
    // Every bit of every word is a sum of bits of the state. Bits are independent, for a state of independent bits,
    // exactly if no sum of them is 0: if the matrix of what they are sums of has full rank.
    let states = Array.from({ length: 32 }, (_, bit) => (1 << bit) >>> 0);
    const halves: number[][] = [];
    for (let i = 0; i < 16; i++) {
      states = states.map(xorshift32);
      const sumOf = (bit: number): number =>
        states.reduce((sum, state, from) => sum | (((state >>> bit) & 1) << from), 0) >>> 0;
      for (const half of [0, 16])
        halves.push(Array.from({ length: 12 }, (_, bit) => sumOf(half + 4 + bit)));
    }

    for (let a = 0; a < halves.length; a++)
      for (let b = a + 1; b < halves.length; b++)
        expect(rank([...halves[a]!, ...halves[b]!])).toBe(24);
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
