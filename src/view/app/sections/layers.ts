// The layer table, and where the cycles of each layer go.

import { drawCyclesPlot } from '../../pieces/plots/cycles-plot.ts';
import { drawLayerTable } from '../../pieces/tables/layer-table.ts';
import { chooseLayer, chosenLayer, onLayerChosen } from '../chosen-layer.ts';
import type { DrawSection } from '../shown.ts';

/** Draws both. */
export const draw: DrawSection = (place, { result, ask, go }) => {
  const onLayer = (name: string): void => {
    chooseLayer(name);
    go('graph');
  };
  const table = drawLayerTable(place, result.report, { ask, onLayer });
  const mark = (layer: string): void => {
    for (const row of table.element.querySelectorAll('tbody tr'))
      row.classList.toggle('mars-chosen', row.querySelector('th')?.textContent === layer);
  };
  mark(chosenLayer());
  const stop = onLayerChosen(mark);
  const parts = [table, drawCyclesPlot(place, result.timeline)];
  return {
    destroy: () => {
      stop();
      for (const part of parts) part.destroy();
    },
  };
};
