// The colour scale in words and colours.

import { formatNumber } from '../../../core/number-text.ts';
import type { MacroArray } from '../../../inspect/macro-array.ts';
import { make } from '../../ui/dom.ts';
import { type Figure, figureRange, figureText } from './array-figures.ts';
import { type Colour, cssColour, scaleColour, type Theme } from './palette.ts';

/** The legend of a figure. */
export function drawLegend(array: MacroArray, figure: Figure, theme: Theme): HTMLElement {
  const legend = make('div', 'macro-array-legend');
  if (figure === 'layer') legend.append('each layer in its own colour, eight in turns');
  else {
    const { low, high, logarithmic } = figureRange(array, figure);
    const bar = make('span', 'macro-array-scale');
    const stops = Array.from({ length: 9 }, (_, i) => cssColour(scaleColour(theme, i / 8)));
    bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
    legend.append(endText(figure, low), bar, endText(figure, high));
    if (logarithmic) legend.append(' (equal steps are equal ratios)');
    const { layers } = array;
    if (
      (figure === 'saturated' && layers.some((layer) => layer.saturatedShare === undefined)) ||
      (figure === 'error' && layers.some((layer) => layer.adcError === undefined))
    )
      legend.append(patch(theme.unknown, 'not simulated'));
  }
  legend.append(
    patch(theme.one, 'cell with a 1'),
    patch(theme.empty, 'empty'),
    patch(theme.panel, 'core'),
  );
  return legend;
}

/** An end of the scale is a round number: without the decimals of a measured share. */
const endText = (figure: Figure, value: number): string =>
  figure === 'activity' || figure === 'error'
    ? figureText(figure, value)
    : `${formatNumber(100 * value)} %`;

function patch(colour: Colour, text: string): HTMLElement {
  const square = make('span', 'macro-array-patch');
  square.style.background = cssColour(colour);
  return make('span', 'macro-array-key', square, text);
}
