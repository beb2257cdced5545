// Histogram of the sums on the bit lines of a layer, with the ADC's levels.

import { formatCount, formatRareShare } from '../../../core/number-text.ts';
import type { ColumnSums } from '../../../inspect/column-sums.ts';
import { columnSumsOf } from '../../pieces/plots/column-sums-data.ts';
import { drawColumnSumsPlot } from '../../pieces/plots/column-sums-plot.ts';
import { make } from '../../ui/make-element.ts';
import { perLayer } from '../per-layer.ts';
import { type DrawSection, nothing } from '../shown.ts';

/** Draws it, or says why there is none. */
export const draw: DrawSection = (place, shown) => {
  if (shown.result.predictions.classes === 0) {
    const text = 'Sums need activations: set the images to one or more.';
    place.append(make('p', { class: 'note', text }));
    return nothing;
  }
  return perLayer(place, { shown, name: 'sums-layer' }, async (inside, layer) => {
    const found: ColumnSums = await shown.engine.ask(shown.result.id, 'columnSums', { layer });
    const plot = drawColumnSumsPlot(inside, columnSumsOf(found));
    inside.append(make('p', { class: 'note', text: sampleText(found) }));
    return plot;
  });
};

/** What was counted, such as `10 M of 452 M column reads, of 50 of 200 images; …`. */
function sampleText({ reads, ofReads, images, ofImages, saturated }: ColumnSums): string {
  const ofAll =
    reads === ofReads
      ? `All ${formatCount(reads)} column reads`
      : `A sample of ${formatCount(reads)} of ${formatCount(ofReads)} column reads`;
  return `${ofAll}, in ${images} of ${ofImages} images: ${formatRareShare(reads > 0 ? saturated / reads : 0)} saturated. Inputs are those of the exact integer network, without noise.`;
}
