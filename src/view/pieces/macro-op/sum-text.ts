// Sums on bit lines, and what comes of them, as text.

import { formatWhole, withMinus } from '../../../core/number-text.ts';

const format = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** With at most two decimals and a true minus sign: `1,234`, `−3.5`. */
export const sumText = (value: number): string =>
  Math.abs(value) < 0.005 ? '0' : withMinus(format.format(value));

/** `16k` for 16384: shifts are powers of two. */
export const shiftText = (shift: number): string =>
  Math.abs(shift) >= 1024 ? `${formatWhole(shift / 1024)}k` : formatWhole(shift);
