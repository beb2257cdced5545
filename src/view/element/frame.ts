// What the element shows around its view: heading, button, status, progress and error, in its shadow root.

import { formatWhole } from '../../core/number-text.ts';
import type { Progress } from '../../core/progress.ts';
import { make, setText, setLabel } from '../ui/make-element.ts';
import pieces from '../ui/styles.css?inline';
import style from './mars-chip.css?inline';

/** What the element is doing. */
export type ChipState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** The parts of the shadow root, as far as they change. */
export interface Frame {
  /** Where a view goes. */
  readonly view: HTMLElement;
  /** @param level of the heading in the page's outline, 1 ... 6 */
  setHeading(text: string, level: number): void;
  /** A line below the view; empty: none. */
  setCaption(text: string): void;
  /** Whether heading, button and status are shown; an error always is. */
  showControls(isShown: boolean): void;
  /** Tells what is being done; `detail` is one sentence. */
  setState(state: ChipState, detail: string): void;
  setProgress(progress: Progress): void;
}

const stages: Readonly<Record<Progress['stage'], string>> = {
  calibrate: 'calibrating activation ranges',
  float: 'float reference',
  simulate: 'simulating the chip',
  exact: 'exact integers',
  sweep: 'trying chips',
};

/**
 * Builds the shadow root.
 * @param onPress called by the button: run again, or cancel while `isActive`
 */
export function createFrame(root: ShadowRoot, onPress: () => void): Frame {
  const heading = makePart('div', 'heading');
  heading.id = 'heading';
  heading.setAttribute('role', 'heading');
  const button = makePart('button', 'button');
  button.type = 'button';
  button.addEventListener('click', onPress);
  const header = makePart('div', 'header');
  header.append(heading, button);
  const status = makePart('p', 'status');
  status.setAttribute('role', 'status');
  const progress = makePart('progress', 'progress');
  progress.max = 1;
  const step = makePart('span', 'step');
  // Not in the status region: a screen reader would read every step.
  const line = makePart('div', 'line');
  line.append(status, step);
  const error = makePart('p', 'error');
  error.setAttribute('role', 'alert');
  const view = makePart('div', 'view');
  view.tabIndex = 0;
  view.setAttribute('role', 'group');
  view.ariaLabel = 'Result';
  // A group, no landmark: a page may have many elements.
  const section = makePart('div', 'frame');
  section.setAttribute('role', 'group');
  section.setAttribute('aria-labelledby', 'heading');
  const caption = makePart('p', 'caption');
  section.append(header, line, progress, error, view, caption);
  root.append(section);

  return {
    view,
    setHeading: (text, level) => {
      setText(heading, text);
      heading.ariaLevel = String(level);
      setLabel(progress, `Progress of ${text}`);
    },
    setCaption: (text) => setText(caption, text),
    showControls: (isShown) => void section.classList.toggle('is-bare', !isShown),
    setState: (state, detail) => {
      const isActive = state === 'waiting' || state === 'running';
      section.dataset['state'] = state;
      section.ariaBusy = String(isActive);
      button.textContent = isActive ? 'Cancel' : 'Run again';
      setText(status, state === 'failed' ? '' : detail);
      setText(error, state === 'failed' ? detail : '');
      step.textContent = '';
      if (state === 'running') progress.removeAttribute('value');
      else progress.value = state === 'done' ? 1 : 0;
    },
    setProgress: ({ stage, done, total }) => {
      progress.value = total === 0 ? 0 : done / total;
      step.textContent = `${stages[stage]}: ${formatWhole(done)} of ${formatWhole(total)}`;
    },
  };
}

const sheets = new WeakMap<Document, readonly CSSStyleSheet[]>();

/** The element's sheets; a sheet belongs to one document, and serves all elements of it. */
export function sheetsOf(document: Document): readonly CSSStyleSheet[] {
  const known = sheets.get(document);
  if (known !== undefined) return known;
  const { CSSStyleSheet: Sheet } = document.defaultView ?? globalThis;
  const made = [pieces, style].map((text) => {
    const sheet = new Sheet();
    sheet.replaceSync(text);
    return sheet;
  });
  sheets.set(document, made);
  return made;
}

/** An element that outside styles reach as `::part(name)`. */
const makePart = <K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string,
): HTMLElementTagNameMap[K] => make(tag, { class: name, part: name });
