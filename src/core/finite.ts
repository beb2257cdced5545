// Numbers that have left the range of floating point.

/** Index of the first value that is infinite or none; -1 where all are finite. */
export function firstNotFinite(values: ArrayLike<number>): number {
  for (let i = 0; i < values.length; i++) if (!Number.isFinite(values[i])) return i;
  return -1;
}
