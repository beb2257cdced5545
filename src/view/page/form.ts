// The form: settings and files in, settings and files out, and errors beside the control that caused them.

import { chipNamed, chips, type ChipSpec } from '../../chips/index.ts';
import type { CimError } from '../../core/errors.ts';
import { indexCodings } from '../../mapping/index-coding.ts';
import { balances } from '../../mapping/place-tiles.ts';
import type { UserFiles } from '../engine/engine.ts';
import { loadChip, networkNames, trainedNetworks } from '../engine/load-job.ts';
import {
  defaultSettings,
  mostImages,
  readSettings,
  type RunSettings,
  writeSettings,
} from '../engine/run-settings.ts';
import { make, setText } from '../make-element.ts';
import { type ChipControls, makeChipControls } from './chip-controls.ts';
import { type Field, makeField } from './field.ts';

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
  /** Takes over files, in place of those of the same kind. */
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
  const filesElement = make('p', { class: 'note wide', attributes: { id: 'given-files' } });
  const element = layOut(fields, chipControls, filesElement, onFiles);
  let files: UserFiles = {};
  const { chip: chipField } = fields;
  const showChip = (set: readonly string[]): void => {
    chipControls.show(baseChip(chipField.input.value, files), set);
  };
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
      loadChip(settings, files);
      return { settings, files };
    },
    fill: (settings) => {
      const text = writeSettings({ ...defaultSettings, ...settings });
      for (const { name, input } of Object.values(fields))
        setValue(input, text.get(name) ?? usualText(name));
      showChip(settings.set);
    },
    addFiles: (added) => {
      files = { ...files, ...added };
      for (const [kind, name] of [
        ['network', files.network?.name],
        ['chip', files.chip?.name],
      ] as const)
        if (name !== undefined) setValue(fields[kind].input, name);
      if (added.chip) showChip([]);
      setText(filesElement, filesText(files));
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

function makeFields(): Readonly<Record<'network' | 'chip', Field>> &
  Readonly<Record<string, Field>> {
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
    group('Network and images', ['network', 'images', 'seed'], [chooser.element, filesElement]),
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

/** The chip that changes are counted from; the usual one while the name is that of a file which is not given yet. */
function baseChip(name: string, files: UserFiles): ChipSpec {
  if (name in chips && files.chip?.name !== name) return chipNamed(name);
  return files.chip
    ? loadChip({ ...defaultSettings, chip: name }, files)
    : chipNamed(defaultSettings.chip);
}

/** Sets a value; a select gets the option if it has none of that value. */
function setValue(input: HTMLInputElement | HTMLSelectElement, value: string): void {
  if (input instanceof HTMLSelectElement && ![...input.options].some((one) => one.value === value))
    input.append(make('option', { text: `${value} (file)`, attributes: { value } }));
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

function filesText({ network, chip, images = [] }: UserFiles): string {
  const names = [network, chip, ...images].flatMap((file) => (file ? [file.name] : []));
  return names.length === 0 ? '' : `Your files in use: ${names.join(', ')}`;
}

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
