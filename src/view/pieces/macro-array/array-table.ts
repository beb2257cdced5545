// The macro array in words: a table of its layers, for those who cannot see the picture or want the numbers.

import type { ArrayLayer, MacroArray } from '../../../inspect/macro-array.ts';
import { formatWhole } from '../../../core/number-text.ts';
import { button, make } from '../../ui/dom.ts';
import { figureText } from './array-figures.ts';

const heads = [
  'layer',
  'fillings',
  'groups stored',
  'cells with a 1',
  'macro-ops per image',
  'saturated reads',
  'error of the ADC',
] as const;

/** The table; a layer's name shows it in the picture. */
export function drawLayerTable(array: MacroArray, show: (layer: number) => void): HTMLTableElement {
  const head = make('tr', '');
  for (const text of heads) {
    const cell = make('th', '', text);
    cell.scope = 'col';
    head.append(cell);
  }
  const rows = array.layers.map((layer, number) => {
    const name = make(
      'th',
      '',
      button(layer.name, `show ${layer.name}`, () => show(number)),
    );
    name.scope = 'row';
    return make('tr', '', name, ...valuesOf(layer).map((text) => make('td', '', text)));
  });
  const caption = make('caption', '', captionOf(array));
  return make('table', '', caption, make('thead', '', head), make('tbody', '', ...rows));
}

const valuesOf = (layer: ArrayLayer): readonly string[] => [
  formatWhole(layer.fillings),
  `${formatWhole(layer.storedGroups)} of ${formatWhole(layer.groups)}`,
  layer.cellDensity === undefined ? 'none filled' : figureText('density', layer.cellDensity),
  figureText('activity', layer.macroOps),
  figureText('saturated', layer.saturatedShare),
  figureText('error', layer.adcError),
];

/** What the array is, in a sentence. */
export const captionOf = ({ network, chip, cores, macrosPerCore, fillings }: MacroArray): string =>
  `${network} on ${chip}: ${formatWhole(fillings.length)} fillings of ${cores} cores with ${macrosPerCore} macros each`;
