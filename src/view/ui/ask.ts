// Figures that can be asked where they come from: a press opens the formula. A table of them is one stop of the Tab key;
// arrow keys go from figure to figure.

import { make } from './make-element.ts';

/** Opens the formula of the figure at a path of the report. */
export type Ask = (path: string) => void;

/** A figure: a button where it has a path and somebody answers. */
export function figureNodes(
  text: string,
  path: string | undefined,
  ask: Ask | undefined,
): readonly (Node | string)[] {
  if (path === undefined || ask === undefined || text === '') return [text];
  return [
    make('button', {
      class: 'mars-ask',
      part: 'ask',
      text,
      attributes: { type: 'button', tabindex: '-1', 'data-path': path, title: 'Show the formula' },
    }),
  ];
}

const selector = '.mars-ask';

/** Lets the figures inside of `element` be asked; to be called once. Gives what is to be called when they are others. */
export function listenToFigures(element: HTMLElement, ask: Ask): () => void {
  const figures = (): readonly HTMLElement[] => [
    ...element.querySelectorAll<HTMLElement>(selector),
  ];
  const figureOf = (target: EventTarget | null): HTMLElement | undefined =>
    (target instanceof Element ? target.closest<HTMLElement>(selector) : null) ?? undefined;
  const makeStop = (stop: HTMLElement | undefined): void => {
    for (const one of figures()) one.tabIndex = one === stop ? 0 : -1;
  };
  element.addEventListener('click', ({ target }) => {
    const path = figureOf(target)?.dataset['path'];
    if (path !== undefined) ask(path);
  });
  element.addEventListener('focusin', ({ target }) => {
    const figure = figureOf(target);
    if (figure) makeStop(figure);
  });
  element.addEventListener('keydown', (event) => {
    const figure = figureOf(event.target);
    const next = figure && nextFigure(figures(), figure, event.key);
    if (!next) return;
    event.preventDefault();
    next.focus();
  });
  return () => makeStop(figures()[0]);
}

/** Lets marks of a picture be pressed that have a path; the figures are in the picture's table too, for keys. */
export function listenToMarks(element: HTMLElement, ask: Ask): void {
  element.classList.add('mars-can-ask');
  element.addEventListener('click', ({ target }) => {
    const mark = target instanceof Element ? target.closest('[data-path]') : null;
    const path = mark?.getAttribute('data-path');
    if (path) ask(path);
  });
}

/** Where an arrow key leads: the next figure in order, or in a table the one of the same column. */
function nextFigure(
  all: readonly HTMLElement[],
  from: HTMLElement,
  key: string,
): HTMLElement | undefined {
  const at = all.indexOf(from);
  if (key === 'ArrowRight') return all[at + 1];
  if (key === 'ArrowLeft') return all[at - 1];
  if (key === 'Home') return all[0];
  if (key === 'End') return all.at(-1);
  if (key !== 'ArrowDown' && key !== 'ArrowUp') return undefined;
  const columnOf = (figure: HTMLElement): number =>
    figure.closest<HTMLTableCellElement>('td, th')?.cellIndex ?? -1;
  const rest = key === 'ArrowDown' ? all.slice(at + 1) : all.slice(0, at).toReversed();
  return rest.find((one) => columnOf(one) === columnOf(from));
}
