// The values of the chip: each control shows the chip's own value and how it is known, until a person changes it.

import { type ChipSpec, permittedValues } from '../../chips/index.ts';
import { type ProvenanceEntry, provenanceOf } from '../../chips/sourced.ts';
import { type ChipValue, chipValues } from '../../settings/chip-values.ts';
import { runSettings } from '../../settings/run-settings.ts';
import { choiceText } from '../ui/choice-texts.ts';
import { type Field, makeField } from '../ui/field.ts';
import { rangeText } from '../ui/setting-field.ts';

/** The controls of a chip's values. */
export interface ChipControls {
  /** In no element yet. */
  readonly fields: readonly Field[];
  /** Shows the values of `chip`, with some of them changed (`path=value`). */
  show(chip: ChipSpec, set: readonly string[]): void;
  /** What differs from the chip that is shown, as `path=value`. */
  changed(): readonly string[];
  /** Puts the chip's own value back. */
  reset(path: string): void;
}

/** Makes the controls, with what `chip` permits. */
export function makeChipControls(chip: ChipSpec): ChipControls {
  const fields = new Map(chipValues.map((one) => [one.path, fieldOf(one, chip)]));
  const other = makeField({
    name: 'set',
    label: runSettings.set.label,
    type: 'text',
    isWide: true,
    attributes: { placeholder: 'clock.frequency=200', spellcheck: 'false', autocomplete: 'off' },
  });
  let known: ReadonlyMap<string, ProvenanceEntry> = new Map();
  const ownValue = (path: string): string => String(known.get(path)?.value ?? '');
  const isChanged = (path: string, value: string): boolean =>
    value.trim() !== '' && value.trim() !== String(known.get(path)?.value);
  const showEvidence = (path: string, field: Field): void => {
    const entry = known.get(path);
    if (isChanged(path, field.input.value)) field.showEvidence('set here', 'changed by hand');
    else field.showEvidence(entry?.evidence, `${unitText(entry)}${entry?.source ?? ''}`);
  };
  for (const [path, field] of fields)
    field.input.addEventListener('input', () => showEvidence(path, field));
  return {
    fields: [...fields.values(), other],
    show: (shown, set) => {
      known = new Map(provenanceOf(shown).map((entry) => [entry.parameter, entry]));
      const changes = new Map(set.map((one) => one.split('=', 2) as [string, string]));
      for (const [path, field] of fields) {
        field.input.value = changes.get(path) ?? ownValue(path);
        changes.delete(path);
        field.showHint(hintOf(chip, path, known.get(path)));
        showEvidence(path, field);
      }
      other.input.value = [...changes].map(([path, value]) => `${path}=${value}`).join(' ');
    },
    changed: () => [
      ...[...fields].flatMap(([path, { input }]) =>
        isChanged(path, input.value) ? [`${path}=${input.value.trim()}`] : [],
      ),
      ...otherChanges(other),
    ],
    reset: (path) => {
      const field = fields.get(path);
      if (field) {
        field.input.value = ownValue(path);
        showEvidence(path, field);
      } else
        other.input.value = otherChanges(other)
          .filter((one) => !one.startsWith(`${path}=`))
          .join(' ');
    },
  };
}

const otherChanges = ({ input }: Field): readonly string[] =>
  input.value.split(/\s+/).filter((one) => one !== '');

const unitText = (entry: ProvenanceEntry | undefined): string =>
  entry === undefined || entry.unit === '' ? '' : `${entry.unit}; `;

/** `1 to 8 bits; default: 6`. */
function hintOf(chip: ChipSpec, path: string, entry: ProvenanceEntry | undefined): string {
  const { min, max, choices } = permittedValues(chip, path);
  const unit = entry === undefined || entry.unit === '' ? '' : ` ${entry.unit}`;
  const range =
    choices || min === undefined || max === undefined || Math.abs(max) > 1e9
      ? unit.trim()
      : `${rangeText(min, max)}${unit}`;
  const fallback = entry === undefined ? '' : `default: ${entry.value}`;
  return [range, fallback].filter((text) => text !== '').join('; ');
}

function fieldOf({ path, label, step = 1 }: ChipValue, chip: ChipSpec): Field {
  const { choices, min, max, isWhole } = permittedValues(chip, path);
  if (choices)
    return makeField({ name: path, label, choices: choices.map((one) => [one, choiceText(one)]) });
  return makeField({ name: path, label, range: { min, max, step: isWhole ? step : undefined } });
}
