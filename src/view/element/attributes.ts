// The attributes of the element: the options of a run in the words of the command line, short forms for common values
// of the chip, and how the element shows what came of it.

import { CimError } from '../../core/errors.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import {
  chipPaths,
  nearestWord,
  readSettings,
  unknownWord,
  wordsOf,
} from '../../settings/settings-text.ts';
import type { NamedText } from '../../settings/table-text.ts';

/** Attributes that say where files are. */
const fileAttributes = ['data', 'model'] as const;

/** A change of one of these means another run. */
export const runAttributes: readonly string[] = [...wordsOf('element'), ...fileAttributes];

/** All attributes that the element heeds. */
export const attributeNames: readonly string[] = [
  ...runAttributes,
  'view',
  'layer',
  'loading',
  'heading',
  'heading-level',
  'caption',
  'controls',
];

/** What reads attributes: an element. */
export interface Attributes {
  getAttribute(name: string): string | null;
  getAttributeNames(): readonly string[];
}

/**
 * Settings of the run that the attributes ask for; empty attributes count as absent. A short form wins over the same
 * path in `set`.
 * @throws {CimError} (usage) naming the attribute that is not known, or whose value is not permitted
 */
export function settingsOf(attributes: Attributes): RunSettings {
  checkAttributes(attributes);
  const text: NamedText[] = [];
  for (const name of wordsOf('element')) {
    const value = given(attributes, name);
    // A list has its entries with spaces between.
    for (const one of name === 'set' ? words(value) : value === undefined ? [] : [value])
      text.push([name, one]);
  }
  return readSettings(text);
}

/** Attributes of HTML that every element may have, as far as they resemble ours; beside them what frameworks prefix. */
const others: readonly string[] = ['slot', 'style', 'lang', 'part'];

/**
 * Finds slips: attributes that are not ours but nearly are, such as `adc-bit`, and paths of the chip, such as `adc.bits`.
 * Others may belong to HTML or to whatever made the page, and pass.
 * @throws {CimError} (usage) naming the attribute and the one that may be meant
 */
export function checkAttributes(attributes: Attributes): void {
  for (const name of attributes.getAttributeNames()) {
    if (attributeNames.includes(name) || others.includes(name) || /^(data|aria|x|v|hx)-/.test(name))
      continue;
    if (nearestWord(name, attributeNames) !== undefined || /^[a-z]+\.[a-z.]+$/i.test(name))
      throw unknownWord(name, attributeNames);
  }
}

/**
 * An error about a value of the chip in the attribute's words, where an attribute gave that value.
 */
export function inAttributes(error: CimError, attributes: Attributes): CimError {
  const name = Object.entries(chipPaths).find(
    ([attribute, path]) =>
      given(attributes, attribute) !== undefined &&
      error.where.some((place) => place === path || place.startsWith(`${path}.`)),
  )?.[0];
  if (name === undefined) return error;
  const { kind, what, todo } = error;
  return new CimError(kind, { what, where: name, ...(todo === undefined ? {} : { todo }) });
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
