// What `mars train` can train, and with which settings unless told otherwise.

import { CimError } from '../../core/errors.ts';
import { mnistCnn } from '../../network/builtin/mnist-cnn.ts';
import type { BuiltinOptions } from '../../network/builtin/network-builder.ts';
import { resnet18 } from '../../network/builtin/resnet18.ts';
import { resnet20 } from '../../network/builtin/resnet20.ts';
import { vgg16 } from '../../network/builtin/vgg16.ts';
import type { Network } from '../../network/network.ts';
import { trainDefaults } from '../run/train-options.ts';

/** A network that can be trained. */
export interface Trainable {
  /** Makes it, untrained. */
  readonly build: (options: BuiltinOptions) => Network;
  /** Kernels of its first convolution; undefined if it comes in one width only. */
  readonly width?: number;
  readonly dataset: 'mnist' | 'cifar10';
  readonly defaults: typeof trainDefaults;
}

/** For 32x32 colour images: crops out of four more pixels on each side, mirrored or not. */
const cifarDefaults: typeof trainDefaults = {
  ...trainDefaults,
  epochs: 30,
  learningRate: 0.1,
  quantizeLearningRate: 0.003,
  warmUpEpochs: 1,
  largestShift: 4,
  flip: true,
  groupLasso: 0,
  lassoKeepsNorm: true,
};

/** Networks by name. */
export const trainable: Readonly<Record<string, Trainable>> = {
  'mnist-cnn': {
    build: ({ seed }) => mnistCnn({ seed }),
    dataset: 'mnist',
    defaults: trainDefaults,
  },
  resnet20: { build: resnet20, width: 16, dataset: 'cifar10', defaults: cifarDefaults },
  resnet18: { build: resnet18, width: 64, dataset: 'cifar10', defaults: cifarDefaults },
  vgg16: { build: vgg16, width: 64, dataset: 'cifar10', defaults: cifarDefaults },
};

/**
 * The network of this name.
 * @throws {CimError} (usage) when there is none to train
 */
export function trainableNamed(name: string): Trainable {
  const found = Object.hasOwn(trainable, name) ? trainable[name] : undefined;
  if (found) return found;
  throw new CimError('usage', {
    what: `no network to train is called "${name}"`,
    where: '--network',
    todo: `known: ${Object.keys(trainable).join(', ')}`,
  });
}

/** What a network is built from. */
export interface BuildRequest {
  readonly network: string;
  readonly classes: number;
  readonly seed: number;
  /** Share of the published width; 1 by default. */
  readonly width?: number | undefined;
}

/**
 * A network that was never trained. A narrower or wider one has its factor in its name: `vgg16-w0.25`.
 * @throws {CimError} (usage) when it has no such width
 */
export function buildTrainable({ network, classes, seed, width = 1 }: BuildRequest): Network {
  const { build, width: published } = trainableNamed(network);
  if (width === 1) return build({ classes, seed });
  const kernels = Math.round((published ?? 0) * width);
  if (published === undefined || kernels < 1)
    throw new CimError('usage', {
      what: `${network} has no width ${width}`,
      where: '--width',
      todo:
        published === undefined
          ? 'leave it out'
          : `its first layer has ${published} kernels: keep at least one`,
    });
  const built = build({ classes, seed, width: kernels });
  return { ...built, name: built.name.replace(network, `${network}-w${width}`) };
}
