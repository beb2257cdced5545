// vgg16: thirteen 3x3 convolutions in five stages with a max-pool after each, and one linear layer, for 32x32 images.
// 14.7 million weights, 313 million multiplications per image. K. Simonyan and A. Zisserman, ICLR 2015, in the form that
// is usual for CIFAR: batch norm, one linear layer instead of three.

import { CimError } from '../../core/errors.ts';
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

/** Options of {@link vgg16}. */
export interface Vgg16Options extends BuiltinOptions {
  /**
   * Outputs of `fc6` and `fc7`, the linear layers with ReLU before the last one: 4096 in the network that was published
   * for 224x224 images, whose name here ends in `-classifier`. 0 by default: there is neither.
   */
  readonly hidden?: number | undefined;
}

/**
 * VGG16 with seeded, never trained weights; layers `conv1_1` ... `conv5_3`, `pool1` ... `pool5`, `fc`; images larger than 32x32
 * are averaged by `mean` before `fc`, unless `hidden` asks for the classifier that was published.
 * @throws {CimError} (network) naming the option that is not possible
 */
export function vgg16({ hidden = 0, ...options }: Vgg16Options = {}): Network {
  checkHidden(hidden);
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
  if (hidden === 0) {
    if (all.side > cifarSide) last = builder.averagePool('mean', last);
    builder.linear('fc', last, { inputs: channels, outputs: all.classes });
    return cifarNetwork('vgg16', builder, all);
  }
  const inputs = channels * (all.side / cifarSide) ** 2;
  last = builder.linear('fc6', last, { inputs, outputs: hidden, relu: true });
  last = builder.linear('fc7', last, { inputs: hidden, outputs: hidden, relu: true });
  builder.linear('fc', last, { inputs: hidden, outputs: all.classes });
  const network = cifarNetwork('vgg16', builder, all);
  const command = network.origin.command.replace(' })', `, hidden: ${hidden} })`);
  return { ...network, name: `${network.name}-classifier`, origin: { ...network.origin, command } };
}

function checkHidden(hidden: number): void {
  if (Number.isInteger(hidden) && hidden >= 0 && hidden <= 65536) return;
  throw new CimError('network', {
    what: `${hidden} is not possible`,
    where: ['vgg16', 'hidden'],
    todo: 'use a whole number from 0 to 65536',
  });
}
