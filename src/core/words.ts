// Words that follow a number.

/** A count with its noun: `1 image`, `3 images`. */
export const countOf = (count: number, noun: string, plural = `${noun}s`): string =>
  `${count} ${count === 1 ? noun : plural}`;
