// The weight groups of a network while it trains: per layer a grid of cells, shaded by their norms, empty where zero.

import type { GroupsOfLayer } from '../../../train/run/train-options.ts';
import { make, type PieceHandle, setLabel } from '../../ui/make-element.ts';
import { lightest, shadesOf } from './group-shades.ts';

/** Draws the grids into `parent`: rows are kernel tiles, columns are channel blocks and their kernel positions. */
export function drawGroupGrids(parent: ParentNode): PieceHandle<readonly GroupsOfLayer[]> {
  const grids = new Map<string, LayerGrid>();
  const layersBox = make('div', { class: 'mars-group-layers' });
  const element = make('div', { class: 'mars-groups', part: 'groups' }, [layersBox, drawKey()]);
  element.hidden = true;
  parent.append(element);
  return {
    element,
    update: (layers) => {
      element.hidden = layers.length === 0;
      if (!fits(grids, layers)) {
        grids.clear();
        for (const layer of layers) grids.set(layer.name, drawLayer(layer));
        layersBox.replaceChildren(...[...grids.values()].map(({ box }) => box));
      }
      for (const layer of layers) shade(layer, grids.get(layer.name));
    },
    destroy: () => element.remove(),
  };
}

interface LayerGrid {
  readonly box: HTMLElement;
  readonly grid: HTMLElement;
  readonly count: HTMLElement;
  readonly cells: readonly HTMLElement[];
}

const fits = (grids: ReadonlyMap<string, LayerGrid>, layers: readonly GroupsOfLayer[]): boolean =>
  grids.size === layers.length &&
  layers.every(({ name, norms }) => grids.get(name)?.cells.length === norms.length);

function drawLayer({ name, norms, kernelTiles }: GroupsOfLayer): LayerGrid {
  const cells = Array.from(norms, () => make('span', { class: 'mars-group' }));
  const grid = make('div', { class: 'mars-group-grid', attributes: { role: 'img' } }, cells);
  grid.style.setProperty('--mars-columns', String(norms.length / kernelTiles));
  const count = make('span', { class: 'mars-group-count' });
  const heading = make('div', { class: 'mars-group-heading' }, [
    make('span', { text: name }),
    count,
  ]);
  return { box: make('div', { class: 'mars-group-layer' }, [heading, grid]), grid, count, cells };
}

function shade({ name, norms }: GroupsOfLayer, layer: LayerGrid | undefined): void {
  if (!layer) return;
  const shades = shadesOf(norms);
  layer.cells.forEach((cell, i) => setShade(cell, shades[i] ?? 0));
  const left = shades.filter((value) => value > 0).length;
  layer.count.textContent = `${left} of ${norms.length}`;
  setLabel(layer.grid, `${name}: ${left} of ${norms.length} weight groups left`);
}

/** Colours with a weaker fill, so that the outline of an empty cell stays. */
function setShade(cell: HTMLElement, value: number): void {
  cell.classList.toggle('mars-group-zero', value === 0);
  cell.style.setProperty('--mars-shade', `${Math.round(100 * value)}%`);
}

function drawKey(): HTMLElement {
  const sample = (value: number): HTMLElement => {
    const cell = make('span', { class: 'mars-group' });
    setShade(cell, value);
    return cell;
  };
  return make('p', { class: 'mars-note mars-group-key' }, [
    sample(0),
    ' zero: neither stored nor computed ',
    sample(lightest),
    sample(0.5),
    sample(1),
    ' norm of a quarter of the layer’s mean or less, the mean, twice the mean or more. Rows are kernel tiles, columns channel blocks and kernel positions.',
  ]);
}
