// Paints a timeline onto a canvas: axis, tracks, slices, marks of what was searched for.

import { type Timeline, isTileStep } from '../../../timeline/timeline.ts';
import { cycles, durationOf } from '../../../core/units.ts';
import type { Match } from './find-slices.ts';
import type { Slice, SliceKind, Track } from './tracks.ts';
import { type CycleRange, tickText, tickTimes, ticksOf } from './view-range.ts';
import { type MixedPixel, visibleSlices, type WideSlice } from './visible-slices.ts';

/** Colours as the canvas takes them. */
export interface TimelineColors {
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly surface: string;
  readonly accent: string;
  readonly port: string;
  readonly kinds: Readonly<Record<SliceKind, string>>;
}

/** What is painted. */
export interface TimelineScene {
  readonly timeline: Timeline;
  readonly tracks: readonly Track[];
  readonly range: CycleRange;
  readonly matches: readonly Match[];
  /** Slice that keyboard or pointer is on. */
  readonly chosen: Match | undefined;
  /** Range that is being selected. */
  readonly selection: CycleRange | undefined;
  readonly colors: TimelineColors;
  /** Of the canvas, CSS pixels. */
  readonly width: number;
}

/** Room for track names, pixels. */
export const nameWidth = 86;
const axisHeight = 36;
const trackHeight = 20;
const trackGap = 4;

/** Height of a canvas for so many tracks, pixels. */
export const timelineHeight = (tracks: number): number =>
  axisHeight + tracks * (trackHeight + trackGap) + trackGap;

/** Number of the track at a height; -1 on the axis. */
export const trackAt = (y: number): number =>
  y < axisHeight ? -1 : Math.floor((y - axisHeight) / (trackHeight + trackGap));

const trackTop = (track: number): number =>
  axisHeight + trackGap / 2 + track * (trackHeight + trackGap);

/** Paints everything. */
export function paintTimeline(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { width, tracks, colors } = scene;
  context.fillStyle = colors.surface;
  context.fillRect(0, 0, width, timelineHeight(tracks.length));
  context.font = '12px system-ui, sans-serif';
  context.textBaseline = 'middle';
  paintAxis(context, scene);
  const found = new Set(scene.matches.map(({ slice }) => slice));
  tracks.forEach((track, i) => {
    context.fillStyle = colors.text;
    context.fillText(track.name, 4, trackTop(i) + trackHeight / 2, nameWidth - 8);
    context.save();
    context.beginPath();
    context.rect(nameWidth, trackTop(i), width - nameWidth, trackHeight);
    context.clip();
    paintTrack(context, scene, { track, top: trackTop(i), found });
    context.restore();
  });
  paintMatches(context, scene);
  paintChosen(context, scene);
}

const scaleOf = ({ range, width }: TimelineScene): number =>
  (width - nameWidth) / (range.to - range.from);

const xOf = (scene: TimelineScene, cycle: number): number =>
  nameWidth + (cycle - scene.range.from) * scaleOf(scene);

function paintAxis(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { timeline, range, width, tracks, colors } = scene;
  const ticks = ticksOf(range, width - nameWidth, 84);
  const times = tickTimes(ticks.map((tick) => durationOf(cycles(tick), timeline.frequency)));
  for (const [i, tick] of ticks.entries()) {
    const x = Math.round(xOf(scene, tick)) + 0.5;
    context.fillStyle = colors.line;
    context.fillRect(x, axisHeight - 4, 1, timelineHeight(tracks.length) - axisHeight);
    // A text that would be cut off at the end is left out.
    if (x + 60 > width) continue;
    context.fillStyle = colors.text;
    context.fillText(tickText(tick), x + 3, 8);
    context.fillStyle = colors.muted;
    context.fillText(times[i] ?? '', x + 3, 23);
  }
  context.fillStyle = colors.muted;
  context.fillText('cycle', 4, 8);
  context.fillText('time', 4, 23);
}

interface TrackPlace {
  readonly track: Track;
  readonly top: number;
  readonly found: ReadonlySet<Slice>;
}

