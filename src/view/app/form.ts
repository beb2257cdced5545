// The form: settings and files in, settings and files out, and errors beside the control that caused them.

import { chipNamed, chips, type ChipSpec } from '../../chips/index.ts';
import type { CimError } from '../../core/errors.ts';
import { loadChip } from '../../settings/load-job.ts';
import {
  defaultSettings,
  runGroups,
  type RunGroup,
  type RunSettings,
  runSettings,
} from '../../settings/run-settings.ts';
import { type AnySetting, settingsIn } from '../../settings/setting.ts';
import { readSettings, writeSettings } from '../../settings/settings-text.ts';
import type { UserFiles } from '../engine/user-files.ts';
import { givenChip, networkNames, trainedNetworks } from '../engine/page-sources.ts';
import { type Field, makeField } from '../ui/field.ts';
import { make } from '../ui/make-element.ts';
import { settingField } from '../ui/setting-field.ts';
import { type ChipControls, makeChipControls } from './chip-controls.ts';
import { type FileFields, makeOwnFileControls } from './own-file-controls.ts';
import { OwnFiles } from './own-files.ts';

/** What a person has set. */
export interface Wanted {
  readonly settings: RunSettings;
  readonly files: UserFiles;
}

/** The form of a run. */
export interface RunForm {
  readonly element: HTMLElement;
  /**
   * What is set.
   * @throws {CimError} for what is not permitted
   */
  read(): Promise<Wanted>;
  fill(settings: RunSettings): void;
  /** Takes over files that `checkFiles` has read, and chooses them. */
  addFiles(files: UserFiles): void;
  /** Shows an error beside its control. Gives false if it belongs to none. */
  showError(error: CimError): boolean;
  clearErrors(): void;
}

/** Makes the form. `onFiles` is told of files that a person chose. */
export function makeRunForm(onFiles: (files: readonly File[]) => void): RunForm {
  const fields = makeFields();
  const chipControls = makeChipControls(chipNamed(defaultSettings.chip));
  const own = new OwnFiles();
  const { chip: chipField } = fields;
  const showChip = (set: readonly string[]): void => {
    chipControls.show(baseChip(chipField.input.value, own), set);
  };
  const ownControls = makeOwnFileControls(own, fields, (control) => {
    if (control === 'chip') showChip([]);
  });
  const element = layOut(fields, chipControls, ownControls.element, onFiles);
  chipField.input.addEventListener('change', () => showChip([]));
  showChip([]);
  const every = (): readonly Field[] => [...Object.values(fields), ...chipControls.fields];
  return {
    element,
    read: async () => {
      const text = new URLSearchParams();
      for (const { name, input } of Object.values(fields)) text.set(name, input.value);
      for (const one of chipControls.changed()) text.append('set', one);
      const settings = readSettings(text);
      const files = own.of(settings);
      await loadChip(settings, givenChip(files));
      return { settings, files };
    },
    fill: (settings) => {
      const text = new Map(writeSettings({ ...defaultSettings, ...settings }));
      for (const { name, kind, default: fallback } of formSettings)
        setValue(
          fields[name]?.input,
          text.get(name) ?? (fallback === undefined ? '' : kind.write(fallback)),
        );
      ownControls.show();
      showChip(settings.set);
    },
    addFiles: (added) => {
      for (const choice of own.add(added)) ownControls.choose(choice);
      ownControls.show();
      if (added.chip) showChip([]);
    },
    showError: (error) => {
      const field = fieldOf(error, every());
      field?.showError(error.what);
      field?.input.focus();
      return field !== undefined;
    },
    clearErrors: () => {
      for (const field of every()) field.showError(undefined);
    },
  };
}

/** Settings that have one control each; the values of the chip have theirs. */
const formSettings: readonly AnySetting[] = settingsIn(runSettings, 'page').filter(
  ({ isList }) => !isList,
);

/** What may be chosen where only the page knows that. */
const choices: Readonly<Record<string, readonly (readonly [value: string, text: string])[]>> = {
  network: networkNames.map((name) => [
    name,
    trainedNetworks.includes(name) ? `${name} (trained)` : `${name} (random weights)`,
  ]),
  'own-images': [['', runSettings.ownImages.defaultText ?? '']],
  chip: Object.keys(chips).map((name) => [name, name]),
};
/** Controls with long names in them. */
const wide: readonly string[] = ['network', 'own-images'];

const makeFields = (): FileFields & Readonly<Record<string, Field>> =>
  Object.fromEntries(
    formSettings.map((setting) => {
      const { name } = setting;
      const more = { choices: choices[name], isWide: wide.includes(name) };
      return [name, settingField(setting, more)];
    }),
  ) as FileFields & Readonly<Record<string, Field>>;

function layOut(
  fields: Readonly<Record<string, Field>>,
  chipControls: ChipControls,
  filesElement: HTMLElement,
  onFiles: (files: readonly File[]) => void,
): HTMLElement {
  const chooser = makeField({
    name: 'files',
    label: 'Your files: network, chip, pictures, data set, report',
    type: 'file',
    isWide: true,
    attributes: { multiple: '' },
  });
  const { input } = chooser;
  input.addEventListener('change', () => {
    if (input instanceof HTMLInputElement) onFiles([...(input.files ?? [])]);
    input.value = '';
  });
  const more: Readonly<Record<RunGroup, readonly Node[]>> = {
    'Network and images': [chooser.element, filesElement],
    Compression: [],
    Chip: [chipControls.element],
  };
  const group = (title: RunGroup): HTMLElement =>
    make('fieldset', {}, [
      make('legend', { text: title }),
      ...formSettings.flatMap((one) =>
        one.group === title ? (fields[one.name]?.element ?? []) : [],
      ),
      ...more[title],
    ]);
  return make('div', { class: 'fields' }, runGroups.map(group));
}

/** The chip that changes are counted from; the default one while the name is that of a file which is not here. */
const baseChip = (name: string, own: OwnFiles): ChipSpec =>
  own.chip(name) ?? chipNamed(Object.hasOwn(chips, name) ? name : defaultSettings.chip);

/** Sets a value; a select gets an option of that value if it has none. */
function setValue(input: HTMLInputElement | HTMLSelectElement | undefined, value: string): void {
  if (!input) return;
  if (input instanceof HTMLSelectElement && ![...input.options].some((one) => one.value === value))
    input.append(make('option', { text: value, attributes: { value, 'data-file': '' } }));
  input.value = value;
}

/** The control that an error is about, by the places that it names. */
function fieldOf(error: CimError, fields: readonly Field[]): Field | undefined {
  const places = error.where;
  return (
    fields.find(({ name }) =>
      places.some((place) => place === name || place.startsWith(`${name}.`)),
    ) ??
    fields.find(({ input }) => input.value !== '' && places.some((place) => place === input.value))
  );
}
