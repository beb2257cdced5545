// What ResNets have in common: stages of blocks of two 3x3 convolutions, or of a 3x3 one between two 1x1 ones, with a shortcut
// around each block. K. He et al., CVPR 2016.

import { symmetricWindow } from '../../core/window.ts';
import { imageName } from '../graph.ts';
import type { NetworkBuilder } from './network-builder.ts';

/** How big a ResNet is, and how it gets around a block whose output has another shape than its input. */
export interface ResidualStages {
  /**
   * Kernels of the first convolution and of the 3x3 ones of the first stage; each further stage has twice as many, on half
   * the map.
   */
  readonly width: number;
  /** Blocks of each stage. */
  readonly blocks: readonly number[];
  readonly classes: number;
  /**
   * How images come in. `3x3`: through a convolution that keeps their size, as for 32x32 ones. `7x7`: through one of stride 2, and
   * a max pool over 3x3 of stride 2, as for 224x224 ones.
   */
  readonly stem: '3x3' | '7x7';
  /**
   * `basic`: two 3x3 convolutions. `bottleneck`: a 1x1 one, a 3x3 one, which has the stride (in the network of 2016 the first one
   * had it), and a 1x1 one with four times as many kernels.
   */
  readonly block: 'basic' | 'bottleneck';
  /**
   * `projection`: through a 1x1 convolution of the block's stride without ReLU (He's option B). `identity`: every second pixel of
   * the input, added in the middle of the channels, of which there are twice as many (option A, no weights).
   */
  readonly shortcut: 'projection' | 'identity';
}

/** Kernels of the last convolution of a bottleneck, for each of its 3x3 one. */
const expansion = 4;

/**
 * Adds all layers of a ResNet: `conv1`, with a 7x7 one `pool1`; blocks `l<stage>b<block>` with convolutions `c1`, `c2` (and `c3`)
 * and, before the last of them, which adds it, the shortcut `sc`; the average `pool`; `fc`.
 */
export function addResidualStages(builder: NetworkBuilder, sizes: ResidualStages): void {
  const { width, blocks, classes, block: kind, shortcut } = sizes;
  let last = addStem(builder, sizes);
  let channels = width;
  blocks.forEach((count, index) => {
    const middle = width * 2 ** index;
    const kernels = kind === 'basic' ? middle : expansion * middle;
    for (let block = 1; block <= count; block++) {
      const stride = index > 0 && block === 1 ? 2 : 1;
      const name = `l${index + 1}b${block}`;
      last = addBlock(builder, name, last, { channels, middle, kernels, stride, shortcut });
      channels = kernels;
    }
  });
  builder.averagePool('pool', last);
  builder.linear('fc', 'pool', { inputs: channels, outputs: classes });
}

function addStem(builder: NetworkBuilder, { width, stem }: ResidualStages): string {
  if (stem === '3x3') return builder.conv('conv1', imageName, { channels: 3, kernels: width });
  const sizes = { channels: 3, kernels: width, size: 7, stride: 2 };
  return builder.node({
    op: 'maxPool',
    name: 'pool1',
    inputs: [builder.conv('conv1', imageName, sizes)],
    attributes: { window: symmetricWindow(3, 3, { stride: 2, padding: 1 }) },
  });
}

/** Kernels: `middle` in all convolutions but the last. */
type BlockSizes = Pick<ResidualStages, 'shortcut'> &
  Record<'channels' | 'middle' | 'kernels' | 'stride', number>;

function addBlock(builder: NetworkBuilder, name: string, input: string, block: BlockSizes): string {
  const { channels, middle, kernels, stride, shortcut } = block;
  const isBottleneck = middle < kernels;
  const before = isBottleneck
    ? addMiddle(builder, name, input, block)
    : builder.conv(`${name}c1`, input, { channels, kernels, stride });
  const isProjected = shortcut === 'projection' && (stride > 1 || channels !== kernels);
  const projection = { channels, kernels, stride, size: 1, relu: false };
  const projected = isProjected ? builder.conv(`${name}sc`, input, projection) : input;
  const last = `${name}c${isBottleneck ? 3 : 2}`;
  const size = isBottleneck ? 1 : 3;
  const sum = builder.conv(last, before, { channels: middle, kernels, size, relu: false });
  const added = isProjected ? projected : addIdentity(builder, last, input, block);
  builder.node({ op: 'add', name: `${last}.add`, inputs: [sum, added], attributes: {} });
  return builder.node({
    op: 'relu',
    name: `${last}.relu`,
    inputs: [`${last}.add`],
    attributes: {},
  });
}

/** The first two convolutions of a bottleneck. */
function addMiddle(
  builder: NetworkBuilder,
  name: string,
  input: string,
  { channels, middle, stride }: BlockSizes,
): string {
  const narrow = builder.conv(`${name}c1`, input, { channels, kernels: middle, size: 1 });
  return builder.conv(`${name}c2`, narrow, { channels: middle, kernels: middle, stride });
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
