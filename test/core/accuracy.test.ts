import { describe, expect, it } from 'vitest';
import { accuracy, binomialInterval } from '../../src/core/accuracy.ts';

describe('accuracy', () => {
  it('is the share of images whose largest output is their label', () => {
    const outputs = Int32Array.of(1, 5, 2, 9, -1, 0, 0, 0, 3, -7, -2, -3);

    expect(accuracy(outputs, Uint8Array.of(1, 0, 2, 2), 3)).toBe(3 / 4);
  });
});

describe('the 95 % interval of a proportion', () => {
  // Newcombe, Statist. Med. 17 (1998) 857, table I, method 3.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('of %i in %i is %d to %d', (successes, trials, low, high) => {
    const [from, to] = binomialInterval(successes / trials, trials)!;

    expect(from).toBeCloseTo(low, 4);
    expect(to).toBeCloseTo(high, 4);
  });

  it('is the same seen from the failures', () => {
    const [from, to] = binomialInterval(0.3, 50)!;
    const [low, high] = binomialInterval(0.7, 50)!;

    expect([1 - high, 1 - low].map((x) => x.toFixed(12))).toEqual(
      [from, to].map((x) => x.toFixed(12)),
    );
  });

  it('is none without trials', () => {
    expect(binomialInterval(0, 0)).toBeUndefined();
  });
});
