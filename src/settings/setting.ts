// A setting: declared once, in a table of this folder, and read by every surface that has it.

import type { Kind } from './kinds.ts';

/**
 * Where a person can give a setting: an option of the command line; a control of the page and a word of its address; an
 * attribute of the element.
 */
export type Surface = 'command line' | 'page' | 'element';

/** One setting. */
export interface Setting<Value, Group extends string = string> {
  /** What a text of it may say; for a list, one entry. */
  readonly kind: Kind<EntryOf<Value>>;
  /** The value where nobody gives one. */
  readonly default: Value;
  /** What happens without a value, where there is no default that says it. */
  readonly defaultText?: string;
  /** What stands for its value in help: `bits` in `--weight-bits <bits>`. */
  readonly placeholder: string;
  /** What it is called beside its control. */
  readonly label: string;
  /** What it is, in half a sentence. */
  readonly help: string;
  /** Under which heading it is shown. */
  readonly group: Group;
  readonly surfaces: readonly Surface[];
  /** What the arrows of its control add, where that is not 1. */
  readonly step?: number;
}

type EntryOf<Value> =
  NonNullable<Value> extends readonly (infer Entry)[] ? Entry : NonNullable<Value>;

/** A table: each setting under the key that its value has in code and in JSON. */
export type SettingTable<Values, Group extends string = string> = {
  readonly [Key in keyof Values]-?: Setting<Values[Key], Group>;
};

/** A setting of any type, as a walk over a table meets it. */
export interface AnySetting extends Omit<Setting<unknown>, 'kind'> {
  readonly kind: Kind<unknown>;
  readonly key: string;
  /** As people write it: `weight-bits`. */
  readonly name: string;
  /** Whether it may be given several times, each adding an entry. */
  readonly isList: boolean;
}

/** The name of a key: `weightBits` is written `weight-bits`. */
export const nameOf = (key: string): string =>
  key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** The settings of a table in its order; those of `surface` alone where one is given. */
export function settingsIn<Values>(
  table: SettingTable<Values>,
  surface?: Surface,
): readonly AnySetting[] {
  const entries = Object.entries(table) as readonly (readonly [string, Omit<AnySetting, 'key'>])[];
  return entries
    .filter(([, { surfaces }]) => surface === undefined || surfaces.includes(surface))
    .map(([key, setting]) => ({
      ...setting,
      key,
      name: nameOf(key),
      isList: Array.isArray(setting.default),
    }));
}

/** The values of a table where nobody gives any. */
export const defaultsOf = <Values>(table: SettingTable<Values>): Values =>
  Object.fromEntries(settingsIn(table).map((setting) => [setting.key, setting.default])) as Values;
