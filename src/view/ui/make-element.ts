// Making elements without markup in strings, so that nothing needs more than `default-src 'self'`. Names from files are shown
// with their control characters escaped: those would turn lines of text round.

import { shownText } from '../../core/shown-text.ts';

/** What an element is made with. Styles are set by classes, or afterwards on `element.style`. */
export interface ElementSettings {
  readonly class?: string;
  /** Name by which a page styles it inside a shadow root. */
  readonly part?: string;
  readonly text?: string;
  readonly attributes?: Readonly<Record<string, string>>;
}

/** What every piece with a lifetime hands out. */
export interface PieceHandle<T> {
  readonly element: HTMLElement;
  /** Shows other data in place. */
  update(data: T): void;
  /** Takes the piece out of the document and stops observing it. */
  destroy(): void;
}

/** Makes an HTML element. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  settings: ElementSettings = {},
  children: readonly (Node | string)[] = [],
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (settings.class !== undefined) element.className = settings.class;
  if (settings.part !== undefined) element.setAttribute('part', settings.part);
  if (settings.text !== undefined) setText(element, settings.text);
  for (const [name, value] of Object.entries(settings.attributes ?? {}))
    element.setAttribute(name, readAloud.has(name) ? shownText(value) : value);
  for (const child of children)
    element.append(typeof child === 'string' ? shownText(child) : child);
  return element;
}

/** Attributes that a person reads or hears; others, such as `value`, stay as they are. */
const readAloud: ReadonlySet<string> = new Set(['aria-label', 'title', 'alt', 'placeholder']);

/** Sets the text of an element. */
export function setText(element: Element, text: string): void {
  element.textContent = shownText(text);
}

/** Sets the name by which an element is read aloud. */
export const setLabel = (element: Element, label: string): void =>
  element.setAttribute('aria-label', shownText(label));

/** Makes an SVG element. */
export function makeSvg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | number>> = {},
  text?: string,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  if (text !== undefined) setText(element, text);
  return element;
}

/** Makes a button that does something. */
export function makeButton(
  text: string,
  onClick: () => void,
  settings: ElementSettings = {},
): HTMLButtonElement {
  const button = make('button', { class: 'mars-button', part: 'button', ...settings, text });
  button.type = 'button';
  button.addEventListener('click', onClick);
  return button;
}
