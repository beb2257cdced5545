// A slice of the timeline, and the whole frame, in words.

import { cycles, durationOf } from '../../../core/units.ts';
import type { Timeline } from '../../../timeline/timeline.ts';
import { formatShare, formatTime, formatWhole } from '../../ui/format.ts';
import type { Match } from './find-slices.ts';

/** What a slice is, where, when and for how long; and that it is one of several where they share a pixel. */
export function describeSlice({ slice, sharing = 1 }: Match, timeline: Timeline): string {
  const { start, end, step } = slice;
  const length = end - start;
  const times = `${formatWhole(length)} cycles (${formatTime(durationOf(cycles(length), timeline.frequency))}) from cycle ${formatWhole(start)}`;
  if (!step) {
    const share = timeline.cyclesPerFrame > 0 ? length / timeline.cyclesPerFrame : 0;
    return `${slice.label}: ${times}, ${formatShare(share)} of the frame`;
  }
  const { kind, layer, core, half, tile, load, groups, stalled } = step;
  const parts = [
    `${kind}, ${layer}`,
    half < 0 ? `core ${core}` : `core ${core}, half ${half} of its macros`,
    tile < 0 ? '' : `kernel tile ${tile}, weight load ${load}, ${formatWhole(groups)} groups`,
    times,
    kind === 'compute' ? `${formatWhole(stalled)} of them stalled` : '',
    sharing > 1 ? `one of ${sharing} steps at this pixel` : '',
  ];
  return parts.filter(Boolean).join('; ');
}
