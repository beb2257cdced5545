// The images of a run, each with what the chip and the exact network say to it.

import type { Predictions } from '../../engine/engine.ts';
import { formatWhole } from '../../../core/number-text.ts';
import { make, makeButton, type PieceHandle } from '../../ui/make-element.ts';
import { drawBar } from './sortable-table.ts';
import {
  barOf,
  chooseImages,
  type ImageFilter,
  imagePixels,
  type PredictionRow,
  predictionRows,
  type RankedClass,
  rankClasses,
} from './prediction-rows.ts';

/** Settings of {@link drawImageList}. */
export interface ImageListOptions {
  /** Names of the classes; their numbers by default. */
  readonly classNames?: readonly string[] | undefined;
  /** Images on a page, 12 by default. */
  readonly pageSize?: number | undefined;
}

const filterNames: Readonly<Record<ImageFilter, string>> = {
  all: 'all',
  wrong: 'wrong on the chip',
  disagree: 'chip and exact integers disagree',
};

/** Draws the list, page by page. */
export function drawImageList(
  parent: ParentNode,
  first: Predictions,
  options: ImageListOptions = {},
): PieceHandle<Predictions> {
  const { classNames = [], pageSize = 12 } = options;
  const nameOf = (index: number): string => classNames[index] ?? String(index);
  let data = first;
  let filter: ImageFilter = 'all';
  let page = 0;
  const list = make('ul', { class: 'mars-images', part: 'images' });
  const place = make('span', { class: 'mars-note', attributes: { role: 'status' } });
  const turn = (by: number): void => {
    page += by;
    show();
  };
  const back = makeButton('Previous', () => turn(-1));
  const on = makeButton('Next', () => turn(1));
  const chooser = makeFilter((wanted) => {
    filter = wanted;
    page = 0;
    show();
  });
  const show = (): void => {
    const all = predictionRows(data);
    chooser.update(all);
    const rows = chooseImages(all, filter);
    const start = page * pageSize;
    const shown = rows.slice(start, start + pageSize);
    list.replaceChildren(...shown.map((row) => drawImage(data, row, nameOf)));
    back.disabled = page === 0;
    on.disabled = start + pageSize >= rows.length;
    place.textContent =
      rows.length === 0
        ? 'no images'
        : `${formatWhole(start + 1)} to ${formatWhole(start + shown.length)} of ${formatWhole(rows.length)}`;
  };
  const element = make('div', { class: 'mars-image-list', part: 'image-list' }, [
    make('div', { class: 'mars-tools', part: 'tools' }, [chooser.element, back, on, place]),
    make('p', {
      class: 'mars-note',
      text: 'The five largest sums of the last layer on the chip. They are integers, not probabilities.',
    }),
    list,
  ]);
  show();
  parent.append(element);
  return {
    element,
    update: (next) => {
      data = next;
      page = 0;
      show();
    },
    destroy: () => element.remove(),
  };
}

function makeFilter(onChoose: (filter: ImageFilter) => void): {
  readonly element: HTMLElement;
  update(rows: readonly PredictionRow[]): void;
} {
  const filters = Object.keys(filterNames) as readonly ImageFilter[];
  const choices = filters.map((value) => make('option', { attributes: { value } }));
  const select = make('select', { class: 'mars-input' }, choices);
  select.addEventListener('change', () => {
    const filter = filters.find((one) => one === select.value);
    if (filter) onChoose(filter);
  });
  return {
    element: make('label', { class: 'mars-switch' }, ['Show', select]),
    update: (rows) => {
      filters.forEach((filter, i) => {
        const choice = choices[i];
        if (choice)
          choice.textContent = `${filterNames[filter]} (${formatWhole(chooseImages(rows, filter).length)})`;
      });
    },
  };
}

function drawImage(
  data: Predictions,
  row: PredictionRow,
  nameOf: (index: number) => string,
): HTMLElement {
  const { image, label, chipClass, exactClass } = row;
  const isWrong = label !== undefined && label !== chipClass;
  const labelText = label === undefined ? 'no label' : `label ${nameOf(label)}`;
  const ranked = rankClasses(data, image, 5);
  const sums = Array.from(data.outputs.subarray(image * data.classes, (image + 1) * data.classes));
  const exactSum = data.exact[image * data.classes + exactClass] ?? 0;
  return make('li', { class: 'mars-image', part: isWrong ? 'image wrong' : 'image' }, [
    drawPixels(data, image),
    make('div', { class: 'mars-image-words' }, [
      make('p', {}, [
        make('strong', { text: `#${image}` }),
        ` ${labelText}: `,
        make('span', {
          class: isWrong ? 'mars-wrong' : 'mars-right',
          text: verdict(row, nameOf),
        }),
      ]),
      make(
        'ol',
        { class: 'mars-ranks' },
        ranked.map((one) => drawRank(one, sums, nameOf)),
      ),
      make('p', {
        class: 'mars-note',
        text: `exact integers: ${nameOf(exactClass)} (${formatWhole(exactSum)})${exactClass === chipClass ? '' : ', another class than the chip'}`,
      }),
    ]),
  ]);
}

function verdict({ label, chipClass }: PredictionRow, nameOf: (index: number) => string): string {
  if (label === undefined) return `chip says ${nameOf(chipClass)}`;
  return label === chipClass ? 'right' : `wrong, chip says ${nameOf(chipClass)}`;
}

function drawRank(
  { index, chip }: RankedClass,
  sums: readonly number[],
  nameOf: (index: number) => string,
): HTMLElement {
  const { left, length } = barOf(chip, sums);
  return make('li', {}, [
    make('span', { class: 'mars-rank-name', text: nameOf(index) }),
    make('span', { class: 'mars-number', text: formatWhole(chip) }),
    drawBar(left, length),
  ]);
}

/** Draws one image, as many pixels as it has. */
export function drawPixels(data: Predictions, image: number): HTMLElement {
  const canvas = make('canvas', {
    class: 'mars-pixels',
    attributes: { role: 'img', 'aria-label': `image ${image}` },
  });
  canvas.width = data.width;
  canvas.height = data.height;
  const rgba = imagePixels(data, image);
  if (rgba.length > 0)
    canvas.getContext('2d')?.putImageData(new ImageData(rgba, data.width, data.height), 0, 0);
  return canvas;
}
