// The bar that a person watches on stderr, the same for every long command.

import { type Options, SingleBar } from 'cli-progress';
import { formatDuration } from '../core/number-text.ts';

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
  typeof seconds === 'number' && Number.isFinite(seconds) ? formatDuration(seconds) : '?';
