// The values of an axis as a person writes them: `3..6`, `0,0.1,0.2`, `0..0.2:0.05`, `mars,mars-4b`.

import { CimError } from '../core/errors.ts';
import { formatWhole } from '../core/number-text.ts';

/** A value of a setting or of the chip, as plans have it. */
export type SettingValue = number | string;

/** A plan with more points is refused before it is expanded. */
export const maxPoints = 1_000_000;

const number = String.raw`[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?`;
const range = new RegExp(String.raw`^(${number})\.\.(${number})(?::(${number}))?$`, 'i');

/**
 * The values of a text: numbers, words and ranges `from..to:step` (step 1 by default), with commas between.
 * @param where the axis, for errors
 * @throws {CimError} (usage) when there is none, a range is empty or endless, or there are more than {@link maxPoints}
 */
export function axisValues(text: string, where: string): readonly SettingValue[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.some((part) => part === ''))
    throw new CimError('usage', {
      what: text.trim() === '' ? 'has no values' : `"${text}" has an empty value`,
      where,
      todo: 'write values such as 3..6 or 0,0.1,0.2',
    });
  return parts.flatMap((part): readonly SettingValue[] => {
    const [, from, to, step] = range.exec(part) ?? [];
    if (from === undefined) return [plainValue(part)];
    return rangeValues({ from: Number(from), to: Number(to), step: Number(step ?? 1) }, where);
  });
}

/** A text that is a number becomes one. */
export const plainValue = (text: string): SettingValue =>
  new RegExp(`^${number}$`, 'i').test(text) ? Number(text) : text;

interface ValueRange {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function rangeValues({ from, to, step }: ValueRange, where: string): readonly number[] {
  // Half a millionth of a step more: 0..0.3:0.1 ends with 0.3, which is 0.30000000000000004 in doubles.
  const count = Math.floor((to - from) / step + 5e-7) + 1;
  const text = `${from}..${to}${step === 1 ? '' : `:${step}`}`;
  if (!(step > 0) || !(count >= 1))
    throw new CimError('usage', {
      what: `the range ${text} has no values`,
      where,
      todo: 'write from..to or from..to:step, with a step above 0',
    });
  if (count > maxPoints) throw tooMany(count, where);
  return Array.from({ length: count }, (_, i) => Number((from + i * step).toPrecision(12)));
}

/** The error of a plan that is too large. */
export const tooMany = (count: number, where: string): CimError =>
  new CimError('usage', {
    what: `${formatWhole(count)} points are too many: a plan may have at most ${formatWhole(maxPoints)}`,
    where,
    todo: 'vary fewer values, or split the plan',
  });
