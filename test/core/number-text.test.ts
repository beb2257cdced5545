import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatEnergy,
  formatNumber,
  formatRareShare,
  formatRatio,
  formatShare,
  formatDuration,
  formatTime,
  formatWhole,
  withTimes,
} from '../../src/core/number-text.ts';

describe('numbers in page and report', () => {
  it.each([
    [0, '0 s'],
    [3.14, '3.1 s'],
    [99, '99 s'],
    [100, '2 min'],
    [5999, '100 min'],
    [6000, '1.67 h'],
    [1e6, '278 h'],
  ])('has %d seconds as %s where a person waits for them', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [0, '0 pJ'],
    [12.34, '12.3 pJ'],
    [999, '999 pJ'],
    [999.7, '1 nJ'],
    [1234.5, '1.23 nJ'],
    [18_700_000, '18.7 µJ'],
    [2.5e9, '2.5 mJ'],
  ])('show %d pJ as %s', (picojoules, text) => {
    expect(formatEnergy(picojoules)).toBe(text);
  });

  it.each([
    [10, '10 ns'],
    [999.6, '1 µs'],
    [34_050, '34.1 µs'],
    [1_285_100, '1.29 ms'],
    [3e9, '3 s'],
  ])('show %d ns as %s', (nanoseconds, text) => {
    expect(formatTime(nanoseconds)).toBe(text);
  });

  it.each([
    [0, '0'],
    [-2500, '−2.5 k'],
    [777.6, '778'],
    [12_345, '12.3 k'],
    [999_999, '1 M'],
    [4_560_000_000, '4.56 G'],
  ])('show a count of %d as %s', (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [8, '1 B'],
    [8 * 10_239, '10,239 B'],
    [8 * 10_240, '10 KB'],
    [8 * 65_808, '64.3 KB'],
    [8 * 9999 * 1024, '9,999 KB'],
    [8 * 10_000 * 1024, '9.77 MB'],
    [8 * 90.25 * 2 ** 20, '90.3 MB'],
    [8 * 2 ** 31, '2,048 MB'],
  ])('show %d bits as %s', (bits, text) => {
    expect(formatBytes(bits)).toBe(text);
  });

  it('never show a rare share as 0', () => {
    expect([0, 1e-9, 0.0001, 0.191].map(formatRareShare)).toEqual([
      'none',
      'below 0.01 %',
      '0.01 %',
      '19.10 %',
    ]);
  });

  it('keep every digit of a whole number, in threes', () => {
    expect(formatWhole(1_234_567)).toBe('1,234,567');
    expect(formatWhole(-12_345)).toBe('−12,345');
    expect(formatWhole(-963)).toBe('−963');
  });

  it('have the sign of products in sizes, and leave other letters', () => {
    expect(withTimes('14x14x16, a 24 x 8 multiplier, 0.5x, max 3')).toBe(
      '14 × 14 × 16, a 24 × 8 multiplier, 0.5x, max 3',
    );
  });

  it('show shares, ratios and plain numbers', () => {
    expect(formatShare(0.98765)).toBe('98.77 %');
    expect(formatShare(null)).toBe('unknown');
    expect(formatShare(0 / 0)).toBe('unknown');
    expect(formatRatio(5.6379)).toBe('5.64 ×');
    expect(formatNumber(0.05)).toBe('0.05');
    expect(formatNumber(999.4)).toBe('999');
    expect(formatNumber(1234.5)).toBe('1,235');
    expect([formatNumber(0), formatNumber(1 / 0), formatNumber(0 / 0)]).toEqual([
      '0',
      'unknown',
      'unknown',
    ]);
  });
});
