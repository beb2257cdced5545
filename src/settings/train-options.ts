// What the settings of a training mean: the same for `mars train` and for a page.

import { countOf } from '../core/words.ts';
import { type ChipSpec } from '../chips/index.ts';
import { CimError } from '../core/errors.ts';
import type { Network } from '../network/network.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { type LayerPlans, withDense } from '../train/groups/layer-plan.ts';
import { columnReadout } from '../train/recipes/column-readout.ts';
import { trainableNamed } from '../train/recipes/trainable.ts';
import type { ImageSize } from '../train/run/stages.ts';
import type { TrainOptions } from '../train/run/train-options.ts';
import type { TrainSettings } from './train-settings.ts';

/** What training needs besides its settings. */
export interface TrainTarget {
  /** Network that is trained. */
  readonly network: Network;
  /** Chip that it is trained for. */
  readonly chip: ChipSpec;
  /** Layers that differ from the rest, by name: what a `config` file says. */
  readonly plans?: LayerPlans;
}

/**
 * What the settings ask for.
 * @throws {CimError} for what cannot be
 */
export function trainOptions(settings: TrainSettings, target: TrainTarget): TrainOptions {
  const { defaults } = trainableNamed(settings.network);
  const { targetDensity, seed, threads } = settings;
  checkPruning(settings);
  const weightBits = settings.weightBits ?? defaults.weightBits;
  const groupLasso =
    settings.groupLasso ??
    (targetDensity === undefined ? defaults.groupLasso : defaults.groupLasso || firstStrength);
  const layers = layerPlans(settings, target);
  const stages = stagesOf(settings, {
    prunes: groupLasso > 0 || targetDensity !== undefined,
    quantizes: quantizes(settings, layers),
  });
  return {
    ...defaults,
    ...stages,
    ...given({
      batchSize: settings.batchSize,
      learningRate: settings.learningRate,
      quantizeLearningRate: settings.quantizeLearningRate,
      warmUpEpochs: settings.warmUp,
      weightDecay: settings.weightDecay,
      activationBits: settings.activationBits,
      weightForm: settings.weightForm,
      pruneSteps: settings.pruneSteps,
      nesterov: settings.momentum && settings.momentum === 'nesterov',
      labelSmoothing: settings.labelSmoothing,
      imageSizes: imageSizesOf(settings, stages, target.network),
    }),
    groupLasso,
    targetDensity,
    weightBits,
    groupShape: groupShapeOf(target.chip, weightBits),
    columns: columnReadout(target.chip),
    layers,
    seed,
    threads,
  };
}

/** The sizes that `image-sizes` asks for. */
function imageSizesOf(
  { imageSizes }: TrainSettings,
  { epochs }: Epochs,
  { input }: Network,
): readonly ImageSize[] | undefined {
  if (imageSizes === undefined) return undefined;
  const sizes = imageSizes.split(',').map((part) => {
    const [, side, count] = /^\s*(\d{1,4})x(\d{1,5})\s*$/.exec(part) ?? [];
    return { side: Number(side), epochs: Number(count) };
  });
  const smallest = Math.min(input.height, input.width);
  const fit = sizes.every((size) => size.side >= 1 && size.side <= smallest && size.epochs >= 1);
  if (!fit)
    throw new CimError('usage', {
      what: `must be sizes from 1 to ${smallest} with the number of their epochs, such as ${smallest / 2}x2, not "${imageSizes}"`,
      where: 'image-sizes',
    });
  const total = sizes.reduce((sum, size) => sum + size.epochs, 0);
  if (total > epochs)
    throw new CimError('usage', {
      what: `has ${countOf(total, 'epoch')}, more than the ${epochs} in real arithmetic`,
      where: 'image-sizes',
      todo: 'give more epochs, or fewer of small images',
    });
  return sizes;
}

type Epochs = Pick<TrainOptions, 'epochs' | 'denseEpochs' | 'fixedEpochs' | 'quantizeEpochs'>;

/** Epochs of the stages; what is not given follows from the number of epochs. */
function stagesOf(
  settings: TrainSettings,
  { prunes, quantizes }: Readonly<Record<'prunes' | 'quantizes', boolean>>,
): Epochs {
  const { defaults } = trainableNamed(settings.network);
  const epochs = settings.epochs ?? defaults.epochs;
  const quarter = Math.floor(epochs / 4);
  const lassoFirst = defaults.groupLasso > 0;
  const stages = {
    epochs,
    denseEpochs: settings.denseEpochs ?? (prunes && !lassoFirst ? quarter : 0),
    fixedEpochs: settings.tuneEpochs ?? (prunes || lassoFirst ? quarter : 0),
    quantizeEpochs: settings.quantizeEpochs ?? (quantizes ? Math.ceil(epochs / 10) || 1 : 0),
  };
  checkStages(stages);
  return stages;
}

/**
 * Strength that group lasso begins with when only a density is asked for: at a learning rate of 0.1 and 390 steps it
 * takes half of the distance to the mean from small groups in the first epoch; from there it follows the density.
 */
const firstStrength = 0.02;

/** Are bits asked for? */
function quantizes(settings: TrainSettings, layers: LayerPlans): boolean {
  const plans = [...layers.values()].flatMap((plan) => [plan.weightBits, plan.activationBits]);
  const { weightBits, activationBits, weightForm } = settings;
  return [weightBits, activationBits, weightForm, ...plans].some((bits) => bits !== undefined);
}

/** The fields that have a value. */
const given = <T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };

function checkPruning({ pruneSteps, targetDensity }: TrainSettings): void {
  if (pruneSteps !== undefined && targetDensity === undefined)
    throw new CimError('usage', {
      what: 'groups are removed in steps only on the way to a density',
      where: 'prune-steps',
      todo: 'give target-density too',
    });
}

function checkStages({ epochs, denseEpochs, fixedEpochs, quantizeEpochs }: Epochs): void {
  if (denseEpochs + fixedEpochs > epochs)
    throw new CimError('usage', {
      what: `${countOf(denseEpochs, 'epoch')} before group lasso and ${fixedEpochs} after it are more than ${epochs}`,
      where: 'epochs',
      todo: 'give more epochs, or fewer with dense-epochs and tune-epochs',
    });
  if (epochs + quantizeEpochs === 0)
    throw new CimError('usage', {
      what: 'there is nothing to do in 0 epochs',
      where: 'epochs',
      todo: 'give epochs, or quantize-epochs',
    });
}

function layerPlans({ dense }: TrainSettings, { network, plans }: TrainTarget): LayerPlans {
  const names = dense === undefined ? [] : dense.split(',').filter((name) => name !== '');
  return withDense(plans ?? new Map(), names, network);
}
