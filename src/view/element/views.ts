// What the element can show of a result, by the names of its attribute `view`.

import { UsageError } from '../../core/errors.ts';
import { argmax } from '../../core/feature-map.ts';
import { energyParts } from '../../report/energy.ts';
import { noiseText } from '../../report/noise-text.ts';
import type { Report } from '../../report/report.ts';
import type { Engine, Predictions, RunResult } from '../engine/engine.ts';

/** A view that is on show. */
export interface ShownView {
  /** Frees what the view holds and empties its parent. */
  destroy(): void;
}

/** Draws a result into an empty `parent`. */
export type View = (parent: HTMLElement, result: RunResult, engine: Engine) => ShownView;

/** Names of the views. */
export const viewNames = ['headline', 'layers', 'timeline', 'energy', 'images'] as const;
/** One of {@link viewNames}. */
export type ViewName = (typeof viewNames)[number];

/**
 * The view of this name; `headline` where none is given.
 * @throws {UsageError} when there is no such view
 */
export function viewNamed(name: string | undefined): ViewName {
  const found = viewNames.find((one) => one === (name ?? 'headline'));
  if (found === undefined)
    throw new UsageError({
      what: `"${name}" is not permitted`,
      where: 'view',
      todo: `wanted: one of ${viewNames.join(', ')}`,
    });
  return found;
}

/** Draws each view. */
export const views: Readonly<Record<ViewName, View>> = {
  headline: still(({ report }) => [headline(report)]),
  layers: still(({ report }) => [
    table(
      ['layer', 'output', 'groups', 'macro-ops', 'cycles', 'energy, nJ'],
      report.layers.map((layer) => [
        layer.name,
        layer.shape.output,
        layer.groups === 0 ? '' : `${layer.groupsKept} of ${layer.groups}`,
        String(layer.macroOps),
        String(layer.cycles),
        nanojoules(layer.energy.total),
      ]),
    ),
  ]),
  timeline: still(({ timeline }) => [
    table(
      ['layer', 'from cycle', 'cycles', 'macro-ops', 'loads', 'ports', 'drain', 'pool', 'barrier'],
      timeline.layers.map((layer) => [
        layer.layer,
        String(layer.start),
        String(layer.cycles),
        ...[layer.compute, layer.load, layer.port, layer.drain, layer.pool, layer.barrier].map(
          (cycles) => cycles.toFixed(0),
        ),
      ]),
    ),
  ]),
  energy: still(({ report }) => [
    table(
      ['part', 'nJ per frame', 'share'],
      energyParts.map((part) => {
        const { perFrame } = report.energy;
        return [part, nanojoules(perFrame[part]), share(perFrame[part] / perFrame.total)];
      }),
    ),
  ]),
  images: still(({ predictions }) => imagesOf(predictions)),
};

const share = (value: number | null): string =>
  value === null ? 'unknown' : `${(100 * value).toFixed(2)} %`;
const nanojoules = (picojoules: number): string => (picojoules / 1000).toFixed(2);

/** A view that is drawn once and holds nothing. */
function still(draw: (result: RunResult) => readonly HTMLElement[]): View {
  return (parent, result) => {
    parent.replaceChildren(...draw(result));
    return { destroy: () => parent.replaceChildren() };
  };
}

function headline({
  accuracy,
  compression,
  performance,
  energy,
  topsPerWatt,
  noise,
  images,
}: Report): HTMLElement {
  const simulated: readonly (readonly [string, string])[] =
    images === 0
      ? []
      : [
          [`Accuracy on ${images} images`, share(accuracy.top1)],
          ['Accuracy in exact integers', share(accuracy.quantizedTop1)],
          ['Noise', noiseText(noise)],
        ];
  const facts = [
    ...simulated,
    ['Groups stored', `${compression.groupsKept} of ${compression.groups}`],
    ['Frames per second', performance.framesPerSecond.toFixed(0)],
    [`Energy per frame, ${energy.activity}`, `${nanojoules(energy.perFrame.total)} nJ`],
    ['TOPS/W executed', topsPerWatt.executed.toFixed(2)],
    ['TOPS/W dense-equivalent', topsPerWatt.denseEquivalent.toFixed(2)],
  ] as const;
  const list = document.createElement('dl');
  for (const [term, value] of facts) {
    const pair = document.createElement('div');
    pair.append(text('dt', term), text('dd', value));
    list.append(pair);
  }
  return list;
}

/** Most images that are drawn. */
const mostShown = 60;

function imagesOf(predictions: Predictions): HTMLElement[] {
  const { classes, labels, outputs } = predictions;
  if (labels.length === 0) return [text('p', 'No images were simulated.')];
  const list = document.createElement('ul');
  for (let image = 0; image < Math.min(mostShown, labels.length); image++) {
    const guess = argmax(outputs, image * classes, (image + 1) * classes);
    const item = document.createElement('li');
    const label = labels[image];
    item.className = guess === label ? 'right' : 'wrong';
    const caption = guess === label ? `${guess}` : `${guess}, not ${label}`;
    item.append(picture(predictions, image), text('span', caption));
    list.append(item);
  }
  return [list];
}

function picture(predictions: Predictions, image: number): HTMLCanvasElement {
  const { height, width, channels, pixels } = predictions;
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.setAttribute('role', 'img');
  canvas.ariaLabel = `image ${image}`;
  const rgba = new Uint8ClampedArray(4 * height * width);
  for (let i = 0; i < height * width; i++) {
    const from = (image * height * width + i) * channels;
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = pixels[from + (channels === 3 ? c : 0)] ?? 0;
    rgba[4 * i + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): HTMLElement {
  const table = document.createElement('table');
  const thead = table.createTHead();
  const body = table.createTBody();
  const first = thead.insertRow();
  for (const name of head) {
    const cell = text('th', name);
    cell.setAttribute('scope', 'col');
    first.append(cell);
  }
  for (const values of rows) {
    const row = body.insertRow();
    values.forEach((value, i) => {
      const cell = text(i === 0 ? 'th' : 'td', value);
      if (i === 0) cell.setAttribute('scope', 'row');
      row.append(cell);
    });
  }
  return table;
}

function text(tag: string, value: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = value;
  return node;
}
