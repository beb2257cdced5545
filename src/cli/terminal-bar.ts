// The bar that a person watches on stderr, the same for every long command; and times in short words.

import { type Options, SingleBar } from 'cli-progress';

/** A bar of cli-progress on stderr; `{eta_formatted}` of its format is {@link leftText}. */
export function openTerminalBar(format: string, options: Options = {}): SingleBar {
  return new SingleBar({
    format,
    barsize: 24,
    // Ctrl-C may end the process at once; a hidden cursor would stay hidden.
    hideCursor: false,
    clearOnComplete: true,
    stream: process.stderr,
    formatTime: leftText,
    ...options,
  });
}

/** The time that is left, from what cli-progress gives: seconds, or a word until it has seen any progress. */
export const leftText = (seconds: number | string): string =>
  typeof seconds === 'number' && Number.isFinite(seconds) ? timeText(seconds) : '?';

/** A duration in words that are short: `40 s`, `12 min`, `3.5 h`. */
export function timeText(seconds: number): string {
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}
