import { describe, expect, it } from 'vitest';
import { cellText } from '../../../../src/view/pieces/figure/figure-data.ts';

describe('a cell of a table', () => {
  it.each([
    [null, ''],
    ['bank 0', 'bank 0'],
    [1_234_567, '1,234,567'],
    [0.123456789, '0.123457'],
    [2187.6543219, '2187.65'],
  ])('shows %j as "%s"', (value, text) => {
    expect(cellText(value)).toBe(text);
  });
});
