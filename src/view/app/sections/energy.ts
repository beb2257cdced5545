// Energy by part and layer.

import { drawEnergyPlot } from '../../pieces/plots/energy-plot.ts';
import type { DrawSection } from '../shown.ts';

/** Draws it. */
export const draw: DrawSection = (place, { result, ask }) =>
  drawEnergyPlot(place, result.report, ask);
