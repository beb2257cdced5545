// The settings of a training as a form.

import { make, makeButton } from '../../ui/make-element.ts';
import type { NamedBytes } from '../../engine/user-files.ts';
import {
  defaultTraining,
  readTraining,
  type TrainingField,
  trainingFields,
  type TrainingSettings,
} from '../../engine/training/training-settings.ts';

/** The form. */
export interface TrainForm {
  readonly element: HTMLElement;
  readonly start: HTMLButtonElement;
  readonly stop: HTMLButtonElement;
  readonly resume: HTMLButtonElement;
  /** @throws {CimError} (usage) naming a setting that is not permitted */
  settings(): TrainingSettings;
  /** Files that were given in place of the images of the page. */
  files(): Promise<readonly NamedBytes[]>;
  show(settings: TrainingSettings): void;
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
  const inputs = new Map(trainingFields.map((field) => [field.key, makeInput(field)]));
  const files = make('input', {
    attributes: { type: 'file', multiple: '', accept: '.gz,*-ubyte' },
    class: 'mars-input',
  });
  const fieldset = make('fieldset', { class: 'mars-train-fields' }, [
    make('legend', { text: 'Settings of the training' }),
    labelled('Network', networkSelect()),
    ...trainingFields.map(({ key, label }) => labelled(label, inputs.get(key) ?? '')),
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
    settings: () => readTraining((key) => inputs.get(key)?.value ?? ''),
    files: () => Promise.all([...(files.files ?? [])].map(read)),
    show: (settings) => {
      for (const [key, input] of inputs) input.value = String(settings[key] ?? '');
    },
    lock: (isLocked) => {
      fieldset.disabled = isLocked;
    },
  };
  form.show(defaultTraining);
  return form;
}

function makeInput({ low, high, whole, empty, key }: TrainingField): HTMLInputElement {
  return make('input', {
    class: 'mars-input',
    attributes: {
      type: 'number',
      name: key,
      min: String(low),
      max: String(high),
      step: whole ? '1' : 'any',
      placeholder: empty ?? '',
    },
  });
}

const networkSelect = (): HTMLSelectElement =>
  make('select', { class: 'mars-input' }, [make('option', { text: defaultTraining.network })]);

const labelled = (text: string, control: Node | string, name = ''): HTMLLabelElement =>
  make('label', { class: `mars-train-field ${name}`.trim() }, [make('span', { text }), control]);

const read = async (file: File): Promise<NamedBytes> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});
