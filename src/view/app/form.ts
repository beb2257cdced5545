// The form, stage by stage: settings and files in, settings and files out, and errors beside the control that caused them.

import { chipNamed, chips, type ChipSpec } from '../../chips/index.ts';
import type { CimError } from '../../core/errors.ts';
import { loadChip } from '../../settings/load-job.ts';
import { chipValues } from '../../settings/chip-values.ts';
import { defaultSettings, type RunSettings, runSettings } from '../../settings/run-settings.ts';
import { type AnySetting, settingsIn } from '../../settings/setting.ts';
import { readSettings, writeSettings } from '../../settings/settings-text.ts';
import type { UserFiles } from '../engine/user-files.ts';
import {
  givenChip,
  isStoredNetwork,
  networkNames,
  trainedNetworks,
} from '../engine/page-sources.ts';
import type { Field } from '../ui/field.ts';
import { make } from '../ui/make-element.ts';
import { settingField } from '../ui/setting-field.ts';
import { makeChipControls } from './chip-controls.ts';
import { makeFixedFields } from './fixed-fields.ts';
import { type DropZone, makeDropZone, type TakeFiles } from './drop-zone.ts';
import { type FileFields, makeOwnFileControls, type OwnFileControls } from './own-file-controls.ts';
import { OwnFiles } from './own-files.ts';
import { type Stage, stageOf, stages } from './stages.ts';

/** What a person has set. */
export interface Wanted {
  readonly settings: RunSettings;
  readonly files: UserFiles;
}

/** A value that is not the default. */
export interface Change {
  readonly label: string;
  readonly value: string;
  /** Name of the stage that its control is in. */
  readonly stage: string;
  /** Puts the default back. */
  readonly reset: () => void;
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
  /** Shows the controls of one stage. */
  showStage(stage: Stage): void;
  /** Takes over files that `checkFiles` has read, and chooses them. */
  addFiles(files: UserFiles): void;
  /** The files that settings name, of those that are here. */
  filesOf(settings: RunSettings): UserFiles;
  /** Lets a person choose files. */
  askForFiles(): void;
  /** Shows an error beside its control, in its stage. Gives false if it belongs to none. */
  showError(error: CimError): boolean;
  clearErrors(): void;
  /** What every control says: another text, another run. */
  text(): string;
  /** What differs from the defaults. */
  changes(): readonly Change[];
}

/** Who is told of what. */
export interface FormListeners {
  /** Of files that a person chose. */
  readonly onFiles: TakeFiles;
  /** That a control says something else. */
  readonly onChange: () => void;
  /** That a stage is to be shown, since an error is in it. */
  readonly onStage: (stage: string) => void;
}

/** Makes the form. */
export const makeRunForm = (listeners: FormListeners): RunForm => new StageForm(listeners);

