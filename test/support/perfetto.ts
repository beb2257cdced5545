// What Perfetto's importer of JSON traces makes of complete slices: a small twin of `CoerceToTs` in json_utils.cc and
// json_trace_tokenizer.cc, and of `MaybeCloseStack` in slice_tracker.cc.

import type { TraceEvent } from '../../src/timeline/chrome-trace.ts';

/** A complete slice in whole nanoseconds. */
export interface ImportedSlice {
  readonly name: string;
  readonly tid: number;
  readonly start: number;
  readonly end: number;
}

/**
 * How microseconds become nanoseconds: `cut` until 2025, from the double that the text stands for; `rounded` since, from
 * the double that Perfetto's own parser reads, which can be off by an ulp or two.
 */
export type Conversion = 'cut' | 'rounded';

/** Nanoseconds of `microseconds` as they stand in a file. */
export function importedTime(microseconds: number, conversion: Conversion): number {
  // A number without a point is read as an integer.
  if (Number.isInteger(microseconds)) return microseconds * 1000;
  return conversion === 'cut'
    ? Math.trunc(microseconds * 1000)
    : Math.round(readDigits(String(microseconds)) * 1000);
}

/** Every complete slice of a trace, by start, the longer first where they start together. */
export function importSlices(
  events: readonly TraceEvent[],
  conversion: Conversion,
): readonly ImportedSlice[] {
  return events
    .filter((event) => event.ph === 'X')
    .map(({ name, pid, tid, ts, dur }) => {
      const start = importedTime(ts, conversion);
      // Thread 0 counts as not given, and means the first thread of the process.
      return {
        name,
        tid: tid === 0 ? pid : tid,
        start,
        end: start + importedTime(dur, conversion),
      };
    })
    .sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The slices that Perfetto leaves out: those that begin inside an open slice of their track and end behind it. */
export function droppedSlices(slices: readonly ImportedSlice[]): readonly ImportedSlice[] {
  const stacks = new Map<number, ImportedSlice[]>();
  return slices.filter((slice) => {
    const { tid, start, end } = slice;
    const isInstant = ({ start: from, end: to }: ImportedSlice): boolean => from === to;
    const open = (stacks.get(tid) ?? []).filter(
      (one) => one.end > start || (one.end === start && isInstant(one) && isInstant(slice)),
    );
    stacks.set(tid, open);
    if (open.some((one) => start < one.end && end > one.end)) return true;
    open.push(slice);
    return false;
  });
}

/** Digit by digit, as Perfetto reads doubles; without exponents, which our times never have. */
function readDigits(text: string): number {
  const [whole = '', fraction = ''] = text.split('.');
  const digits = (part: string): number =>
    Array.from(part, Number).reduce((value, digit) => value * 10 + digit, 0);
  return digits(whole) + digits(fraction) / 10 ** fraction.length;
}
