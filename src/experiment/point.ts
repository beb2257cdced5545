// A point of an experiment: the settings of one run. Its id follows from them alone.

import { CimError } from '../core/errors.ts';
import { textHash } from '../core/text-hash.ts';
import { parseValue } from '../settings/kinds.ts';
import { noiseSeed } from '../settings/load-job.ts';
import { type RunSettings, runSettings } from '../settings/run-settings.ts';
import { settingsIn } from '../settings/setting.ts';
import { unknownWord } from '../settings/settings-text.ts';
import { plainValue, type SettingValue } from './axis-values.ts';

/** Values by path: a setting (`weightBits`), or a value of the chip (`adc.bits`). */
export type Coordinates = Readonly<Record<string, SettingValue>>;

/** One run of an experiment. */
export interface Point {
  /** 16 hexadecimal digits, from {@link PointSettings} alone. */
  readonly id: string;
  readonly settings: PointSettings;
  /** Its values on the axes, in their order; the chip instance is not among them. */
  readonly coordinates: Coordinates;
}

/** Settings of a run in one form: `chipSeed` is known, `set` has each path once, in alphabetical order. */
export type PointSettings = RunSettings & { readonly chipSeed: number };

/** Settings that say where something is on a machine, not what it is. */
const ofMachine: readonly string[] = ['data', 'ownImages'];

const entries = settingsIn(runSettings, 'command line');
const settingPaths = entries
  .map(({ key }) => key)
  .filter((key) => key !== 'set' && !ofMachine.includes(key));

/** Whether a path leads into the chip. */
const isChipPath = (path: string): boolean => path.includes('.');

/**
 * The path that a person means: `weight-bits` is `weightBits`.
 * @throws {CimError} (usage) when it is neither a setting nor a path of the chip
 */
export function pathNamed(text: string): string {
  const path = text.trim();
  if (isChipPath(path) && !/[\s=]/.test(path)) return path;
  const found = entries.find(({ key, name }) => key === path || name === path)?.key;
  if (found !== undefined && settingPaths.includes(found)) return found;
  if (found === undefined) throw unknownWord(path, settingPaths);
  throw new CimError('usage', {
    what: found === 'set' ? 'is no single value' : 'does not change a result',
    where: found,
    todo: found === 'set' ? 'vary paths of the chip, such as adc.bits' : 'vary another setting',
  });
}

/**
 * `settings` with the values of some paths.
 * @throws {CimError} (usage) for a value that its setting does not permit
 */
export function withValues(settings: RunSettings, values: Coordinates): RunSettings {
  const changed: Record<string, unknown> = { ...settings, set: [...settings.set] };
  const set = changed['set'] as string[];
  for (const [path, value] of Object.entries(values)) {
    const entry = entries.find(({ key }) => key === path);
    if (entry) changed[path] = parseValue(entry.name, entry.kind, String(value));
    else set.push(`${path}=${value}`);
  }
  return changed as unknown as RunSettings;
}

/** A point of these settings. */
export function pointOf(settings: RunSettings, coordinates: Coordinates): Point {
  const canonical = {
    ...settings,
    set: canonicalSet(settings.set),
    chipSeed: noiseSeed(settings),
  };
  return { id: textHash(identityText(canonical)), settings: canonical, coordinates };
}

/** The settings that change a result, in the order of their table; those without a value are left out. */
export const identityOf = (settings: RunSettings): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    entries
      .filter(({ key }) => !ofMachine.includes(key))
      .map(({ key }) => [key, settings[key as keyof RunSettings]] as const)
      .filter(([, value]) => value !== undefined),
  );

/** The text that an id is made from. */
export const identityText = (settings: RunSettings): string => JSON.stringify(identityOf(settings));

/** The last text of every path, numbers in one form, in alphabetical order. */
function canonicalSet(set: readonly string[]): readonly string[] {
  const values = new Map(
    set.map((text) => {
      const at = text.indexOf('=');
      // What is not path=value stays as it is: the chip refuses it with its own words.
      if (at < 0) return [text, undefined] as const;
      return [text.slice(0, at).trim(), String(plainValue(text.slice(at + 1).trim()))] as const;
    }),
  );
  return [...values]
    .map(([path, text]) => (text === undefined ? path : `${path}=${text}`))
    .toSorted((a, b) => (a < b ? -1 : 1));
}
