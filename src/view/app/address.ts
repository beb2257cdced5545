// The page's address: the settings of a run and the view that is shown, so that a link gives both again.

import {
  type RunSettings,
  ownImagesWord,
  readSettings,
  writeSettings,
} from '../engine/run-settings.ts';
import { chipWords, checkWords, settingWords } from '../engine/setting-words.ts';

/** What an address says. */
export interface Place {
  readonly settings: RunSettings;
  readonly view: string | undefined;
  /** Whether it asks for a run, not only for a filled form. */
  readonly runs: boolean;
}

/** All words that an address knows: those of `mars run`, the element's short ones, and the page's own. */
const known: readonly string[] = [
  ...settingWords,
  'set',
  ...Object.keys(chipWords),
  ownImagesWord,
  'view',
];

/**
 * Reads the query of an address.
 * @throws {CimError} (usage) naming the word that is unknown, or whose value is not permitted
 */
export function readAddress(query: string): Place {
  const text = new URLSearchParams(query);
  checkWords([...text.keys()], known);
  const view = text.get('view') ?? undefined;
  return { settings: readSettings(text), view, runs: [...text.keys()].some(isSetting) };
}

/** Inverse of {@link readAddress}, with `?`. A run with all the usual settings says so by its network. */
export function writeAddress(settings: RunSettings, view: string | undefined): string {
  const text = writeSettings(settings);
  if (text.size === 0) text.set('network', settings.network);
  if (view !== undefined) text.set('view', view);
  return `?${text}`;
}

const isSetting = (name: string): boolean => name !== 'view';
