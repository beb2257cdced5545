// The attributes of the element: the options of a run in the words of the command line, short forms for common values
// of the chip, and how the element shows what came of it.

import { UsageError } from '../../core/errors.ts';
import { readSettings, type RunSettings } from '../engine/run-settings.ts';

/** Attributes whose text goes to `readSettings` as it is. */
export const settingAttributes = [
  'network',
  'images',
  'chip',
  'weight-bits',
  'activation-bits',
  'pruned-groups',
  'density-profile',
  'index-coding',
  'balance',
  'seed',
] as const;

/** Short forms: the path in the chip that an attribute stands for. */
export const chipAttributes: Readonly<Record<string, string>> = {
  'adc-bits': 'adc.bits',
  'adc-step': 'adc.step',
  'read-noise': 'noise.read',
  cores: 'cores.count',
  macros: 'cores.macros',
  overlap: 'controller.overlap',
};

/** Attributes that say where files are. */
const fileAttributes = ['data', 'model'] as const;

/** A change of one of these means another run. */
export const runAttributes: readonly string[] = [
  ...settingAttributes,
  'set',
  ...Object.keys(chipAttributes),
  ...fileAttributes,
];

/** All attributes that the element heeds. */
export const attributeNames: readonly string[] = [
  ...runAttributes,
  'view',
  'loading',
  'heading-level',
];

/** What reads attributes: an element. */
export interface Attributes {
  getAttribute(name: string): string | null;
}

/**
 * Settings of the run that the attributes ask for; empty attributes count as absent. A short form wins over the same
 * path in `set`.
 * @throws {UsageError} naming the attribute whose value is not permitted
 */
export function settingsOf(attributes: Attributes): RunSettings {
  const text = new URLSearchParams();
  for (const name of settingAttributes) {
    const value = given(attributes, name);
    if (value !== undefined) text.set(name, value);
  }
  for (const one of words(given(attributes, 'set'))) text.append('set', one);
  for (const [name, path] of Object.entries(chipAttributes)) {
    const value = given(attributes, name);
    if (value === undefined) continue;
    if (/[\s=]/.test(value))
      throw new UsageError({
        what: `"${value}" is not permitted`,
        where: name,
        todo: `wanted: one value, for ${path}`,
      });
    text.append('set', `${path}=${value}`);
  }
  return readSettings(text);
}

/** Tells runs apart: the same text, the same run. */
export const runKey = (attributes: Attributes): string =>
  JSON.stringify(runAttributes.map((name) => given(attributes, name) ?? ''));

/** Text of an attribute without space around it; undefined where that leaves nothing. */
export function given(attributes: Attributes, name: string): string | undefined {
  const text = attributes.getAttribute(name)?.trim();
  return text === '' ? undefined : text;
}

/** The words of a text, by white space. */
export const words = (text: string | undefined): string[] =>
  text?.split(/\s+/).filter((word) => word !== '') ?? [];
