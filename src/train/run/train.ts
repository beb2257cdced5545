// Training: epochs of shuffled, slightly changed images through the graph of a step; groups of weights that group lasso
// has made small are removed, the rest learns on without them, at last in the integers of the chip.

import { CimError } from '../../core/errors.ts';
import { countOf } from '../../core/words.ts';
import { type ImageSet, toImageSet } from '../../datasets/image-set.ts';
import type { Network } from '../../network/network.ts';
import { fuse } from '../../network/passes/fuse.ts';
import { spellOut } from '../../network/passes/spell-out.ts';
import { checkActivations } from '../graphs/forward.ts';
import type { OnnxRuntime } from '../autodiff/runtime.ts';
import type { TrainOptions } from './train-options.ts';
import type { EpochRecord } from '../../network/epoch-record.ts';
import { Training } from './training.ts';

/** What training gives. */
export interface Trained {
  /** The network given, with what was learned; in integers, its batch norms fused, after quantization. */
  readonly network: Network;
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
  readonly epochs: readonly EpochRecord[];
  readonly zeroGroups: number;
  readonly groups: number;
}

/**
 * Trains `network`, starting from its arrays, on `images`. The same arguments give the same result bit for bit on the
 * same machine, also when stopped and gone on with; other processors may add in another order.
 * @throws {CimError} (input) when the images do not fit the network, or are fewer than a batch
 * @throws {CimError} (network) naming a layer with another activation than ReLU
 * @throws {CimError} when the loss becomes infinite or undefined, naming the layer
 * @throws {CimError} (cancelled) when `signal` says stop
 */
export async function train(
  network: Network,
  images: ImageSet,
  runtime: OnnxRuntime,
  options: TrainOptions,
): Promise<Trained> {
  checkImages(network, images);
  if (options.hooks?.test) checkImages(network, options.hooks.test);
  const { batchSize } = options;
  if (images.images.images < batchSize)
    throw new CimError('input', {
      what: `${countOf(images.images.images, 'image')} ${images.images.images === 1 ? 'is' : 'are'} less than one batch of ${batchSize}`,
      where: images.name,
    });
  const fused = fuse(network);
  checkActivations(fused);
  const training = new Training({ network: fused, images, runtime, options });
  const trained = await training.finish();
  const { epochs, counts } = training;
  return { network: spellOut(trained), losses: epochs.map(({ loss }) => loss), epochs, ...counts };
}

function checkImages(network: Network, set: ImageSet): void {
  const { images, classes, name } = set;
  const { height, width, channels } = network.input;
  if (
    images.height !== height ||
    images.width !== width ||
    images.channels !== channels ||
    classes !== network.classes
  )
    throw new CimError('input', {
      what: `${images.height}x${images.width}x${images.channels} images of ${classes} classes do not fit ${network.name}`,
      where: name,
      todo: `give it ${height}x${width}x${channels} images of ${network.classes} classes`,
    });
  toImageSet(set, name);
}
