// The training loop: epochs of shuffled, slightly moved images through the training-step graph; then groups of weights
// that group lasso has made small are removed, and the rest learns on without them.

import { CimError, InputError } from '../core/errors.ts';
import type { ImageSet } from '../datasets/image-set.ts';
import type { Network } from '../network/network.ts';
import type { OnnxRuntime } from './runtime.ts';
import type { TrainOptions } from './train-options.ts';
import { TrainingRun } from './training-run.ts';
import { trainingStep } from './training-step.ts';

/** What training gives. */
export interface Trained {
  /** The network given, with the arrays that were learned. */
  readonly network: Network;
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
  readonly zeroGroups: number;
  readonly groups: number;
}

/**
 * Trains `network`, starting from its arrays, on `images`. The same arguments give the same result bit for bit on the
 * same machine; other processors may add in another order.
 * @throws {InputError} when the images do not fit the network, or are fewer than a batch
 * @throws {CimError} when the loss becomes infinite or undefined
 * @throws {CancelledError} when `signal` says stop
 */
export async function train(
  network: Network,
  images: ImageSet,
  runtime: OnnxRuntime,
  options: TrainOptions,
): Promise<Trained> {
  checkImages(network, images, options);
  const step = trainingStep(network, { ...options, statisticsRate: 0.1 });
  const session = await runtime.InferenceSession.create(step.model, {
    intraOpNumThreads: options.threads,
  });
  const run = new TrainingRun(network, { step, session, runtime, options });
  try {
    const losses: number[] = [];
    for (let epoch = 0; epoch < options.epochs; epoch++) {
      if (epoch === options.epochs - options.fixedEpochs && options.groupLasso > 0)
        await run.removeGroups();
      const loss = await run.epoch(images, epoch);
      if (!Number.isFinite(loss))
        throw new CimError({
          what: `training diverged in epoch ${epoch + 1}: its loss is ${loss}`,
          where: network.name,
          todo: 'use a smaller learning rate or a weaker group lasso',
        });
      losses.push(loss);
    }
    return { network: await run.network(), losses, ...run.groupCounts };
  } finally {
    await session.release();
  }
}

function checkImages(
  network: Network,
  { images, classes, name }: ImageSet,
  { batchSize }: TrainOptions,
): void {
  const { height, width, channels } = network.input;
  if (
    images.height !== height ||
    images.width !== width ||
    images.channels !== channels ||
    classes !== network.classes
  )
    throw new InputError({
      what: `${images.height}x${images.width}x${images.channels} images of ${classes} classes do not fit ${network.name}`,
      where: name,
      todo: `give it ${height}x${width}x${channels} images of ${network.classes} classes`,
    });
  if (images.images < batchSize)
    throw new InputError({
      what: `${images.images} images are less than one batch of ${batchSize}`,
      where: name,
    });
}
