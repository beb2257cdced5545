// What the settings of a page mean for a training.

import { chipNamed } from '../../../chips/index.ts';
import { groupShapeOf } from '../../../mapping/layer-groups.ts';
import { trainDefaults, type TrainOptions } from '../../../train/run/train-options.ts';
import type { TrainingSettings } from './training-settings.ts';

/** What `mars train` does with the same settings; a test holds the two together. */
export function trainOptions(settings: TrainingSettings, threads: number): TrainOptions {
  const { epochs, learningRate, groupLasso, targetDensity, seed } = settings;
  const weightBits = settings.weightBits ?? trainDefaults.weightBits;
  const quantizes = settings.weightBits !== undefined || settings.activationBits !== undefined;
  return {
    ...trainDefaults,
    epochs,
    fixedEpochs: Math.floor(epochs / 4),
    quantizeEpochs: quantizes ? Math.ceil(epochs / 10) : 0,
    learningRate,
    groupLasso,
    targetDensity,
    weightBits,
    activationBits: settings.activationBits ?? trainDefaults.activationBits,
    groupShape: groupShapeOf(chipNamed('mars'), weightBits),
    seed,
    threads,
  };
}
