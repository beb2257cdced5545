// The page of one embedding: the words of its address become the attributes of the element.

import { MarsChip } from '../element/define.ts';
import { CimError } from '../../core/errors.ts';
import { checkWords } from '../../settings/settings-text.ts';

const element = document.querySelector('mars-chip');
const query = new URLSearchParams(location.search);
const known = MarsChip.observedAttributes;
try {
  checkWords([...query.keys()], known);
  for (const name of known) {
    // `set` may be there several times; the attribute has spaces between.
    const value = query.getAll(name).join(' ');
    if (value !== '') element?.setAttribute(name, value);
  }
} catch (error) {
  // Another run than the address asks for would look like that one.
  element?.remove();
  const note = document.querySelector('.note');
  if (note) note.textContent = error instanceof CimError ? error.message : String(error);
}
