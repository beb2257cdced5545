// One control of the form: label, input, where its value comes from, and what is wrong with it.

import type { Evidence } from '../../chips/sourced.ts';
import { make, setText } from './make-element.ts';

/** What a control is made from. */
export interface FieldSettings {
  /** Name of the option, or path of the chip's value. */
  readonly name: string;
  readonly label: string;
  /** What may be chosen: value and text; undefined: see `type`. */
  readonly choices?: readonly (readonly [value: string, text: string])[] | undefined;
  /** `number` by default. */
  readonly type?: 'number' | 'text' | 'file';
  /** Numbers that are permitted, and what arrows add; without a step any number between may be typed. */
  readonly range?: Readonly<Record<'min' | 'max' | 'step', number | undefined>>;
  /** What an empty control means. */
  readonly placeholder?: string;
  /** What it is, shown to who points at it. */
  readonly help?: string;
  /** What is permitted, the unit and the default, shown below it. */
  readonly hint?: string;
  /** Takes the whole width of the form. */
  readonly isWide?: boolean;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A control. */
export interface Field {
  readonly name: string;
  readonly element: HTMLElement;
  readonly input: HTMLInputElement | HTMLSelectElement;
  /** Says beside the control what is wrong; undefined: nothing. */
  showError(message: string | undefined): void;
  /** Says what is permitted, the unit and the default; empty: nothing. */
  showHint(hint: string): void;
  /** Says how the value is known; undefined: nothing. `set here`: it was changed by hand. */
  showEvidence(evidence: Evidence | 'set here' | undefined, source: string): void;
}

/** Makes a control. */
export function makeField(settings: FieldSettings): Field {
  const { name, label } = settings;
  const id = `field-${name.replaceAll('.', '-')}`;
  const input = makeInput(settings, id);
  const badge = make('span', { class: 'evidence', attributes: { id: `${id}-evidence` } });
  const error = make('p', {
    class: 'field-error',
    attributes: { id: `${id}-error`, role: 'alert' },
  });
  const labelElement = make('label', { text: label, attributes: { for: id } });
  const hint = make('p', { class: 'field-hint', attributes: { id: `${id}-hint` } });
  setText(hint, settings.hint ?? '');
  input.setAttribute('aria-describedby', `${id}-evidence ${id}-hint ${id}-error`);
  const head = make('div', { class: 'field-head' }, [labelElement, badge]);
  const width = settings.isWide ? 'field wide' : 'field';
  const element = make('div', { class: width }, [head, input, hint, error]);
  return {
    name,
    element,
    input,
    showError: (message) => {
      setText(error, message ?? '');
      input.toggleAttribute('aria-invalid', message !== undefined);
      if (message !== undefined) openAround(input);
    },
    showHint: (text) => setText(hint, text),
    showEvidence: (evidence, source) => {
      badge.textContent = evidence ?? '';
      badge.dataset['evidence'] = evidence ?? '';
      badge.title = source;
    },
  };
}

/** Opens every fold that an element is in. */
function openAround(element: HTMLElement): void {
  for (
    let fold = element.closest('details');
    fold;
    fold = fold.parentElement?.closest('details') ?? null
  )
    fold.open = true;
}

function makeInput(settings: FieldSettings, id: string): HTMLInputElement | HTMLSelectElement {
  const { name, choices, type = 'number', range = {}, placeholder, help, attributes } = settings;
  const given = { id, name, title: help, ...attributes };
  if (choices) {
    const options = choices.map(([value, text]) => make('option', { text, attributes: { value } }));
    return make('select', { attributes: withText(given) }, options);
  }
  const ofNumber = type === 'number' ? { step: 'any', ...withText(range) } : {};
  return make('input', {
    attributes: { type, ...ofNumber, ...withText({ placeholder, ...given }) },
  });
}

/** Attributes that have a value, as text. */
const withText = (
  values: Readonly<Record<string, string | number | undefined>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
