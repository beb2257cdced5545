// Keys, pointer and wheel on the timeline's canvas.

import { nameWidth, trackAt } from './paint-timeline.ts';
import { pressKey, type TimelineState } from './timeline-state.ts';
import { countBetween, sliceAt } from './tracks.ts';
import { clampRange, type CycleRange, panBy, zoomAt } from './view-range.ts';

type Change = (next: TimelineState, selection?: CycleRange) => void;

interface Drag {
  readonly isSelecting: boolean;
  /** Where it began, and the range then. */
  readonly cycle: number;
  readonly x: number;
  readonly range: CycleRange;
}

/** Pointer movement below this many pixels is a click, not a drag. */
const clickSlack = 4;

/** Turns events into changes of the state. */
export function listenToCanvas(
  canvas: HTMLCanvasElement,
  current: () => TimelineState,
  change: Change,
): void {
  canvas.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const next = pressKey(current(), event.key);
    if (!next) return;
    event.preventDefault();
    change(next);
  });
  canvas.addEventListener(
    'wheel',
    (event) => turnWheel(canvas, event, { state: current(), change }),
    { passive: false },
  );
  listenToDrags(canvas, current, change);
}

const innerWidth = (canvas: HTMLCanvasElement): number =>
  Math.max(1, canvas.clientWidth - nameWidth);

const cycleAt = (canvas: HTMLCanvasElement, { range }: TimelineState, x: number): number =>
  range.from + ((x - nameWidth) / innerWidth(canvas)) * (range.to - range.from);

/** Without focus or Ctrl the wheel scrolls the page, as everywhere else. */
function turnWheel(
  canvas: HTMLCanvasElement,
  event: WheelEvent,
  { state, change }: { readonly state: TimelineState; readonly change: Change },
): void {
  const root = canvas.getRootNode();
  const hasFocus =
    (root instanceof ShadowRoot || root instanceof Document) && root.activeElement === canvas;
  if (!hasFocus && !event.ctrlKey) return;
  event.preventDefault();
  const { range, timeline } = state;
  const total = timeline.cyclesPerFrame;
  const span = range.to - range.from;
  const next =
    Math.abs(event.deltaX) > Math.abs(event.deltaY)
      ? panBy(range, (event.deltaX / innerWidth(canvas)) * span, total)
      : zoomAt(range, 2 ** (event.deltaY / 200), cycleAt(canvas, state, event.offsetX), total);
  change({ ...state, range: next });
}

function listenToDrags(
  canvas: HTMLCanvasElement,
  current: () => TimelineState,
  change: Change,
): void {
  let drag: Drag | undefined;
  canvas.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture(event.pointerId);
    const state = current();
    drag = {
      isSelecting: event.shiftKey || trackAt(event.offsetY) < 0,
      cycle: cycleAt(canvas, state, event.offsetX),
      x: event.offsetX,
      range: state.range,
    };
  });
  canvas.addEventListener('pointermove', (event) => {
    if (!drag) return pointAt(canvas, event, { state: current(), change });
    if (Math.abs(event.offsetX - drag.x) < clickSlack && !drag.isSelecting) return;
    const state = current();
    if (drag.isSelecting) change(state, selected(canvas, drag, state, event));
    else {
      const span = drag.range.to - drag.range.from;
      const moved = ((drag.x - event.offsetX) / innerWidth(canvas)) * span;
      change({ ...state, range: panBy(drag.range, moved, state.timeline.cyclesPerFrame) });
    }
  });
  canvas.addEventListener('pointerup', (event) => {
    const [ended, state] = [drag, current()];
    drag = undefined;
    if (ended && Math.abs(event.offsetX - ended.x) < clickSlack) {
      change(state);
      // A finger does not hover.
      return pointAt(canvas, event, { state, change });
    }
    if (!ended?.isSelecting) return change(state);
    const range = selected(canvas, ended, state, event);
    change({ ...state, range: clampRange(range, state.timeline.cyclesPerFrame) });
  });
  canvas.addEventListener('pointercancel', () => {
    drag = undefined;
    change(current());
  });
}

function selected(
  canvas: HTMLCanvasElement,
  drag: Drag,
  state: TimelineState,
  event: PointerEvent,
): CycleRange {
  const end = cycleAt(canvas, state, event.offsetX);
  return { from: Math.min(drag.cycle, end), to: Math.max(drag.cycle, end) };
}

/** Chooses what is under the pointer without moving the view. */
function pointAt(
  canvas: HTMLCanvasElement,
  event: PointerEvent,
  { state, change }: { readonly state: TimelineState; readonly change: Change },
): void {
  const track = trackAt(event.offsetY);
  const pixel = (state.range.to - state.range.from) / innerWidth(canvas);
  const cycle = cycleAt(canvas, state, event.offsetX);
  const on = state.tracks[track];
  if (!on || event.offsetX < nameWidth) return;
  const slice = sliceAt(on, cycle, 2 * pixel);
  if (!slice || slice === state.chosen?.slice) return;
  // Only slices narrower than a pixel are drawn together.
  const isNarrow = slice.end - slice.start < pixel;
  const sharing = isNarrow ? countBetween(on, cycle - pixel / 2, cycle + pixel / 2) : 1;
  change({ ...state, chosen: { track, slice, sharing } });
}
