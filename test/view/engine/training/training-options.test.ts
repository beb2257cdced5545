// A training in the page and `mars train` do the same with the same settings.

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  addTrainOptions,
  type TrainFlags,
  trainOptionsOf,
} from '../../../../src/cli/train-flags.ts';
import { mnistCnn } from '../../../../src/network/builtin/mnist-cnn.ts';
import { trainOptions } from '../../../../src/view/engine/training/training-options.ts';
import {
  defaultTraining,
  trainingCommand,
  type TrainingSettings,
} from '../../../../src/view/engine/training/training-settings.ts';

/** What the command line makes of the command that the page tells. */
function commandOptions(settings: TrainingSettings): unknown {
  const words = trainingCommand(settings).split(' ');
  expect(words.slice(0, 2)).toEqual(['mars', 'train']);
  const command = addTrainOptions(new Command('train'));
  command.parse(words.slice(2), { from: 'user' });
  const flags = command.opts<TrainFlags>();
  expect(flags.images).toBe(settings.images);
  return { ...trainOptionsOf({ ...flags, threads: 1 }, mnistCnn()), layers: undefined };
}

describe('trainOptions', () => {
  it.each<[string, Partial<TrainingSettings>]>([
    ['the usual settings', {}],
    ['other numbers', { images: 300, epochs: 9, learningRate: 0.01, groupLasso: 0.7, seed: 5 }],
    ['a target density', { targetDensity: 0.25 }],
    ['bits of both', { weightBits: 4, activationBits: 3, epochs: 25 }],
    ['bits of activations alone', { activationBits: 4, epochs: 1 }],
  ])('are those of the command line: %s', (_, changes) => {
    const settings = { ...defaultTraining, ...changes };

    expect({ ...trainOptions(settings, 1), layers: undefined }).toEqual(commandOptions(settings));
  });
});
