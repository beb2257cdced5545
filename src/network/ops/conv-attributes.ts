// What files say of convolutions.

import type { Window } from '../../core/window.ts';

/** Attributes of a convolution. */
export interface ConvAttributes {
  /** Input channels C. */
  readonly channels: number;
  /** Output channels M. */
  readonly kernels: number;
  /** Kernel height R and width S, and how the kernel moves. Pixels around the input are 0. */
  readonly window: Window;
  /**
   * Groups that channels and kernels are dealt to in order; a kernel sees the channels of its own group. 1 by default; as
   * many as channels: a depthwise convolution.
   */
  readonly groups?: number | undefined;
}
