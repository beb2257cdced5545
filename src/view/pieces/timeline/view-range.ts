// Which cycles are in view: zooming and panning as arithmetic, and the ticks of the axis.

import { largest, smallest } from '../../../core/extremes.ts';
import { formatWhole } from '../../../core/number-text.ts';

/** Cycles in view, `from` < `to`. */
export interface CycleRange {
  readonly from: number;
  readonly to: number;
}

/** Least number of cycles in view. */
const minSpan = 16;

/** The range moved into 0 ... `total`, and made as narrow or wide as is permitted. */
export function clampRange({ from, to }: CycleRange, total: number): CycleRange {
  const whole = Math.max(total, minSpan);
  const span = Math.min(whole, Math.max(minSpan, to - from));
  const start = Math.min(Math.max(0, from), whole - span);
  return { from: start, to: start + span };
}

/** Zooms by `factor` (below 1: closer) so that cycle `at` stays where it is. */
export function zoomAt(range: CycleRange, factor: number, at: number, total: number): CycleRange {
  const span = Math.min(
    Math.max(total, minSpan),
    Math.max(minSpan, (range.to - range.from) * factor),
  );
  const place = (at - range.from) / (range.to - range.from);
  const from = at - place * span;
  return clampRange({ from, to: from + span }, total);
}

/** Moves the range by `cycles`. */
export const panBy = ({ from, to }: CycleRange, cycles: number, total: number): CycleRange =>
  clampRange({ from: from + cycles, to: to + cycles }, total);

/** The range moved, and widened if it must be, so that start to end is in it with room around. */
export function reveal(range: CycleRange, { from, to }: CycleRange, total: number): CycleRange {
  if (from >= range.from && to <= range.to) return range;
  const span = Math.max(range.to - range.from, 1.2 * (to - from));
  const middle = (from + to) / 2;
  return clampRange({ from: middle - span / 2, to: middle + span / 2 }, total);
}

/** Round cycle numbers within the range, at least `gap` pixels apart, at most ten to a step of the decimal kind. */
export function ticksOf({ from, to }: CycleRange, width: number, gap: number): readonly number[] {
  const least = Math.max(1, ((to - from) * gap) / Math.max(1, width));
  const power = 10 ** Math.floor(Math.log10(least));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= least) ?? 1;
  const first = Math.ceil(from / step);
  const last = Math.floor(to / step);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
}

/**
 * The times of ticks, ns, all in the unit of the largest and with as many digits as tell neighbours apart:
 * `645.2 µs`, `645.4 µs`.
 */
export function tickTimes(times: readonly number[]): readonly string[] {
  const most = largest(times);
  const [size, unit] = [[1e9, 's'], [1e6, 'ms'], [1e3, 'µs'] as const].find(
    ([one]) => most >= Number(one),
  ) ?? [1, 'ns'];
  const step = smallest(times.slice(1).map((time, i) => time - (times[i] ?? 0)));
  const digits = Math.max(0, Math.ceil(-Math.log10(step / Number(size)) - 1e-9));
  const format = new Intl.NumberFormat('en', {
    maximumFractionDigits: Math.min(9, Number.isFinite(digits) ? digits : 0),
  });
  return times.map((time) => `${format.format(time / Number(size))} ${unit}`);
}

/** A tick's text: all digits, or whole thousands as `12 k`. */
export const tickText = (cycle: number): string =>
  cycle !== 0 && cycle % 1000 === 0 ? `${formatWhole(cycle / 1000)} k` : formatWhole(cycle);
