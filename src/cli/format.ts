// Numbers and tables as a person reads them in a terminal.

import type { TableConstructorOptions } from 'cli-table3';

/** Three digits, or all of a larger number's whole digits; `unknown` for what is no number, such as 0 of 0. */
export function number(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  if (Number.isInteger(value) || value >= 1000) return String(Math.round(value));
  return value
    .toPrecision(3)
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '');
}

/** 12_345 as 12.3 k. */
export function count(value: number): string {
  if (value >= 1e9) return `${number(value / 1e9)} G`;
  if (value >= 1e6) return `${number(value / 1e6)} M`;
  return value >= 1e4 ? `${number(value / 1e3)} k` : number(value);
}

/** A share as percent; null is unknown, and so is 0 of 0. */
export const share = (value: number | null): string =>
  value === null || Number.isNaN(value) ? 'unknown' : `${(100 * value).toFixed(2)} %`;

/** Picojoules as nJ or µJ. */
export const energy = (picojoules: number): string =>
  picojoules >= 1e6 ? `${number(picojoules / 1e6)} µJ` : `${number(picojoules / 1e3)} nJ`;

const edges = ['top', 'bottom', 'left', 'right', 'mid'] as const;
const corners = ['mid', 'left', 'right'] as const;

/** A table without lines: columns two spaces apart, the first to the left, the others to the right. */
export const borderless = (columns: number): TableConstructorOptions => ({
  colAligns: ['left', ...Array.from({ length: columns - 1 }, () => 'right' as const)],
  chars: {
    ...Object.fromEntries(
      edges.flatMap((edge) => [[edge, ''], ...corners.map((corner) => [`${edge}-${corner}`, ''])]),
    ),
    middle: '  ',
  },
  style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [] },
});
