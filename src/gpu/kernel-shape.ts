// How tiled kernels are cut to an adapter: a choice of speed only, the numbers are the same.

/** A shape of the tiled kernels. */
export interface KernelShape {
  /** Invocations of a workgroup: 32, 64, 128 or 256. */
  readonly workgroup: number;
  /** Whether the lanes of a subgroup share what they load, where the adapter has subgroups of at least eight lanes. */
  readonly subgroups: boolean;
  /**
   * How sums of 2-bit digits on a bit line are made: `counts` of bits, two for each, or `fields` that are added by masks
   * and shifts, which is faster where the adapter has no instruction that counts bits.
   */
  readonly sums: 'counts' | 'fields';
}

/** What is taken for an adapter that was not measured: the fastest on lavapipe, the least that suits real GPUs. */
export const defaultShape: KernelShape = { workgroup: 64, subgroups: true, sums: 'fields' };

/** Shapes that {@link tuneShapes} measures. */
export const candidateShapes: readonly KernelShape[] = (['fields', 'counts'] as const).flatMap(
  (sums) =>
    [true, false].flatMap((subgroups) =>
      [32, 64, 128, 256].map((workgroup) => ({ workgroup, subgroups, sums })),
    ),
);
