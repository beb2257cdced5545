// The elements of a drawn macro array and how they stand to each other.

import { setLabel } from '../../ui/make-element.ts';
import type { Margins } from './camera.ts';
import { button, make } from '../../ui/dom.ts';
import { type Figure, figureNames, figures } from './array-figures.ts';
import { makeNames, type Names } from './array-names.ts';
import { type Labels, makeLabels } from './array-labels.ts';

/** Elements that change. */
export interface ArrayParts {
  readonly element: HTMLElement;
  readonly stage: HTMLElement;
  readonly labels: Labels;
  readonly names: Names;
  readonly figure: HTMLSelectElement;
  readonly legend: HTMLElement;
  readonly note: HTMLElement;
  readonly status: HTMLElement;
  /** A new canvas in the place of the one before. */
  newCanvas(): HTMLCanvasElement;
  canvas(): HTMLCanvasElement | undefined;
  setLabel(text: string): void;
  setMargins(margins: Margins): void;
  setTable(table: HTMLTableElement): void;
  showTableOnly(note: string): void;
}

/** What the controls do. */
interface ControlActions {
  readonly colourBy: (figure: Figure) => void;
  readonly zoom: (factor: number) => void;
  readonly showAll: () => void;
}

/** Makes all elements. */
export function makeParts(figure: Figure, actions: ControlActions): ArrayParts {
  const labels = makeLabels();
  const names = makeNames();
  const stage = make('div', 'macro-array-stage', names.element, labels.element);
  const legend = make('div', '');
  const choice = figureChoice(figure, actions.colourBy);
  const bar = make('div', 'macro-array-bar', choice.label, zoomButtons(actions), legend);
  const note = make('p', 'macro-array-note');
  note.role = 'status';
  const status = make('p', 'macro-array-status');
  status.ariaLive = 'polite';
  const details = make('details', '', make('summary', '', 'The layers as a table'));
  const element = make('section', 'macro-array', bar, status, stage, note, details);
  let canvas: HTMLCanvasElement | undefined;
  let text = '';
  return {
    element,
    stage,
    labels,
    names,
    figure: choice.select,
    legend,
    note,
    status,
    newCanvas: () => {
      const next = make('canvas', '');
      next.tabIndex = 0;
      next.role = 'application';
      setLabel(next, text);
      if (canvas) canvas.replaceWith(next);
      else stage.prepend(next);
      next.width = Math.max(1, Math.round(stage.clientWidth * devicePixelRatio));
      next.height = Math.max(1, Math.round(stage.clientHeight * devicePixelRatio));
      canvas = next;
      return next;
    },
    canvas: () => canvas,
    setLabel: (next) => {
      text = next;
      if (canvas) setLabel(canvas, next);
    },
    setMargins: ({ left, top }) => {
      stage.style.setProperty('--macro-array-left', `${left}px`);
      stage.style.setProperty('--macro-array-top', `${top}px`);
    },
    setTable: (table) => {
      details.querySelector('table')?.remove();
      details.append(table);
    },
    showTableOnly: (reason) => {
      stage.remove();
      bar.remove();
      note.textContent = reason;
      details.open = true;
    },
  };
}

function figureChoice(
  figure: Figure,
  colourBy: (figure: Figure) => void,
): { readonly label: HTMLElement; readonly select: HTMLSelectElement } {
  const select = make('select', 'mars-input');
  for (const one of figures) {
    const option = make('option', '', figureNames[one]);
    option.value = one;
    select.append(option);
  }
  select.value = figure;
  select.addEventListener('change', () => colourBy(select.value as Figure));
  return { label: make('label', '', 'Colour: ', select), select };
}

const zoomButtons = ({ zoom, showAll }: ControlActions): HTMLElement =>
  make(
    'div',
    'macro-array-buttons',
    button('+', 'zoom in', () => zoom(2)),
    button('\u2212', 'zoom out', () => zoom(1 / 2)),
    button('All', 'All of the chip', showAll),
  );
