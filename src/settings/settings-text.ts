// Settings of a run as text: read from the words of an address or of attributes, written again, and told as a command.

import { CimError } from '../core/errors.ts';
import { nearestName } from '../core/nearest-name.ts';
import { chipValues } from './chip-values.ts';
import { checkRunSettings } from './check-settings.ts';
import { defaultSettings, type RunSettings, runSettings } from './run-settings.ts';
import { nameOf, settingsIn, type Surface } from './setting.ts';
import { type NamedText, oneLine, optionWords, readTable, writeTable } from './table-text.ts';

/** Short words of addresses and attributes: the path in the chip that each stands for. */
export const chipPaths: Readonly<Record<string, string>> = Object.fromEntries(
  chipValues.flatMap(({ word, path }) => (word === undefined ? [] : [[nameOf(word), path]])),
);

/** The words that a surface knows for settings of a run, short words of the chip among them. */
export const wordsOf = (surface: Exclude<Surface, 'command line'>): readonly string[] => [
  ...settingsIn(runSettings, surface).map(({ name }) => name),
  ...Object.keys(chipPaths),
];

/**
 * Settings of a run from text by name, as an address or attributes have it; `set` may be there several times, and a
 * short word such as `adc-bits` wins over it. Words that are no settings are for whoever calls: see `checkWords`.
 * @throws {CimError} (usage) naming the setting whose text is not permitted, or that cannot be given with another
 */
export function readSettings(texts: Iterable<NamedText>): RunSettings {
  const all = [...texts];
  const read = readTable(runSettings, all);
  const settings = { ...read, set: [...read.set, ...setByWords(new Map(all))] };
  checkRunSettings(settings);
  return settings;
}

/** What the short words change, as `path=value`; empty ones count as absent. */
function setByWords(text: ReadonlyMap<string, string>): readonly string[] {
  return Object.entries(chipPaths).flatMap(([name, path]) => {
    const value = text.get(name)?.trim() ?? '';
    if (value === '') return [];
    if (/[\s=]/.test(value))
      throw new CimError('usage', {
        what: `must be one value, for ${path}, not "${value}"`,
        where: name,
      });
    return [`${path}=${value}`];
  });
}

/** Inverse of {@link readSettings}: only what differs from {@link defaultSettings}. */
export const writeSettings = (settings: RunSettings): readonly NamedText[] =>
  writeTable(runSettings, settings, { defaults: defaultSettings });

/**
 * The command that does the same on the command line. A person's own folder of pictures is its data set; other images, which it has no
 * option for, are named in a comment of the shell.
 */
export function commandLine(settings: RunSettings): string {
  const command = settings.images === 0 ? 'mars estimate' : 'mars run';
  const defaults = { ...defaultSettings, ...(settings.images === 0 ? { images: 0 } : {}) };
  const { ownImages } = settings;
  const isOfFolder = ownImages?.endsWith('/') === true;
  const asked = isOfFolder ? { ...settings, dataset: ownImages.slice(0, -1) } : settings;
  const text = writeTable(runSettings, asked, { defaults, surface: 'command line' });
  const note =
    ownImages === undefined || isOfFolder ? [] : [`# on your images: ${oneLine(ownImages)}`];
  return [command, ...optionWords(text), ...note].join(' ');
}

/**
 * Checks the words of an address.
 * @param words as they are there, also several times
 * @param known those that are permitted; `set` alone may be there several times
 * @throws {CimError} (usage) naming the first word that is unknown or there twice
 */
export function checkWords(words: readonly string[], known: readonly string[]): void {
  for (const [index, word] of words.entries()) {
    if (!known.includes(word)) throw unknownWord(word, known);
    if (word !== 'set' && words.indexOf(word) < index)
      throw new CimError('usage', { what: 'is given twice', where: word, todo: 'give it once' });
  }
}

/** The error of a word that is not known: it names the word and the one that may be meant. */
export function unknownWord(word: string, known: readonly string[]): CimError {
  const near = nearestWord(word, known);
  const meant = word.includes('.') ? `set=${word}=…` : near;
  const all = `known: ${known.join(', ')}`;
  return new CimError('usage', {
    what: `"${word}" is not a setting`,
    where: word,
    todo: meant === undefined ? all : `did you mean ${meant}? ${all}`,
  });
}

/** The known word that `word` is a slip of: other case, other signs between, or a few letters wrong. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z\d]/g, '');
  const near = nearestName(plain(word), known.map(plain));
  return known.find((one) => plain(one) === near);
}
