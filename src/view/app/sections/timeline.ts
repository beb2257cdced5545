// The controller's timeline.

import { layerPower } from '../../../report/layer-power.ts';
import { drawTimelineView } from '../../pieces/timeline/timeline-view.ts';
import { chooseLayer, chosenLayer, onLayerChosen } from '../chosen-layer.ts';
import type { DrawSection } from '../shown.ts';

/** Draws it; the layer that is chosen elsewhere is marked. */
export const draw: DrawSection = (place, { result, go }) => {
  const { report, timeline } = result;
  const view = drawTimelineView(place, timeline, {
    power: layerPower(report),
    onLayer: (layer) => {
      chooseLayer(layer);
      go('graph');
    },
  });
  const mark = (layer: string): void => {
    if (timeline.layers.some((one) => one.layer === layer)) view.find(layer);
  };
  mark(chosenLayer());
  const stop = onLayerChosen(mark);
  return {
    destroy: () => {
      stop();
      view.destroy();
    },
  };
};
