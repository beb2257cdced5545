// resnet20: three stages of three blocks with identity shortcuts, for 32x32 images: the small ResNet that He et al. made
// for CIFAR (option A). 268,336 weights, 40.6 million multiplications per image.

import type { Network } from '../network.ts';
import {
  type BuiltinOptions,
  builtinOptions,
  cifarNetwork,
  networkBuilder,
} from './network-builder.ts';
import { addResidualStages } from './residual-stages.ts';

/**
 * ResNet-20 with seeded, never trained weights; layers `conv1`, `l1b1c1` ... `l3b3c2`, `pool`, `fc`. Where a stage
 * begins, the shortcut takes every second pixel and adds it to the middle half of the channels.
 * @throws {CimError} (network) naming the option that is not possible
 */
export function resnet20(options: BuiltinOptions = {}): Network {
  const all = builtinOptions('resnet20', options, 16);
  const builder = networkBuilder(all.seed);
  addResidualStages(builder, {
    ...all,
    stem: '3x3',
    block: 'basic',
    blocks: [3, 3, 3],
    shortcut: 'identity',
  });
  return cifarNetwork('resnet20', builder, all);
}
