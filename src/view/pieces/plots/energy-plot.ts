// Energy per frame by layer, stacked by part.

import { energyPartNames, energyParts } from '../../../report/energy.ts';
import type { Report } from '../../../report/report.ts';
import { drawFigure } from '../figure/figure.ts';
import { formatEnergy } from '../../../core/number-text.ts';
import type { Ask } from '../../ui/ask.ts';
import type { PieceHandle } from '../../ui/make-element.ts';
import { energyData, layerEnergies } from './energy-data.ts';
import { drawShares, type LayerShares, sharesHeight } from './shares-of-layers.ts';

/** Draws where the energy of a frame goes. @param ask opens the formula of a figure */
export const drawEnergyPlot = (
  parent: ParentNode,
  report: Report,
  ask?: Ask,
): PieceHandle<Report> =>
  drawFigure(
    parent,
    {
      name: 'energy',
      describe: energyData,
      draw: (data, width) => drawShares(sharesOf(data), width),
      height: (data, width) => sharesHeight(sharesOf(data), width),
    },
    report,
    ask,
  );

function sharesOf(report: Report): LayerShares {
  const rows = layerEnergies(report);
  return {
    layers: rows.map(({ layer }) => layer),
    parts: energyParts.map((part) => energyPartNames[part]),
    shares: rows.flatMap(({ layer, name, energy }) =>
      energyParts.map((part) => ({
        layer,
        part: energyPartNames[part],
        value: energy[part],
        path: `layers.${name}.energy.${part}`,
      })),
    ),
    axis: 'energy per frame',
    format: formatEnergy,
  };
}
