// A roofline as words and a table.

import { formatNumber } from '../../../core/number-text.ts';
import { countOf } from '../../../core/words.ts';
import type { Roofline } from '../../../report/roofline.ts';
import type { FigureData } from '../figure/figure-data.ts';

/** Operations per second are shown as billions. */
const giga = 1e-9;

/** Words and rows of a roofline. */
export function rooflineData({ computeRoof, bandwidth, bytes, points }: Roofline): FigureData {
  // Where the slanted roof is the lower one.
  const byDram = points.filter(({ intensity }) => intensity * bandwidth < computeRoof).length;
  const what =
    bytes === 'moved'
      ? 'bytes that DRAM moves'
      : 'bytes, if maps and stored weights passed DRAM once; the chip moves none';
  return {
    caption: `Operations per second against operations per byte (${what}), under the roofs of macros and DRAM`,
    summary: `Roofline: macros allow ${formatNumber(computeRoof * giga)} GOPS, DRAM ${formatNumber(bandwidth * giga)} GB/s; ${byDram} of ${countOf(points.length, 'layer')} under the roof of DRAM.`,
    table: {
      columns: [
        'layer',
        'operations per byte',
        'GOPS',
        'GOPS that the roofs allow',
        'share of that',
      ],
      rows: points.map(({ layer, intensity, rate, attainable }) => [
        layer,
        intensity,
        rate * giga,
        attainable * giga,
        rate / attainable,
      ]),
    },
  };
}
