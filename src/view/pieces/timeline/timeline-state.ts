// What a person did to a timeline view, without the drawing: range, chosen slice, search.

import type { Timeline } from '../../../timeline/timeline.ts';
import { findSteps, type Match } from './find-slices.ts';
import { firstAfter, layOutTracks, type Track } from './tracks.ts';
import { clampRange, type CycleRange, panBy, reveal, zoomAt } from './view-range.ts';

/** State of a view. */
export interface TimelineState {
  readonly timeline: Timeline;
  readonly tracks: readonly Track[];
  readonly range: CycleRange;
  readonly chosen: Match | undefined;
  readonly matches: readonly Match[];
  /** Number of the match that Enter has gone to; -1 before. */
  readonly match: number;
}

/** A view of a whole frame. @param power as of `layOutTracks` */
export function wholeFrame(timeline: Timeline, power?: ReadonlyMap<string, number>): TimelineState {
  const range = clampRange({ from: 0, to: timeline.cyclesPerFrame }, timeline.cyclesPerFrame);
  const tracks = layOutTracks(timeline, power);
  return { timeline, tracks, range, chosen: undefined, matches: [], match: -1 };
}

/** What a key does; undefined for a key without a meaning. */
export function pressKey(state: TimelineState, key: string): TimelineState | undefined {
  const { timeline, range } = state;
  const total: number = timeline.cyclesPerFrame;
  const span = range.to - range.from;
  const actions: Readonly<Record<string, () => TimelineState>> = {
    ArrowLeft: () => ({ ...state, range: panBy(range, -span / 8, total) }),
    ArrowRight: () => ({ ...state, range: panBy(range, span / 8, total) }),
    ArrowUp: () => changeTrack(state, -1),
    ArrowDown: () => changeTrack(state, 1),
    ',': () => step(state, -1),
    '.': () => step(state, 1),
    '+': () => zoom(state, 0.5),
    '=': () => zoom(state, 0.5),
    '-': () => zoom(state, 2),
    '0': () => ({ ...state, range: clampRange({ from: 0, to: total }, total) }),
    Home: () => ({ ...state, range: panBy(range, -total, total) }),
    End: () => ({ ...state, range: panBy(range, total, total) }),
  };
  return actions[key]?.();
}

/** Zooms about the chosen slice where it is in view, else about the middle. */
export function zoom(state: TimelineState, factor: number): TimelineState {
  const { range, chosen, timeline } = state;
  const middle = chosen ? (chosen.slice.start + chosen.slice.end) / 2 : -1;
  const at = middle >= range.from && middle <= range.to ? middle : (range.from + range.to) / 2;
  return { ...state, range: zoomAt(range, factor, at, timeline.cyclesPerFrame) };
}

/** Searches; the first match is where Enter goes next. */
export const search = (state: TimelineState, text: string): TimelineState => ({
  ...state,
  matches: findSteps(state.tracks, text),
  match: -1,
});

/** Goes to the next match, or the one before (`by` -1), around the end. */
export function nextMatch(state: TimelineState, by: 1 | -1): TimelineState {
  const { matches, match } = state;
  if (matches.length === 0) return state;
  const from = match < 0 && by < 0 ? 0 : match;
  const next = (from + by + matches.length) % matches.length;
  return { ...choose(state, matches[next]), match: next };
}

/** Chooses a slice and brings it into view. */
export function choose(state: TimelineState, chosen: Match | undefined): TimelineState {
  if (!chosen) return state;
  const { start: from, end: to } = chosen.slice;
  return {
    ...state,
    chosen,
    range: reveal(state.range, { from, to }, state.timeline.cyclesPerFrame),
  };
}

/** The slice before or after the chosen one on its track; the first in view where none is chosen. */
function step(state: TimelineState, by: 1 | -1): TimelineState {
  const { chosen, tracks, range } = state;
  if (!chosen) {
    const track = Math.max(
      0,
      tracks.findIndex(({ name }) => name === 'core 0'),
    );
    const slices = tracks[track]?.slices ?? [];
    return chooseAt(state, track, firstAfter(slices, range.from));
  }
  const slices = tracks[chosen.track]?.slices ?? [];
  return chooseAt(state, chosen.track, slices.indexOf(chosen.slice) + by);
}

/** To the slice above or below that runs when the chosen one does; empty tracks are skipped. */
function changeTrack(state: TimelineState, by: 1 | -1): TimelineState {
  const { chosen, tracks } = state;
  if (!chosen) return step(state, 1);
  const middle = (chosen.slice.start + chosen.slice.end) / 2;
  for (let track = chosen.track + by; track >= 0 && track < tracks.length; track += by) {
    const slices = tracks[track]?.slices ?? [];
    if (slices.length > 0)
      return chooseAt(state, track, Math.min(slices.length - 1, firstAfter(slices, middle)));
  }
  return state;
}

function chooseAt(state: TimelineState, track: number, index: number): TimelineState {
  const slice = state.tracks[track]?.slices[index];
  return slice ? choose(state, { track, slice }) : state;
}
