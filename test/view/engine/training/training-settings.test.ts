// The form's text becomes settings, or an error that names the field.

import { describe, expect, it } from 'vitest';
import {
  defaultTraining,
  readTraining,
} from '../../../../src/view/engine/training/training-settings.ts';

const usual: Readonly<Record<string, string>> = {
  images: '10000',
  epochs: '4',
  learningRate: '0.05',
  groupLasso: '2',
  targetDensity: '',
  weightBits: ' ',
  activationBits: '',
  seed: '1',
};
const readWith = (changes: Readonly<Record<string, string>>): unknown =>
  readTraining((key) => ({ ...usual, ...changes })[key] ?? '');

describe('readTraining', () => {
  it('reads what the form begins with', () => {
    expect(readWith({})).toEqual(defaultTraining);
  });

  it('reads every field', () => {
    const text = { images: '128', targetDensity: '0.3', weightBits: '4', activationBits: '2' };

    expect(readWith({ ...text, epochs: '7', seed: '0' })).toEqual({
      ...defaultTraining,
      images: 128,
      epochs: 7,
      targetDensity: 0.3,
      weightBits: 4,
      activationBits: 2,
      seed: 0,
    });
  });

  it.each([
    ['images', '127', 'Images'],
    ['images', '', 'Images'],
    ['epochs', '1.5', 'Epochs'],
    ['learningRate', 'fast', 'Learning rate'],
    ['targetDensity', '1.1', 'Target density'],
    ['weightBits', '1', 'Weight bits'],
    ['activationBits', '9', 'Activation bits'],
    ['seed', '-1', 'Seed'],
  ])('refuses %s "%s"', (key, text, label) => {
    expect(() => readWith({ [key]: text })).toThrow(`${label}: "${text}" is not permitted`);
  });
});
