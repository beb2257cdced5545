// The settings of a training as a form.

import { placeholderOf } from '../../ui/setting-field.ts';
import { make, makeButton } from '../../ui/make-element.ts';
import type { NamedBytes } from '../../engine/user-files.ts';
import { type AnySetting, settingsIn } from '../../../settings/setting.ts';
import { readTable, writeTable } from '../../../settings/table-text.ts';
import {
  defaultPageTraining,
  defaultTrainSettings,
  type TrainSettings,
  trainSettings,
} from '../../../settings/train-settings.ts';

/** The form. */
export interface TrainForm {
  readonly element: HTMLElement;
  readonly start: HTMLButtonElement;
  readonly stop: HTMLButtonElement;
  readonly resume: HTMLButtonElement;
  /** @throws {CimError} (usage) naming a setting that is not permitted */
  settings(): TrainSettings;
  /** Files that were given in place of the images of the page. */
  files(): Promise<readonly NamedBytes[]>;
  show(settings: TrainSettings): void;
  /** Whether settings can be changed. */
  lock(isLocked: boolean): void;
}

/** What the buttons do. */
export interface TrainActions {
  readonly start: () => void;
  readonly stop: () => void;
  readonly resume: () => void;
}

/** Makes the form. */
export function makeTrainForm(actions: TrainActions): TrainForm {
  const inputs = new Map(fields.map((setting) => [setting.name, makeInput(setting)]));
  const files = make('input', {
    attributes: { type: 'file', multiple: '', accept: '.gz,*-ubyte' },
    class: 'mars-input',
  });
  const fieldset = make('fieldset', { class: 'mars-train-fields' }, [
    make('legend', { text: 'Settings of the training' }),
    labelled('Network', networkSelect()),
    ...fields.map(({ name, label }) => labelled(label, inputs.get(name) ?? '')),
    labelled('Other images: train-images and train-labels', files, 'mars-train-files'),
  ]);
  const start = makeButton('Start', actions.start, { class: 'mars-button mars-button-main' });
  const stop = makeButton('Stop', actions.stop);
  const resume = makeButton('Resume', actions.resume);
  const buttons = make('div', { class: 'mars-tools' }, [start, stop, resume]);
  const element = make('form', { class: 'mars-train-form', part: 'form' }, [fieldset, buttons]);
  // The browser's own bubbles know no sentence of ours; `settings` checks.
  element.noValidate = true;
  element.addEventListener('submit', (event) => {
    event.preventDefault();
    if (!start.disabled) actions.start();
  });
  const form: TrainForm = {
    element,
    start,
    stop,
    resume,
    settings: () => {
      return readTable(
        trainSettings,
        [...inputs].map(([name, input]) => [name, input.value]),
      );
    },
    files: () => Promise.all([...(files.files ?? [])].map(read)),
    show: (settings) => {
      const text = new Map(writeTable(trainSettings, settings, { defaults: defaultTrainSettings }));
      for (const { name, default: value, kind } of fields) {
        const input = inputs.get(name);
        if (input) input.value = text.get(name) ?? (value === undefined ? '' : kind.write(value));
      }
    },
    lock: (isLocked) => {
      fieldset.disabled = isLocked;
    },
  };
  form.show(defaultPageTraining);
  return form;
}

/** The settings that the page has, each with a control. */
const fields: readonly AnySetting[] = settingsIn(trainSettings, 'page');

function makeInput(setting: AnySetting): HTMLInputElement {
  const { name, kind, help, defaultText = '' } = setting;
  const { min, max, isWhole } = kind.range ?? {};
  return make('input', {
    class: 'mars-input',
    attributes: {
      type: 'number',
      name,
      title: defaultText === '' ? help : `${help} (default: ${defaultText})`,
      min: String(min ?? ''),
      max: String(max ?? ''),
      step: isWhole === true ? '1' : 'any',
      placeholder: placeholderOf(setting),
    },
  });
}

const networkSelect = (): HTMLSelectElement =>
  make('select', { class: 'mars-input' }, [make('option', { text: defaultPageTraining.network })]);

const labelled = (text: string, control: Node | string, name = ''): HTMLLabelElement =>
  make('label', { class: `mars-train-field ${name}`.trim() }, [make('span', { text }), control]);

const read = async (file: File): Promise<NamedBytes> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});
