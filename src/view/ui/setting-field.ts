// The control of a setting, as its declaration says.

import type { AnySetting } from '../../settings/setting.ts';
import { type Field, type FieldSettings, makeField } from './field.ts';

/** Longer words do not fit into a control; who points at it reads them. */
export const longestPlaceholder = 22;

/** What only the page knows of a control. */
export interface ControlOptions {
  /** What may be chosen, where the setting itself permits any text. */
  readonly choices?: FieldSettings['choices'] | undefined;
  /** Takes the whole width of the form; not by default. */
  readonly isWide?: boolean;
}

/** Makes the control of a setting. */
export function settingField(setting: AnySetting, options: ControlOptions = {}): Field {
  const { name, label, kind, defaultText = '', help } = setting;
  const { choices = choicesOf(setting), isWide = false } = options;
  const { range } = kind;
  const step = setting.step ?? (range?.isWhole === true ? 1 : undefined);
  return makeField({
    name,
    label,
    isWide,
    help: defaultText === '' ? help : `${help} (default: ${defaultText})`,
    placeholder: defaultText.length <= longestPlaceholder ? defaultText : 'default',
    ...(choices ? { choices } : {}),
    ...(range ? { range: { min: range.min, max: range.max, step } } : {}),
  });
}

/** What may be chosen; what happens without a choice comes first, where that is no value of its own. */
function choicesOf({ kind, default: value, defaultText }: AnySetting): FieldSettings['choices'] {
  const values = kind.choices?.map((one): readonly [string, string] => [one, one]);
  if (!values || value !== undefined) return values;
  return [['', `${defaultText} (default)`], ...values.filter(([one]) => one !== defaultText)];
}
