// The settings of any table as text by name, and as options of a command.

import { parseValue } from './kinds.ts';
import { type AnySetting, type SettingTable, settingsIn, type Surface } from './setting.ts';

/** A setting's name and its text. */
export type NamedText = readonly [name: string, text: string];

/**
 * Values of a table from text by name; a name without text counts as absent.
 * @param texts such as a URLSearchParams; a list may be there several times, of any other setting the first text counts
 * @throws {CimError} (usage) naming the setting whose text is not permitted
 */
export function readTable<Values>(table: SettingTable<Values>, texts: Iterable<NamedText>): Values {
  const given = [...texts].filter(([, text]) => text.trim() !== '');
  const values = settingsIn(table).map((setting) => [setting.key, readOne(setting, given)]);
  return Object.fromEntries(values) as Values;
}

function readOne(setting: AnySetting, given: readonly NamedText[]): unknown {
  const { name, kind, isList } = setting;
  const own = given.filter(([one]) => one === name).map(([, text]) => text);
  const [first] = own;
  if (first === undefined) return setting.default;
  return isList ? own.map((one) => parseValue(name, kind, one)) : parseValue(name, kind, first);
}

/**
 * Texts by name of what differs from `defaults`: inverse of {@link readTable}.
 * @param surface leaves out what it does not have; all settings by default
 */
export const writeTable = <Values extends object>(
  table: SettingTable<Values>,
  values: Values,
  { defaults, surface }: { readonly defaults: Values; readonly surface?: Surface },
): readonly NamedText[] =>
  settingsIn(table, surface).flatMap(({ key, name, kind, isList }): readonly NamedText[] => {
    const [value, fallback]: readonly unknown[] = [values, defaults].map(
      (one) => one[key as keyof Values],
    );
    if (isList) return (value as readonly unknown[]).map((one) => [name, kind.write(one)]);
    return value === undefined || value === fallback ? [] : [[name, kind.write(value)]];
  });

/** Texts by name as options of a shell command: `--name value`. */
export const optionWords = (texts: readonly NamedText[]): readonly string[] =>
  texts.map(([name, value]) => `--${name} ${quoted(value)}`);

const quoted = (value: string): string =>
  /^[\w.=/-]+$/.test(value) ? value : `'${oneLine(value).replaceAll("'", String.raw`'\''`)}'`;

/** Text without line ends, which a comment of the shell would not survive. */
export const oneLine = (text: string): string => text.replaceAll(/\p{Cc}/gu, ' ');
