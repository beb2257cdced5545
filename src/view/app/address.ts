// The page's address: the settings of a run and the view that is shown, so that a link gives both again.

import type { RunSettings } from '../../settings/run-settings.ts';
import { checkWords, readSettings, wordsOf, writeSettings } from '../../settings/settings-text.ts';

/** What an address says. */
export interface Place {
  readonly settings: RunSettings;
  readonly view: string | undefined;
  /** Whether it asks for a run, not only for a filled form. */
  readonly runs: boolean;
}

/** All words that an address knows: those of the settings, and the view. */
const known: readonly string[] = [...wordsOf('page'), 'view'];

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

/** Inverse of {@link readAddress}, with `?`. A run with all default settings says so by its network. */
export function writeAddress(settings: RunSettings, view: string | undefined): string {
  const text = new URLSearchParams(
    writeSettings(settings).map(([name, one]): [string, string] => [name, one]),
  );
  if (text.size === 0) text.set('network', settings.network);
  if (view !== undefined) text.set('view', view);
  return `?${text}`;
}

const isSetting = (name: string): boolean => name !== 'view';
