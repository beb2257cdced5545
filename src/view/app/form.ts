// The form: settings and files in, settings and files out, and errors beside the control that caused them.

import { chipNamed, chips, type ChipSpec } from '../../chips/index.ts';
import type { CimError } from '../../core/errors.ts';
import { indexCodings } from '../../mapping/index-coding.ts';
import { balances } from '../../mapping/place-tiles.ts';
import type { UserFiles } from '../engine/user-files.ts';
import { loadChip, networkNames, trainedNetworks } from '../engine/load-job.ts';
import {
  defaultSettings,
  mostImages,
  readSettings,
  type RunSettings,
  writeSettings,
} from '../engine/run-settings.ts';
import { make } from '../ui/make-element.ts';
import { type ChipControls, makeChipControls } from './chip-controls.ts';
import { type Field, makeField } from '../ui/field.ts';
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
  read(): Wanted;
  fill(settings: RunSettings): void;
  /** Takes over files that `checkFiles` has read, and chooses them. */
  addFiles(files: UserFiles): void;
  /** Shows an error beside its control. Gives false if it belongs to none. */
  showError(error: CimError): boolean;
  clearErrors(): void;
}

const usual = (text: string): Readonly<Record<string, string>> => ({ placeholder: text });
const range = (low: number, high: number): Readonly<Record<string, string>> => ({
  min: String(low),
  max: String(high),
});

/** Makes the form. `onFiles` is told of files that a person chose. */
export function makeRunForm(onFiles: (files: readonly File[]) => void): RunForm {
  const fields = makeFields();
  const chipControls = makeChipControls();
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
    read: () => {
      const text = new URLSearchParams();
      for (const { name, input } of Object.values(fields)) text.set(name, input.value.trim());
      for (const one of chipControls.changed()) text.append('set', one);
      const settings = readSettings(text);
      const files = own.of(settings);
      loadChip(settings, files);
      return { settings, files };
    },
    fill: (settings) => {
      const text = writeSettings({ ...defaultSettings, ...settings });
      for (const { name, input } of Object.values(fields))
        setValue(input, text.get(name) ?? usualText(name));
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

function makeFields(): FileFields & Readonly<Record<string, Field>> {
  const names = (list: readonly string[]): readonly (readonly [string, string])[] =>
    list.map((name) => [name, name]);
  const networks = networkNames.map((name): readonly [string, string] => [
    name,
    trainedNetworks.includes(name) ? `${name} (trained)` : `${name} (random weights)`,
  ]);
  const from = (name: string, label: string, attributes: Readonly<Record<string, string>>): Field =>
    makeField({ name, label, attributes });
  return {
    network: makeField({ name: 'network', label: 'Network', choices: networks, isWide: true }),
    'own-images': makeField({
      name: 'own-images',
      label: 'Images from',
      choices: [['', 'the network’s test set']],
      isWide: true,
    }),
    images: from('images', 'Images (0: none)', { ...range(0, mostImages), step: '1' }),
    seed: from('seed', 'Seed', { ...range(0, 2 ** 32 - 1), step: '1' }),
    weightBits: from('weight-bits', 'Weight bits', {
      ...range(2, 8),
      step: '1',
      ...usual('usual'),
    }),
    activationBits: from('activation-bits', 'Activation bits', {
      ...range(1, 8),
      step: '1',
      ...usual('usual'),
    }),
    prunedGroups: from('pruned-groups', 'Groups pruned', {
      ...range(0, 1),
      step: '0.05',
      ...usual('as trained'),
    }),
    densityProfile: from('density-profile', 'Density profile', {
      ...range(0, 100),
      step: '0.1',
      ...usual('none'),
    }),
    indexCoding: makeField({
      name: 'index-coding',
      label: 'Index coding',
      choices: names(indexCodings),
    }),
    chip: makeField({ name: 'chip', label: 'Chip', choices: names(Object.keys(chips)) }),
    balance: makeField({ name: 'balance', label: 'Balance', choices: names(balances) }),
  };
}

function layOut(
  fields: ReturnType<typeof makeFields>,
  chipControls: ChipControls,
  filesElement: HTMLElement,
  onFiles: (files: readonly File[]) => void,
): HTMLElement {
  const group = (
    title: string,
    names: readonly string[],
    more: readonly Node[] = [],
  ): HTMLElement =>
    make('fieldset', {}, [
      make('legend', { text: title }),
      ...names.flatMap((name) => fields[name]?.element ?? []),
      ...more,
    ]);
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
  return make('div', { class: 'fields' }, [
    group(
      'Network and images',
      ['network', 'own-images', 'images', 'seed'],
      [chooser.element, filesElement],
    ),
    group('Compression', [
      'weightBits',
      'activationBits',
      'prunedGroups',
      'densityProfile',
      'indexCoding',
    ]),
    group('Chip', ['chip', 'balance'], [chipControls.element]),
  ]);
}

/** The chip that changes are counted from; the default one while the name is that of a file which is not here. */
const baseChip = (name: string, own: OwnFiles): ChipSpec =>
  own.chip(name) ?? chipNamed(Object.hasOwn(chips, name) ? name : defaultSettings.chip);

/** Sets a value; a select gets an option of that value if it has none. */
function setValue(input: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (input instanceof HTMLSelectElement && ![...input.options].some((one) => one.value === value))
    input.append(make('option', { text: value, attributes: { value, 'data-file': '' } }));
  input.value = value;
}

const usualText = (name: string): string => writeSettingsOf.get(name) ?? '';
/** Texts of the options that an address leaves out because they are usual. */
const writeSettingsOf: ReadonlyMap<string, string> = new Map([
  ['network', defaultSettings.network],
  ['images', String(defaultSettings.images)],
  ['chip', defaultSettings.chip],
  ['index-coding', defaultSettings.indexCoding],
  ['balance', defaultSettings.balance],
  ['seed', String(defaultSettings.seed)],
]);

/** The control that an error is about, by the places that it names. */
function fieldOf(error: CimError, fields: readonly Field[]): Field | undefined {
  const places = error.where;
  return (
    fields.find(({ name }) =>
      places.some((place) => place === name || place.startsWith(`${name}.`)),
    ) ??
    fields.find(
      ({ input }) => input.value !== '' && places.some((place) => place === input.value),
    ) ??
    (places.includes('--set') ? fields.find(({ name }) => name === 'set') : undefined)
  );
}
