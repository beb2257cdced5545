// A slice of the timeline, and the whole frame, in words.

import { countOf } from '../../../core/words.ts';
import { cycles, durationOf } from '../../../core/units.ts';
import { isTileStep, type Timeline } from '../../../timeline/timeline.ts';
import { formatShare, formatTime, formatWhole } from '../../../core/number-text.ts';
import type { Match } from './find-slices.ts';

/** What a slice is, where, when and for how long; and that it is one of several where they share a pixel. */
export function describeSlice({ slice, sharing = 1 }: Match, timeline: Timeline): string {
  const { start, end, step } = slice;
  const length = end - start;
  const times = `${countOf(length, 'cycle')} (${formatTime(durationOf(cycles(length), timeline.frequency))}) from cycle ${formatWhole(start)}`;
  if (!step) {
    const share = timeline.cyclesPerFrame > 0 ? length / timeline.cyclesPerFrame : 0;
    const name = slice.kind === 'power' ? `${slice.layer}, ${slice.label} on average` : slice.label;
    return `${name}: ${times}, ${formatShare(share)} of the frame`;
  }
  const { kind, layer, core } = step;
  const half = isTileStep(step) && step.half !== 'all' ? `, half ${step.half} of its macros` : '';
  const parts = [
    `${kind}, ${layer}`,
    `core ${core}${half}`,
    isTileStep(step)
      ? `kernel tile ${step.tile}, weight load ${step.load}, ${countOf(step.groups, 'group')}`
      : '',
    times,
    step.kind === 'compute' ? `${formatWhole(step.stalled)} of them stalled` : '',
    sharing > 1 ? `one of ${sharing} steps at this pixel` : '',
  ];
  return parts.filter(Boolean).join('; ');
}
