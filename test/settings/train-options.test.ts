// A training in the page and `mars train` do the same with the same settings.
import { caught } from '../support/caught.ts';

import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { mars } from '../../src/chips/index.ts';
import { addTrainOptions, type TrainFlags, trainOptionsOf } from '../../src/cli/train-flags.ts';
import { mnistCnn } from '../../src/network/builtin/mnist-cnn.ts';
import { trainOptions } from '../../src/settings/train-options.ts';
import {
  defaultPageTraining,
  defaultTrainSettings,
  resultCommand,
  trainingCommand,
  type TrainSettings,
} from '../../src/settings/train-settings.ts';

/** The settings that a command says, as the command line reads them. */
function readCommand(command: string): TrainFlags {
  const words = command.split(' ');
  expect(words.slice(0, 2)).toEqual(['mars', 'train']);
  return addTrainOptions(new Command('train')).parse(words.slice(2), { from: 'user' }).opts();
}

const target = { network: mnistCnn(), chip: mars };

describe('trainOptions', () => {
  it.each<[string, Partial<TrainSettings>]>([
    ['the default settings', {}],
    ['other numbers', { images: 300, epochs: 9, learningRate: 0.01, groupLasso: 0.7, seed: 5 }],
    ['a target density', { targetDensity: 0.25 }],
    ['bits of both', { weightBits: 4, activationBits: 3, epochs: 25 }],
    ['bits of activations alone', { activationBits: 4, epochs: 1 }],
    ['bits and no epochs', { weightBits: 4, epochs: 0 }],
  ])('are those of the command that the page tells: %s', async (_, changes) => {
    const settings = { ...defaultPageTraining, ...changes };

    const flags = readCommand(trainingCommand(settings));

    expect(flags.images).toBe(settings.images);
    expect(trainOptions(settings, target)).toEqual(await trainOptionsOf(flags, target.network));
  });

  it('follow from the network where nothing is said', () => {
    expect(trainOptions(defaultTrainSettings, target)).toMatchObject({
      epochs: 12,
      fixedEpochs: 3,
      quantizeEpochs: 0,
      groupLasso: 0.5,
      batchSize: 128,
      threads: 2,
    });
  });
});

describe('image-sizes', () => {
  const sizesOf = (imageSizes: string): unknown =>
    trainOptions({ ...defaultTrainSettings, imageSizes }, target).imageSizes;

  it('are sides with the number of their epochs', () => {
    expect(sizesOf('14x4, 20x3')).toEqual([
      { side: 14, epochs: 4 },
      { side: 20, epochs: 3 },
    ]);
  });

  it.each([
    ['14', /image-sizes: must be sizes from 1 to 28 .* such as 14x2, not "14"/],
    ['14x0', /must be sizes/],
    ['29x2', /must be sizes/],
    ['14x8,20x5', /image-sizes: has 13 epochs, more than the 12 in real arithmetic/],
  ])('refuses %s', (text, message) => {
    expect(caught(() => sizesOf(text)).message).toMatch(message);
  });
});

describe('resultCommand', () => {
  it('tells what the training has, and leaves out what does not change it', () => {
    const settings: TrainSettings = {
      ...defaultTrainSettings,
      data: '/data',
      threads: 1,
      testEvery: 5,
      dataset: 'mnist',
      epochs: 4,
      groupLasso: 0.5,
      weightBits: 4,
      set: ['adc.bits=3'],
    };

    expect(resultCommand(settings)).toBe(
      'mars train --network mnist-cnn --dataset mnist --epochs 4 --seed 1 --group-lasso 0.5 --weight-bits 4 --set adc.bits=3',
    );
  });
});
