// Elements of the macro array, made without markup in strings.

import { make as makeElement, setLabel } from './make-element.ts';

/** Short for the many small elements of tables: an element with a class and children. */
export const make = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] =>
  makeElement(tag, className === '' ? {} : { class: className }, children);

/** A button that does something. */
export function button(text: string, label: string, action: () => void): HTMLButtonElement {
  const element = make('button', 'mars-button', text);
  element.type = 'button';
  setLabel(element, label);
  element.addEventListener('click', action);
  return element;
}

const sheets = new Map<string, CSSStyleSheet>();

/** Gives the document or shadow root of `element` our style sheet. It must be in there already. */
export function adoptStyles(element: Element, css: string): void {
  const root = element.getRootNode();
  const scope = root instanceof ShadowRoot ? root : document;
  const sheet = sheets.get(css) ?? new CSSStyleSheet();
  if (!sheets.has(css)) sheet.replaceSync(css);
  sheets.set(css, sheet);
  if (!scope.adoptedStyleSheets.includes(sheet))
    scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, sheet];
}

/** Whether `element` has light text, and so lies on dark ground, whatever made it so. */
export function isDark(element: Element): boolean {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d');
  if (!context) return matchMedia('(prefers-color-scheme: dark)').matches;
  context.fillStyle = getComputedStyle(element).color;
  context.fillRect(0, 0, 1, 1);
  const [red = 0, green = 0, blue = 0] = context.getImageData(0, 0, 1, 1).data;
  return 0.3 * red + 0.6 * green + 0.1 * blue > 127;
}
