// Sums on bit lines, and what comes of them, as text.

const format = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** With at most two decimals and a true minus sign: `1,234`, `−3.5`. */
export const sumText = (value: number): string =>
  (Math.abs(value) < 0.005 ? '0' : format.format(value)).replace('-', '−');
