// The part of the form that shows a person's own files: an option of the control that they belong to, and a label each
// that takes them away.

import { make, makeButton } from '../ui/make-element.ts';
import type { Field } from '../ui/field.ts';
import type { Choice, OwnFiles } from './own-files.ts';

/** The controls that may name a file. */
export type FileFields = Readonly<Record<Choice['control'], Field>>;

/** The files in the form. */
export interface OwnFileControls {
  readonly element: HTMLElement;
  /** Chooses a value, also one whose file is not here: its option says so. */
  choose(choice: Choice): void;
  /** Shows which files there are, and which of them are chosen. */
  show(): void;
}

/**
 * Makes the labels.
 * @param onRemoved called when a file was taken away, with its control, which has another value if it was chosen
 */
export function makeOwnFileControls(
  own: OwnFiles,
  fields: FileFields,
  onRemoved: (control: Choice['control']) => void,
): OwnFileControls {
  const element = make('ul', {
    class: 'own-files wide',
    attributes: { id: 'given-files', 'aria-label': 'Your files' },
  });
  const choose = ({ control, value }: Choice): void => {
    showOptions(fields[control], own, { control, value });
    fields[control].input.value = value;
  };
  const show = (): void => {
    for (const control of controls) choose({ control, value: fields[control].input.value });
    element.replaceChildren(...own.list().map(itemOf));
  };
  const itemOf = (file: ReturnType<OwnFiles['list']>[number]): HTMLElement => {
    const { control, value, label, remove } = file;
    const { input } = fields[control];
    const isUsed = input.value === value;
    const takeAway = (): void => {
      remove();
      if (input.value === value) choose({ control, value: valueWithout(own, control, input) });
      show();
      onRemoved(control);
    };
    const button = makeButton('×', takeAway, {
      attributes: { 'aria-label': `Remove ${label}`, title: `Remove ${label}` },
    });
    const note = isUsed ? [] : [make('span', { class: 'muted', text: ' (not chosen)' })];
    return make('li', {}, [make('span', {}, [label, ...note]), button]);
  };
  for (const control of controls) fields[control].input.addEventListener('change', show);
  return { element, choose, show };
}

const controls: readonly Choice['control'][] = ['network', 'chip', 'own-images'];

/** What is chosen once a chosen file is gone: what is left of its images, else what comes with the page. */
function valueWithout(own: OwnFiles, control: Choice['control'], input: Field['input']): string {
  const [left] =
    control === 'own-images' ? own.list().filter((one) => one.control === control) : [];
  const firstOption = input instanceof HTMLSelectElement ? input.options[0]?.value : undefined;
  return left?.value ?? firstOption ?? '';
}

/** Gives a select its options: those it was made with, one for each file, and one for a chosen file that is not here. */
function showOptions({ input }: Field, own: OwnFiles, { control, value }: Choice): void {
  if (!(input instanceof HTMLSelectElement)) return;
  for (const option of input.querySelectorAll('option[data-file]')) option.remove();
  const values = own.list().flatMap((one) => (one.control === control ? [one.value] : []));
  const isKnown = [...input.options].some((one) => one.value === value) || values.includes(value);
  for (const one of new Set(values)) input.append(optionOf(one, `${one} (file)`));
  if (!isKnown) input.append(optionOf(value, `${value} (not here)`));
}

const optionOf = (value: string, text: string): HTMLOptionElement =>
  make('option', { text, attributes: { value, 'data-file': '' } });