function paintTrack(
  context: CanvasRenderingContext2D,
  scene: TimelineScene,
  { track, top, found }: TrackPlace,
): void {
  const { range, width, matches } = scene;
  const { wide, mixed } = visibleSlices(track, range, width - nameWidth);
  const isSearching = matches.length > 0;
  for (const pixel of mixed) paintMixed(context, scene, pixel, top);
  for (const one of wide) {
    context.globalAlpha = isSearching && one.slice.step && !found.has(one.slice) ? 0.25 : 1;
    paintWide(context, scene, one, top);
  }
  context.globalAlpha = 1;
}

/** Kinds from the bottom up, as high as their share of the pixel's cycles. */
function paintMixed(
  context: CanvasRenderingContext2D,
  { colors, matches }: TimelineScene,
  { x, shares }: MixedPixel,
  top: number,
): void {
  context.globalAlpha = matches.length > 0 ? 0.25 : 1;
  let bottom = top + trackHeight;
  for (const [kind, share] of shares) {
    const height = share * trackHeight;
    context.fillStyle = colors.kinds[kind];
    context.fillRect(nameWidth + x, bottom - height, 1, height);
    bottom -= height;
  }
  context.globalAlpha = 1;
}

function paintWide(
  context: CanvasRenderingContext2D,
  { colors, width }: TimelineScene,
  { slice, x, width: own }: WideSlice,
  top: number,
): void {
  const left = nameWidth + Math.max(0, x);
  const right = Math.min(width, nameWidth + x + own);
  // A gap between neighbours, where there is room for one.
  const shown = right - left - (own > 3 ? 1 : 0);
  const height = trackHeight * (slice.level ?? 1);
  context.fillStyle = colors.kinds[slice.kind];
  context.fillRect(left, top + trackHeight - height, shown, height);
  const { step } = slice;
  const stalled = step && isTileStep(step) ? step.stalled / (slice.end - slice.start) : 0;
  if (stalled > 0) {
    context.fillStyle = colors.port;
    context.fillRect(left, top + trackHeight * (1 - stalled), shown, trackHeight * stalled);
  }
  if (shown < 40 || context.globalAlpha < 1) return;
  const text = fitting(context, slice.label, shown - 8);
  context.fillStyle = slice.step ? colors.surface : colors.text;
  if (text !== '') context.fillText(text, left + 4, top + trackHeight / 2 + 1);
}

/** The text, shortened to fit; empty where nothing of use fits. */
function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const letters = Math.floor((width / context.measureText(text).width) * text.length) - 1;
  return letters < 3 ? '' : `${text.slice(0, letters)}…`;
}

/** A mark on the axis for every pixel with a match. */
function paintMatches(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { matches, colors, width } = scene;
  const marked = new Set<number>();
  for (const { slice } of matches) {
    const x = Math.max(nameWidth, Math.floor(xOf(scene, slice.start)));
    if (x < width && xOf(scene, slice.end) >= nameWidth) marked.add(x);
  }
  context.fillStyle = colors.accent;
  for (const x of marked) context.fillRect(x, axisHeight - 6, 2, 6);
}

function paintChosen(context: CanvasRenderingContext2D, scene: TimelineScene): void {
  const { chosen, selection, colors, width, tracks } = scene;
  context.save();
  context.beginPath();
  context.rect(nameWidth, 0, width - nameWidth, timelineHeight(tracks.length));
  context.clip();
  if (chosen) {
    const left = xOf(scene, chosen.slice.start);
    const own = Math.max(2, xOf(scene, chosen.slice.end) - left);
    context.strokeStyle = colors.text;
    context.lineWidth = 2;
    context.strokeRect(left - 0.5, trackTop(chosen.track) - 1, own, trackHeight + 2);
  }
  if (selection) {
    const left = xOf(scene, selection.from);
    context.fillStyle = colors.accent;
    context.globalAlpha = 0.25;
    context.fillRect(left, 0, xOf(scene, selection.to) - left, timelineHeight(tracks.length));
  }
  context.restore();
}
