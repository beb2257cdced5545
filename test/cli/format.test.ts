import { describe, expect, it } from 'vitest';
import { bytes } from '../../src/cli/format.ts';

describe('bytes', () => {
  it.each([
    [8, '1 B'],
    [8 * 10_239, '10239 B'],
    [8 * 10_240, '10 KB'],
    [8 * 65_808, '64.3 KB'],
    [8 * 9999 * 1024, '9999 KB'],
    [8 * 10_000 * 1024, '9.77 MB'],
    [8 * 90.25 * 2 ** 20, '90.3 MB'],
    [8 * 2 ** 31, '2048 MB'],
  ])('shows %d bits as %s', (bits, text) => {
    expect(bytes(bits)).toBe(text);
  });
});
