// Energy per frame by part and by layer, as rows.

import { energyPartNames, energyParts } from '../../../report/energy.ts';
import type { Report } from '../../../report/report.ts';
import type { FigureData } from '../figure/figure-data.ts';
import { formatEnergy, formatShare } from '../../../core/number-text.ts';

type Part = (typeof energyParts)[number];

/** Energy of one layer, pJ. */
export interface LayerEnergy {
  readonly layer: string;
  /** Its name in the report. */
  readonly name: string;
  readonly energy: Readonly<Record<Part, number>>;
}

/** Energy of every layer and of bringing the image in; the rows add up to the energy per frame. */
export const layerEnergies = ({ layers }: Report): readonly LayerEnergy[] =>
  layers.map(({ name, kind, energy }) => ({
    layer: kind === 'image' ? 'image in' : name,
    name,
    energy,
  }));

/** Words and rows of the energy plot. */
export function energyData(report: Report): FigureData {
  const rows = layerEnergies(report);
  const { perFrame, activity } = report.energy;
  const largestPart = [...energyParts].sort((a, b) => perFrame[b] - perFrame[a])[0] ?? 'macro';
  const largestLayer = [...rows].sort((a, b) => sumOf(b) - sumOf(a))[0];
  const share = (value: number): string =>
    formatShare(perFrame.total === 0 ? null : value / perFrame.total);
  const layerText = largestLayer
    ? `, and ${share(sumOf(largestLayer))} to ${largestLayer.layer}, the most of any layer`
    : '';
  return {
    caption: `Energy per frame by layer and part, ${activity}`,
    summary: `A frame of ${report.network} takes ${formatEnergy(perFrame.total)} (${activity}); ${share(perFrame[largestPart])} goes to ${energyPartNames[largestPart]}, the most of any part${layerText}.`,
    table: {
      columns: [
        'layer',
        ...energyParts.map((part) => `${energyPartNames[part]} (nJ)`),
        'total (nJ)',
      ],
      rows: rows.map((row) => [
        row.layer,
        ...energyParts.map((part) => row.energy[part] / 1000),
        sumOf(row) / 1000,
      ]),
      paths: rows.map(({ name }) => [
        undefined,
        ...[...energyParts, 'total'].map((part) => `layers.${name}.energy.${part}`),
      ]),
    },
  };
}

const sumOf = ({ energy }: LayerEnergy): number =>
  energyParts.reduce((sum, part) => sum + energy[part], 0);
