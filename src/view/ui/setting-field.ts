// The control of a setting, as its declaration says.

import { withMinus } from '../../core/number-text.ts';
import type { AnySetting } from '../../settings/setting.ts';
import { choiceText } from './choice-texts.ts';
import { type Field, type FieldSettings, makeField } from './field.ts';

/** Longer words do not fit into a control; who points at it reads them. */
const longestPlaceholder = 14;

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
    hint: hintOf(setting),
    placeholder: placeholderOf(setting),
    ...(choices ? { choices } : {}),
    ...(range ? { range: { min: range.min, max: range.max, step } } : {}),
  });
}

/** Range and default in a few words: `0 to 500, default 20`. */
function hintOf({ kind, default: value, defaultText }: AnySetting): string {
  const { range } = kind;
  const fallback = defaultText ?? (value === undefined ? '' : kind.write(value));
  return [
    range ? rangeText(range.min, range.max) : '',
    fallback === '' ? '' : `default: ${fallback}`,
  ]
    .filter((text) => text !== '')
    .join('; ');
}

const endText = (end: number): string => withMinus(end.toLocaleString('en'));

/** `0 to 1`; large ends with commas between thousands. */
export const rangeText = (min: number, max: number): string => `${endText(min)} to ${endText(max)}`;

/** What stands in an empty control: what that means. */
export const placeholderOf = ({ defaultText = '' }: Pick<AnySetting, 'defaultText'>): string =>
  defaultText.length <= longestPlaceholder ? defaultText : 'default';

/** What may be chosen; what happens without a choice comes first. */
function choicesOf({ kind, default: value, defaultText }: AnySetting): FieldSettings['choices'] {
  const values = kind.choices?.map((one): readonly [string, string] => [one, choiceText(one)]);
  if (!values || value !== undefined) return values;
  return [['', defaultText ?? 'default'], ...values.filter(([one]) => one !== defaultText)];
}
