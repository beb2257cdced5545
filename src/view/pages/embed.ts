// The page of one embedding: the words of its address become the attributes of the element.

import { MarsChip } from '../element/define.ts';

const element = document.querySelector('mars-chip');
const query = new URLSearchParams(location.search);
const known = MarsChip.observedAttributes;
for (const name of known) {
  // `set` may be there several times; the attribute has spaces between.
  const value = query.getAll(name).join(' ');
  if (value !== '') element?.setAttribute(name, value);
}
const unknown = [...query.keys()].filter((name) => !known.includes(name));
const note = document.querySelector('.note');
if (note && unknown.length > 0)
  note.textContent = `Not a setting: ${unknown.join(', ')}; known: ${known.join(', ')}`;
