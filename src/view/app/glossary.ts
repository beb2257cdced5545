// Terms that explain themselves on hover, on focus and on a tap, from GLOSSARY.md.

import { make, setText } from '../ui/make-element.ts';

/** A sentence, each `[term]` in it as a button that explains it. */
export function leadWithTerms(text: string): HTMLElement {
  // Text, a term, the comma or stop behind it, and so on.
  const parts = text.split(/\[([^\]]+)\]([,.;:]?)/);
  return make(
    'p',
    { class: 'lead' },
    parts.map((part, i) => {
      if (i % 3 === 0) return part;
      return i % 3 === 1 ? makeTerm(part, parts[i + 1] ?? '') : '';
    }),
  );
}

let last = 0;

/** A term with its explanation. @param behind a sign that no line begins with */
function makeTerm(text: string, behind: string): HTMLElement {
  const id = `term-${++last}`;
  const tip = make('span', { class: 'term-tip', attributes: { role: 'tooltip', id } });
  const button = make('button', {
    class: 'term',
    text,
    attributes: { type: 'button', 'aria-describedby': id },
  });
  const element = make('span', { class: 'term-box' }, [button, behind, tip]);
  const fill = async (): Promise<void> => {
    if (tip.textContent !== '') return;
    const { explanationOf } = await import('./glossary-texts.ts');
    setText(tip, explanationOf(text) ?? 'This term is not in the glossary.');
  };
  for (const kind of ['pointerenter', 'focusin']) element.addEventListener(kind, () => void fill());
  element.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape') button.blur();
  });
  return element;
}
