// resnet18: four stages of two blocks with 1x1 shortcuts between stages, for 32x32 images (3x3 stem, no first pool).
// 11.2 million weights, 555 million multiplications per image. For larger images with the stem that was published: at 224x224
// 11.7 million weights, 1.81 billion multiplications.

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
 * ResNet18 with seeded, never trained weights; layers `conv1`, `l1b1c1` ... `l4b2c2`, shortcuts `l2b1sc` ... `l4b1sc`,
 * `pool`, `fc`. Images larger than 32x32 come in through 7x7 and a pool, `pool1`.
 * @throws {CimError} (network) naming the option that is not possible
 */
export function resnet18(options: BuiltinOptions = {}): Network {
  const all = builtinOptions('resnet18', options, 64);
  const builder = networkBuilder(all.seed);
  addResidualStages(builder, {
    ...all,
    stem: all.side > cifarSide ? '7x7' : '3x3',
    block: 'basic',
    blocks: [2, 2, 2, 2],
    shortcut: 'projection',
  });
  return cifarNetwork('resnet18', builder, all);
}
