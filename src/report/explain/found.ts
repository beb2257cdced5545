// Which figures only a simulation finds.

/** Whether the figure at a path is not known of an estimate: accuracies, saturated reads, clamped sums. */
export const isFound = (path: string): boolean =>
  /^(accuracy|reads)\.|\.(saturatedReads|saturatedShare|overflowedSums)$/.test(path);
