// Sums of a macro-op read the same in the panel, in the steps and in their words.

import { expect, it } from 'vitest';
import { shiftText, sumText } from '../../../src/view/pieces/macro-op/sum-text.ts';

it.each([
  [0, '0'],
  [-0.001, '0'],
  [12, '12'],
  [3.5, '3.5'],
  [-3.456, '−3.46'],
  [-12345, '−12,345'],
])('writes %d as %s', (value, text) => {
  expect(sumText(value)).toBe(text);
});

it.each([
  [2, '2'],
  [-128, '−128'],
  [-16384, '−16k'],
])('writes a shift of %d as %s', (value, text) => {
  expect(shiftText(value)).toBe(text);
});
