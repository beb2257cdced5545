// A button that copies a text and says so, also where the browser forbids it.

import { make, makeButton } from '../ui/make-element.ts';

/** How long it says so, ms. */
const sayFor = 2000;

/** Makes the button. */
export function makeCopyButton(label: string, text: () => string): HTMLElement {
  const said = make('span', { class: 'note', attributes: { role: 'status' } });
  const say = (message: string): void => {
    said.textContent = message;
    setTimeout(() => {
      said.textContent = '';
    }, sayFor);
  };
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(text());
      say('Copied.');
    } catch {
      say('This browser does not permit copying: select the text instead.');
    }
  };
  return make('span', { class: 'copy' }, [makeButton(label, () => void copy()), said]);
}
