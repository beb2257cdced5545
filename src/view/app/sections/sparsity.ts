// Which weight groups of a layer are stored.

import type { GroupPattern } from '../../../inspect/group-pattern.ts';
import { drawGroupPatternPlot } from '../../pieces/plots/group-pattern-plot.ts';
import { perLayer } from '../per-layer.ts';
import type { DrawSection } from '../shown.ts';

/** Draws them. */
export const draw: DrawSection = (place, shown) =>
  perLayer(place, { shown, name: 'sparsity-layer' }, async (inside, layer) => {
    const found: GroupPattern = await shown.engine.ask(shown.result.id, 'groupPattern', { layer });
    const { kernelTiles: tiles, blocks, positions, stored: kept } = found;
    return drawGroupPatternPlot(inside, { layer, tiles, blocks, positions, kept });
  });
