// What a weight group is worth to its network: by this, pruning chooses.

/**
 * Layer-adaptive scores of the groups of a layer: the square of a group's norm beside those of all groups of the layer that
 * are at least as large, itself among them. So a layer's largest group has 1, and a group of zeros 0. Of equal groups the
 * first counts as the larger one.
 *
 * Weights in front of a batch norm have no scale of their own, and these scores do not depend on it. Where groups are
 * alike, a layer with few of them keeps a larger share: the small early layers are not emptied for the sake of large ones.
 *
 * @param squares squares of the groups' Euclidean norms
 * @see Lee et al., Layer-Adaptive Sparsity for the Magnitude-based Pruning, ICLR 2021 (there for single weights)
 */
export function groupScores(squares: Float64Array): Float64Array {
  const largestFirst = Array.from(squares, (square, group) => ({ square, group }));
  largestFirst.sort((a, b) => b.square - a.square || a.group - b.group);
  const scores = new Float64Array(squares.length);
  let atLeast = 0;
  for (const { square, group } of largestFirst) {
    atLeast += square;
    scores[group] = square === 0 ? 0 : square / atLeast;
  }
  return scores;
}
