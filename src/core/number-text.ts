// Numbers as a person reads them, in terminal, page and errors: three significant digits and a unit that fits.

/** A unit's name and how many of the smallest unit it is. */
type Unit = readonly [size: number, name: string];

const energyUnits: readonly Unit[] = [
  [1e9, 'mJ'],
  [1e6, 'µJ'],
  [1e3, 'nJ'],
  [1, 'pJ'],
];
const timeUnits: readonly Unit[] = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
];
const countUnits: readonly Unit[] = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e3, 'k'],
  [1, ''],
];

/**
 * Three significant digits without trailing zeros, from 1000 on all digits of the whole part: `12.3`, `−0.05`, `1,230`.
 * `unknown` for what is no number, such as 0 of 0.
 */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return 'unknown';
  return Math.abs(value) >= 1000
    ? formatWhole(value)
    : withMinus(String(Number(value.toPrecision(3))));
}

/** All digits of a whole number, in threes, with a true minus sign: `1,234,567`, `−963`. */
export const formatWhole = (value: number): string => withMinus(inThrees.format(value));

const inThrees = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

/** The text of a number with a true minus sign in place of a hyphen. */
export const withMinus = (text: string): string => text.replace(/^-/, '−');

/** A text whose sizes, such as `32x32`, have the sign of products: `32 × 32`. */
export const withTimes = (text: string): string => text.replaceAll(/(\d) ?x ?(?=\d)/g, '$1 × ');

/** `12.3 k`, `4.56 M`; below 1000 as it is. */
export const formatCount = (value: number): string => scaled(value, countUnits);

/** Picojoules as pJ, nJ, µJ or mJ. */
export const formatEnergy = (picojoules: number): string => scaled(picojoules, energyUnits);

/** Nanoseconds as ns, µs, ms or s. */
export const formatTime = (nanoseconds: number): string => scaled(nanoseconds, timeUnits);

/** A share as percent with two decimals; `unknown` where there is none: null, or 0 of 0. */
export const formatShare = (share: number | null): string =>
  share === null || Number.isNaN(share) ? 'unknown' : `${(100 * share).toFixed(2)} %`;

/** As {@link formatShare}, but what is not 0 is never shown as 0: `none`, `below 0.01 %`, `3.20 %`. */
export function formatRareShare(share: number): string {
  if (share === 0) return 'none';
  return share < 1e-4 ? 'below 0.01 %' : formatShare(share);
}

/** Bits as bytes, KB or, from 10,000 KB on, MB; 1 KB is 1024 bytes. Whole numbers from 1000 on keep their digits. */
export function formatBytes(bits: number): string {
  const kilobytes = bits / 8192;
  if (kilobytes >= 1e4) return `${formatNumber(kilobytes / 1024)} MB`;
  return kilobytes >= 10 ? `${formatNumber(kilobytes)} KB` : `${formatNumber(bits / 8)} B`;
}

/** A ratio, `2.31 ×`. */
export const formatRatio = (ratio: number): string => `${formatNumber(ratio)} ×`;

/** Rounds first: what rounds up to 1000 takes the next unit. */
function scaled(value: number, units: readonly Unit[]): string {
  if (!Number.isFinite(value)) return 'unknown';
  const rounded = Number(value.toPrecision(3));
  const [size, name] = units.find(([size]) => Math.abs(rounded) >= size) ?? [1, lastName(units)];
  const text = formatNumber(rounded / size);
  return name === '' ? text : `${text} ${name}`;
}

const lastName = (units: readonly Unit[]): string => units.at(-1)?.[1] ?? '';

/** How long something takes that a person waits for, in seconds: `40 s`, `12 min`, `3.5 h`. */
export function formatDuration(seconds: number): string {
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}
