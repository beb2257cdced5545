// The frame of every plot: caption, picture, buttons that save it, and its data as a table.

import { CimError } from '../../../core/errors.ts';
import { make, makeButton, type PieceHandle, setText, setLabel } from '../../ui/make-element.ts';
import { type Ask, listenToMarks } from '../../ui/ask.ts';
import { drawDataTable } from './data-table.ts';
import type { FigureData } from './figure-data.ts';
import { pngOf } from './paint-svg.ts';
import { saveCsv, saveFile } from './save-file.ts';
import { standaloneSvg } from './standalone-svg.ts';

/** How one kind of plot is drawn. */
export interface FigureView<T> {
  /** Name of saved files, without ending. */
  readonly name: string;
  describe(data: T): FigureData;
  /** Draws the plot at this width, pixels; as high as `height` says. */
  draw(data: T, width: number): SVGSVGElement;
  height(data: T, width: number): number;
  /** Controls beside the buttons; they call `redraw` when something changed. */
  controls?(redraw: () => void): readonly HTMLElement[];
}

/** Width for which room is kept before the figure is laid out. */
const defaultWidth = 640;

/**
 * Draws a figure into `parent`, as wide as that is, and draws it again whenever that changes.
 * @param ask opens the formula of a figure; without it they cannot be asked
 */
export function drawFigure<T>(
  parent: ParentNode,
  view: FigureView<T>,
  first: T,
  ask?: Ask,
): PieceHandle<T> {
  let data = first;
  let width = 0;
  const caption = make('figcaption', { class: 'mars-caption', part: 'caption' });
  const box = make('div', { class: 'mars-plot-box', part: 'plot' });
  const tools = make('div', { class: 'mars-tools', part: 'tools' });
  const alternative = makeAlternative(() => view.describe(data), ask);
  if (ask) listenToMarks(box, ask);
  const element = make('figure', { class: 'mars-figure', part: 'figure' }, [
    caption,
    box,
    tools,
    alternative.element,
  ]);
  const draw = (): void => {
    box.style.minHeight = `${view.height(data, width || defaultWidth)}px`;
    if (width > 0) box.replaceChildren(picture(view, data, width));
  };
  const redraw = (): void => {
    setText(caption, view.describe(data).caption);
    alternative.update();
    draw();
  };
  tools.append(...(view.controls?.(redraw) ?? []), ...saveButtons(view, box, () => data));
  const observer = new ResizeObserver(() => {
    const now = Math.floor(box.clientWidth);
    if (now === width || now === 0) return;
    width = now;
    draw();
  });
  parent.append(element);
  width = Math.floor(box.clientWidth);
  redraw();
  observer.observe(box);
  return {
    element,
    update: (next) => {
      data = next;
      redraw();
    },
    destroy: () => {
      observer.disconnect();
      element.remove();
    },
  };
}

function picture<T>(view: FigureView<T>, data: T, width: number): Element {
  const { summary, table } = view.describe(data);
  if (table.rows.length === 0) return make('p', { class: 'mars-empty', text: 'Nothing to draw.' });
  const svg = view.draw(data, width);
  svg.setAttribute('role', 'img');
  setLabel(svg, summary);
  return svg;
}

/** The data in words and as a table, which is made when it is opened: most never are. */
function makeAlternative(
  describe: () => FigureData,
  ask: Ask | undefined,
): {
  readonly element: HTMLDetailsElement;
  update(): void;
} {
  const content = make('div');
  const element = make('details', { class: 'mars-details', part: 'data' }, [
    make('summary', { text: 'Data as a table' }),
    content,
  ]);
  const fill = (): void => {
    if (!element.open) return content.replaceChildren();
    const { summary, table, caption } = describe();
    content.replaceChildren(
      make('p', { class: 'mars-note', text: summary }),
      drawDataTable(table, `Data of: ${caption}`, ask),
    );
  };
  element.addEventListener('toggle', fill);
  return { element, update: fill };
}

function saveButtons<T>(
  view: FigureView<T>,
  box: HTMLElement,
  current: () => T,
): readonly HTMLElement[] {
  const label = (kind: string): { attributes: Record<string, string> } => ({
    attributes: { 'aria-label': `Save as ${kind}: ${view.name}` },
  });
  const message = make('span', { class: 'mars-note', attributes: { role: 'status' } });
  const withSvg = (use: (svg: SVGSVGElement, background: string) => void): void => {
    const svg = box.querySelector('svg');
    if (!svg) return;
    // Papers are white, whatever the page looks like.
    box.style.colorScheme = 'light';
    try {
      use(svg, getComputedStyle(box).backgroundColor);
    } finally {
      box.style.colorScheme = '';
    }
  };
  const saveSvg = (svg: SVGSVGElement, background: string): void =>
    saveFile(
      `${view.name}.svg`,
      new Blob([standaloneSvg(svg, background)], { type: 'image/svg+xml' }),
    );
  const savePng = async (svg: SVGSVGElement, background: string): Promise<void> => {
    try {
      saveFile(`${view.name}.png`, await pngOf(svg, background));
    } catch (error) {
      if (!(error instanceof CimError)) throw error;
      message.textContent = error.message;
    }
  };
  return [
    makeButton('SVG', () => withSvg(saveSvg), label('SVG')),
    makeButton(
      'PNG',
      () => withSvg((svg, background) => void savePng(svg, background)),
      label('PNG'),
    ),
    makeButton(
      'CSV',
      () => {
        const described = view.describe(current());
        const { columns, rows } = described.csv ?? described.table;
        saveCsv(view.name, columns, rows);
      },
      label('CSV'),
    ),
    message,
  ];
}
