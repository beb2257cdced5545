// What ResNets have in common: stages of blocks of two 3x3 convolutions, with a shortcut around each block.
// K. He et al., CVPR 2016.

import type { Residual } from '../layer.ts';
import { imageName } from '../network.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** How big a ResNet is, and how it gets around a block whose output has another shape than its input. */
export interface ResidualStages {
  /** Kernels of the first convolution and of the first stage; each further stage has twice as many, on half the map. */
  readonly width: number;
  readonly stages: number;
  /** Blocks of each stage. */
  readonly blocks: number;
  readonly classes: number;
  /**
   * `projection`: through a 1x1 convolution of stride 2 without ReLU (He's option B). `identity`: every second pixel of
   * the input, added in the middle of the channels, of which there are twice as many (option A, no weights).
   */
  readonly shortcut: 'projection' | 'identity';
}

/**
 * Adds all layers of a ResNet: `conv1`; blocks `l<stage>b<block>` with convolutions `c1`, `c2` and, before `c2`, which
 * adds it, the shortcut `sc`; the average `pool`; `fc`.
 */
export function addResidualStages(builder: NetworkBuilder, sizes: ResidualStages): void {
  const { width, stages, blocks, classes, shortcut } = sizes;
  let last = builder.conv('conv1', imageName, { channels: 3, kernels: width });
  let channels = width;
  for (let stage = 1; stage <= stages; stage++) {
    const kernels = width * 2 ** (stage - 1);
    for (let block = 1; block <= blocks; block++) {
      const stride = stage > 1 && block === 1 ? 2 : 1;
      const name = `l${stage}b${block}`;
      last = addBlock(builder, name, last, { channels, kernels, stride, shortcut });
      channels = kernels;
    }
  }
  builder.averagePool('pool', last);
  builder.linear('fc', 'pool', { inputs: channels, outputs: classes });
}

function addBlock(
  builder: NetworkBuilder,
  name: string,
  input: string,
  block: Pick<ResidualStages, 'shortcut'> & Record<'channels' | 'kernels' | 'stride', number>,
): string {
  const { channels, kernels, stride, shortcut } = block;
  const first = builder.conv(`${name}c1`, input, { channels, kernels, stride });
  let residual: Residual = { input, stride, channelOffset: Math.floor((kernels - channels) / 2) };
  if (shortcut === 'projection' && stride > 1) {
    const sizes = { channels, kernels, stride, size: 1, relu: false };
    residual = { input: builder.conv(`${name}sc`, input, sizes), stride: 1, channelOffset: 0 };
  }
  return builder.conv(`${name}c2`, first, { channels: kernels, kernels, residual });
}
