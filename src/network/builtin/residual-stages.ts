// What ResNets have in common: stages of blocks of two 3x3 convolutions, with a shortcut around each block.
// K. He et al., CVPR 2016.

import { imageName } from '../graph.ts';
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
  const isProjected = shortcut === 'projection' && stride > 1;
  const projection = { channels, kernels, stride, size: 1, relu: false };
  const projected = isProjected ? builder.conv(`${name}sc`, input, projection) : input;
  const second = `${name}c2`;
  const sum = builder.conv(second, first, { channels: kernels, kernels, relu: false });
  const added = isProjected ? projected : addIdentity(builder, second, input, block);
  builder.node({ op: 'add', name: `${second}.add`, inputs: [sum, added], attributes: {} });
  return builder.node({
    op: 'relu',
    name: `${second}.relu`,
    inputs: [`${second}.add`],
    attributes: {},
  });
}

/** The map `input` in the shape of the block's output: every `stride`-th pixel, in the middle of the channels. */
function addIdentity(
  builder: NetworkBuilder,
  name: string,
  input: string,
  { channels, kernels, stride }: Record<'channels' | 'kernels' | 'stride', number>,
): string {
  const before = Math.floor((kernels - channels) / 2);
  let last = input;
  if (stride > 1)
    last = builder.node({
      op: 'subsample',
      name: `${name}.subsample`,
      inputs: [last],
      attributes: { stride },
    });
  if (kernels === channels) return last;
  return builder.node({
    op: 'padChannels',
    name: `${name}.pad`,
    inputs: [last],
    attributes: { before, after: kernels - channels - before },
  });
}
