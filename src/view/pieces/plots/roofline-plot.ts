// The roofline of a report: each layer by its operations per byte, under the roofs of macros and DRAM.

import { rooflineOptions } from '../../../plots/roofline-options.ts';
import { formatNumber } from '../../../core/number-text.ts';
import type { Roofline } from '../../../report/roofline.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { drawFigure } from '../figure/figure.ts';
import { drawPlot, seriesColor, tip } from './base-plot.ts';
import { rooflineData } from './roofline-data.ts';

const height = 340;
/** Below this width, pixels, names of layers leave no room for their dots. */
const roomForNames = 560;

/** Draws a roofline. */
export const drawRooflinePlot = (parent: ParentNode, roofline: Roofline): PieceHandle<Roofline> =>
  drawFigure(
    parent,
    { name: 'roofline', describe: rooflineData, draw, height: () => height },
    roofline,
  );

function draw(roofline: Roofline, width: number): SVGSVGElement {
  const hasRoom = width >= roomForNames;
  const options = rooflineOptions(roofline, {
    curve: seriesColor(0),
    bar: seriesColor(0),
    front: seriesColor(2),
    behind: 'var(--mars-muted)',
    roof: seriesColor(6),
    hasNames: hasRoom,
    tip,
  });
  return drawPlot(
    { width, height, marginLeft: 56, label: 'GOPS' },
    {
      ...options,
      x: {
        ...options.x,
        // What the bytes are, the caption says as well.
        ...(hasRoom ? {} : { label: 'operations per byte' }),
        tickFormat: hasRoom ? tickText : decadeText,
      },
      y: { ...options.y, label: null, tickFormat: tickText },
    },
  );
}

const textAt =
  (digits: readonly number[]) =>
  (value: number): string =>
    digits.includes(Number(value.toExponential(0).slice(0, 1))) ? formatNumber(value) : '';
/** Of the ticks of a logarithmic axis, those that have room for their number. */
const tickText = textAt([1, 2, 5]);
const decadeText = textAt([1]);
