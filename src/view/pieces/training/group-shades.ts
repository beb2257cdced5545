// How dark a weight group is drawn.

/** Norms from this multiple of the layer's mean on look the same. */
const darkest = 2;
/** The lightest shade of a group that is not zero. */
export const lightest: number = 0.12;

/**
 * The shade of each group: its norm beside the mean norm of the layer's groups that are not zero, 0.12 ... 1; 0 for a
 * group that is wholly zero. The mean has 0.5.
 */
export function shadesOf(norms: Float64Array): Float64Array {
  const living = norms.filter((norm) => norm > 0);
  const mean = living.reduce((sum, norm) => sum + norm, 0) / Math.max(1, living.length);
  return norms.map((norm) =>
    norm === 0 ? 0 : Math.min(1, Math.max(lightest, norm / mean / darkest)),
  );
}
