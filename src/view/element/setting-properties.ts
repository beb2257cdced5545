// The properties of the element that reflect settings of a run and values of the chip.

import { type ChipWords, chipValues } from '../../settings/chip-values.ts';
import { runSettings, type SharedSettings } from '../../settings/run-settings.ts';
import { nameOf, settingsIn } from '../../settings/setting.ts';

/** Properties by attribute: what they are as a value, and what an absent attribute means. */
export interface Reflected {
  readonly attribute: string;
  readonly kind: 'text' | 'number';
  readonly fallback: string | number | undefined;
}

/** A value as a property: any text may be set, and a list has spaces between its entries. */
export type PropertyOf<Value> = Value extends string | readonly string[] ? string : Value;

/** The properties that settings of a run and values of the chip have. */
export type SettingProperties = {
  -readonly [Key in keyof SharedSettings]: PropertyOf<SharedSettings[Key]>;
} & { -readonly [Key in keyof ChipWords]: ChipWords[Key] };

/** Where those properties are kept: in the attributes of the settings. */
export const settingProperties: Readonly<Record<string, Reflected>> = Object.fromEntries([
  ...settingsIn(runSettings, 'element').map((setting): [string, Reflected] => [
    setting.key,
    {
      attribute: setting.name,
      kind: setting.kind.range ? 'number' : 'text',
      fallback: setting.isList ? '' : (setting.default as string | number | undefined),
    },
  ]),
  ...chipValues.flatMap(({ word, isWord }): [string, Reflected][] =>
    word === undefined
      ? []
      : [
          [
            word,
            { attribute: nameOf(word), kind: isWord ? 'text' : 'number', fallback: undefined },
          ],
        ],
  ),
]);
