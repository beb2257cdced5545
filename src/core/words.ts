// Words that follow a number.

import { formatWhole } from './number-text.ts';

/** A count with its noun: `1 image`, `2,000 images`. */
export const countOf = (count: number, noun: string, plural = `${noun}s`): string =>
  `${formatWhole(count)} ${count === 1 ? noun : plural}`;
