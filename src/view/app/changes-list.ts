// What differs from the defaults, whichever stage it is set in: a press goes there, another puts the default back.

import { make, makeButton } from '../ui/make-element.ts';
import type { Change } from './form.ts';

/** The list. */
export interface ChangesList {
  readonly element: HTMLElement;
  show(changes: readonly Change[]): void;
}

/** Makes the list. @param goTo shows the stage of a control */
export function makeChangesList(goTo: (stage: string) => void): ChangesList {
  const list = make('ul', { attributes: { 'aria-label': 'Changed settings' } });
  const element = make('div', { class: 'changes' }, [
    make('p', { class: 'changes-title', text: 'Changed:' }),
    list,
  ]);
  element.hidden = true;
  let shown = '[]';
  return {
    element,
    show: (changes) => {
      // A list that is made anew under the pointer would swallow the press on its button.
      const text = JSON.stringify(changes);
      if (text === shown) return;
      shown = text;
      element.hidden = changes.length === 0;
      list.replaceChildren(...changes.map((change) => itemOf(change, goTo)));
    },
  };
}

const itemOf = (
  { label, value, stage, reset }: Change,
  goTo: (stage: string) => void,
): HTMLElement =>
  make('li', {}, [
    makeButton(`${label}: ${value}`, () => goTo(stage), { class: 'change' }),
    makeButton('×', reset, {
      class: 'mars-button change-reset',
      attributes: { 'aria-label': `Reset ${label}`, title: `Reset ${label}` },
    }),
  ]);
