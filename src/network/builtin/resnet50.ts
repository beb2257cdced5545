// resnet50: four stages of 3, 4, 6 and 3 bottlenecks for 224x224 images. 25.5 million weights, 4.09 billion multiplications per
// image. K. He et al., CVPR 2016, in the form that is usual since (called v1.5): the 3x3 convolution has the stride, not
// the 1x1 one before it.

import type { Network } from '../network.ts';
import {
  type BuiltinOptions,
  builtinOptions,
  cifarNetwork,
  cifarSide,
  networkBuilder,
} from './network-builder.ts';
import { addResidualStages } from './residual-stages.ts';

/**
 * ResNet-50 with seeded, never trained weights; layers `conv1`, `pool1`, `l1b1c1` ... `l4b3c3`, shortcuts `l1b1sc` ... `l4b1sc`,
 * `pool`, `fc`. Images of 32x32 come in through 3x3 without a pool.
 * @throws {CimError} (network) naming the option that is not possible
 */
export function resnet50(options: BuiltinOptions = {}): Network {
  const all = builtinOptions('resnet50', options, 64);
  const builder = networkBuilder(all.seed);
  addResidualStages(builder, {
    ...all,
    stem: all.side > cifarSide ? '7x7' : '3x3',
    block: 'bottleneck',
    blocks: [3, 4, 6, 3],
    shortcut: 'projection',
  });
  return cifarNetwork('resnet50', builder, all);
}