class StageForm implements RunForm {
  readonly element: HTMLElement;
  readonly #fields = makeFields();
  readonly #chipControls = makeChipControls(chipNamed(defaultSettings.chip));
  readonly #own = new OwnFiles();
  readonly #ownControls: OwnFileControls;
  readonly #fixed = makeFixedFields(
    this.#fields,
    (network) => this.#own.isStored(network) ?? isStoredNetwork(network),
  );
  readonly #every: readonly Field[];
  readonly #zone: DropZone;
  readonly #groups: ReadonlyMap<string, HTMLElement>;
  readonly #listeners: FormListeners;

  constructor(listeners: FormListeners) {
    const { onFiles, onChange } = listeners;
    this.#listeners = listeners;
    this.#ownControls = makeOwnFileControls(this.#own, this.#fields, (control) => {
      if (control === 'chip') this.#showChip([]);
      this.#fixed.show();
      onChange();
    });
    this.#every = [...Object.values(this.#fields), ...this.#chipControls.fields];
    this.#zone = makeDropZone(onFiles);
    this.#groups = layOutStages(this.#every, {
      network: [this.#zone.element, this.#ownControls.element],
      compress: [this.#fixed.note],
    });
    this.element = make('div', { class: 'fields' }, [...this.#groups.values()]);
    this.#fields.chip.input.addEventListener('change', () => this.#showChip([]));
    this.element.addEventListener('change', () => this.#fixed.show());
    for (const kind of ['input', 'change']) this.element.addEventListener(kind, onChange);
    this.#fixed.show();
    this.#showChip([]);
  }

  async read(): Promise<Wanted> {
    const text = new URLSearchParams();
    for (const { name, input } of Object.values(this.#fields)) text.set(name, input.value);
    for (const one of this.#chipControls.changed()) text.append('set', one);
    const settings = readSettings(text);
    const files = this.#own.of(settings);
    await loadChip(settings, givenChip(files));
    return { settings, files };
  }

  fill(settings: RunSettings): void {
    const text = new Map(writeSettings({ ...defaultSettings, ...settings }));
    for (const setting of formSettings)
      setValue(this.#fields[setting.name]?.input, text.get(setting.name) ?? defaultOf(setting));
    this.#ownControls.show();
    this.#fixed.show();
    this.#showChip(settings.set);
    this.#listeners.onChange();
  }

  showStage({ name }: Stage): void {
    for (const [stage, group] of this.#groups) group.hidden = stage !== name;
  }

  addFiles(added: UserFiles): void {
    for (const choice of this.#own.add(added)) this.#ownControls.choose(choice);
    this.#ownControls.show();
    this.#fixed.show();
    if (added.chip) this.#showChip([]);
    this.#listeners.onChange();
  }

  filesOf(settings: RunSettings): UserFiles {
    return this.#own.of(settings);
  }

  askForFiles(): void {
    this.#zone.open();
  }

  showError(error: CimError): boolean {
    const field = fieldOf(error, this.#every);
    field?.showError(error.what);
    const stage = field && stageOf(field.name);
    if (stage) this.#listeners.onStage(stage.name);
    field?.input.focus();
    return field !== undefined;
  }

  clearErrors(): void {
    for (const field of this.#every) field.showError(undefined);
  }

  text(): string {
    return JSON.stringify(this.#every.map(({ input }) => input.value));
  }

  changes(): readonly Change[] {
    const { onChange } = this.#listeners;
    const ofRun = formSettings.flatMap((setting): readonly Change[] => {
      const field = this.#fields[setting.name];
      if (!field || field.input.value.trim() === defaultOf(setting)) return [];
      const reset = (): void => {
        setValue(field.input, defaultOf(setting));
        // Another chip has other values, and whoever shows files looks again.
        field.input.dispatchEvent(new Event('change', { bubbles: true }));
      };
      // What follows in brackets explains the control.
      const label = setting.label.replace(/ \(.*$/, '');
      const stage = stageOf(setting.name)?.name ?? '';
      return [{ label, value: field.input.value, stage, reset }];
    });
    const ofChip = this.#chipControls.changed().map((one): Change => {
      const [path = '', value = ''] = one.split('=', 2);
      const reset = (): void => {
        this.#chipControls.reset(path);
        onChange();
      };
      const label = chipValues.find((known) => known.path === path)?.label ?? path;
      return { label, value, stage: (stageOf(path) ?? stageOf('set'))?.name ?? '', reset };
    });
    return [...ofRun, ...ofChip];
  }

  #showChip(set: readonly string[]): void {
    this.#chipControls.show(baseChip(this.#fields.chip.input.value, this.#own), set);
  }
}

/** Settings that have one control each; the values of the chip have theirs. */
const formSettings: readonly AnySetting[] = settingsIn(runSettings, 'page').filter(
  ({ isList }) => !isList,
);

/** Where the weights of a network of the page come from. */
function originOf(name: string): string {
  if (isStoredNetwork(name)) return 'stored image';
  return trainedNetworks.includes(name) ? 'trained' : 'random weights';
}

/** What may be chosen where only the page knows that. */
const choices: Readonly<Record<string, readonly (readonly [value: string, text: string])[]>> = {
  network: networkNames.map((name) => [name, `${name} (${originOf(name)})`]),
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

/** The controls of each stage, and what stands beside them; the rarer ones folded. */
function layOutStages(
  every: readonly Field[],
  besides: Readonly<Record<string, readonly Node[]>>,
): ReadonlyMap<string, HTMLElement> {
  const elementsOf = (names: readonly string[]): readonly HTMLElement[] =>
    names.flatMap((name) => every.find((field) => field.name === name)?.element ?? []);
  return new Map(
    stages
      .filter(({ settings }) => settings.length > 0)
      .map(({ name, label, settings, more }) => {
        const folded =
          more.length === 0
            ? []
            : [
                make('details', {}, [
                  make('summary', { text: 'More settings' }),
                  make('div', { class: 'fields-inside' }, elementsOf(more)),
                ]),
              ];
        const group = make('fieldset', { attributes: { 'data-stage': name } }, [
          make('legend', { text: label }),
          ...elementsOf(settings),
          ...(besides[name] ?? []),
          ...folded,
        ]);
        group.hidden = true;
        return [name, group];
      }),
  );
}

const defaultOf = ({ kind, default: fallback }: AnySetting): string =>
  fallback === undefined ? '' : kind.write(fallback);

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
