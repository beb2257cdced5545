// What pixels mean to a network, from settings.

import { CimError } from '../core/errors.ts';
import type { InputNorm } from '../network/io/onnx/input-norm.ts';

/** The settings that say it; what is undefined is the preset's. */
export interface InputSettings {
  /** A known way to write images, for ONNX networks; undefined: `unit`, pixel p means p / 255. */
  readonly inputNorm?: InputPreset | undefined;
  /** What is subtracted from pixels, per channel with commas between, in units of `inputRange`. */
  readonly inputMean?: string | undefined;
  /** What they are divided by then. */
  readonly inputStd?: string | undefined;
  /** What the highest pixel means before that, above 0. */
  readonly inputRange?: number | undefined;
}

/** Known ways to write images, by name. */
const presets: Readonly<Record<InputPreset, InputNorm>> = {
  unit: {},
  pixel: { range: 255 },
  signed: { mean: [0.5], std: [0.5] },
  caffe: { range: 255, mean: [123, 117, 104] },
  imagenet: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
};

/** Name of a known way to write images. */
export type InputPreset = 'unit' | 'pixel' | 'signed' | 'caffe' | 'imagenet';

/** The names of all. */
export const inputPresets: readonly InputPreset[] = Object.keys(presets) as InputPreset[];

/**
 * What settings say of pixels; undefined where they say nothing.
 * @throws {CimError} (usage) when a list is none of numbers
 */
export function inputNormOf(settings: InputSettings): InputNorm | undefined {
  const { inputNorm, inputMean, inputStd, inputRange } = settings;
  if ([inputNorm, inputMean, inputStd, inputRange].every((value) => value === undefined))
    return undefined;
  const preset: InputNorm = inputNorm ? presets[inputNorm] : {};
  return {
    range: inputRange ?? preset.range,
    mean: numbersOf('input-mean', inputMean) ?? preset.mean,
    std: numbersOf('input-std', inputStd) ?? preset.std,
  };
}

function numbersOf(where: string, text: string | undefined): readonly number[] | undefined {
  if (text === undefined) return undefined;
  const numbers = text.split(',').map((part) => (part.trim() === '' ? NaN : Number(part)));
  if (numbers.every((value) => Number.isFinite(value))) return numbers;
  throw new CimError('usage', {
    what: `must be numbers with commas between, not "${text}"`,
    where,
    todo: 'such as 0.485,0.456,0.406 for red, green and blue',
  });
}
