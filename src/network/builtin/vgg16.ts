// vgg16: thirteen 3x3 convolutions in five stages with a max-pool after each, and one linear layer, for 32x32 images.
// 14.7 million weights, 313 million multiplications per image. K. Simonyan and A. Zisserman, ICLR 2015, in the form that
// is usual for CIFAR: batch norm, one linear layer instead of three.

import { imageName, type Network } from '../network.ts';
import {
  type BuiltinOptions,
  builtinOptions,
  cifarNetwork,
  cifarSide,
  networkBuilder,
} from './network-builder.ts';

/** Convolutions of each stage, and their kernels as a multiple of the first stage's. */
const stages = [
  { convolutions: 2, multiple: 1 },
  { convolutions: 2, multiple: 2 },
  { convolutions: 3, multiple: 4 },
  { convolutions: 3, multiple: 8 },
  { convolutions: 3, multiple: 8 },
] as const;

/**
 * VGG16 with seeded, never trained weights; layers `conv1_1` ... `conv5_3`, `pool1` ... `pool5`, `fc`; images larger than 32x32
 * are averaged by `mean` before `fc`, where the published network has three linear layers.
 * @throws {NetworkError} naming the option that is not possible
 */
export function vgg16(options: BuiltinOptions = {}): Network {
  const all = builtinOptions('vgg16', options, 64);
  const builder = networkBuilder(all.seed);
  let last = imageName;
  let channels = 3;
  stages.forEach(({ convolutions, multiple }, index) => {
    const stage = index + 1;
    const kernels = multiple * all.width;
    for (let n = 1; n <= convolutions; n++) {
      last = builder.conv(`conv${stage}_${n}`, last, { channels, kernels });
      channels = kernels;
    }
    last = builder.maxPool(`pool${stage}`, last);
  });
  if (all.side > cifarSide) last = builder.averagePool('mean', last);
  builder.linear('fc', last, { inputs: channels, outputs: all.classes });
  return cifarNetwork('vgg16', builder, all);
}
