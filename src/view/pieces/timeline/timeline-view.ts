// The controller's timeline of one frame: a canvas with tracks, with search, legend, a table of layers and a trace file.

import { countOf } from '../../../core/words.ts';
import { type ChromeTrace, toChromeTrace } from '../../../timeline/chrome-trace.ts';
import type { Timeline } from '../../../timeline/timeline.ts';
import { drawDataTable } from '../figure/data-table.ts';
import { saveFile } from '../figure/save-file.ts';
import { make, makeButton, type PieceHandle, setText, setLabel } from '../../ui/make-element.ts';
import { cyclesData } from '../plots/cycles-data.ts';
import { describeSlice } from './describe-slice.ts';
import { listenToCanvas } from './listen-to-canvas.ts';
import { paintTimeline, timelineHeight } from './paint-timeline.ts';
import { drawTimelineLegend, type TimelineLegend } from './timeline-legend.ts';
import { nextMatch, search, type TimelineState, wholeFrame, zoom } from './timeline-state.ts';
import type { CycleRange } from './view-range.ts';

/** Settings of {@link drawTimelineView}. */
export interface TimelineViewOptions {
  /** Average power of each layer, mW, by layer name, for a track and the trace's counter; see `layerPower`. */
  readonly power?: ReadonlyMap<string, number> | undefined;
  /** Told of a layer whose network place a person asks for; without it there is no such button. */
  readonly onLayer?: ((layer: string) => void) | undefined;
  /** What is done with the trace; it is saved as a file by default. */
  readonly onSaveTrace?: ((trace: ChromeTrace) => void) | undefined;
}

const keys =
  'Arrow keys left and right move, up and down change the track, comma and full stop go from step to step, plus and minus zoom, 0 shows the whole frame. The wheel zooms while the timeline has the focus, or with Ctrl. Dragging moves; with Shift, or on the axis, it selects what to zoom to.';

/** What the parts of the view share. */
interface TimelineParts {
  readonly canvas: HTMLCanvasElement;
  readonly readout: HTMLElement;
  readonly legend: TimelineLegend;
  readonly table: HTMLDetailsElement;
}

/** A drawn timeline. */
export interface TimelineView extends PieceHandle<Timeline> {
  /** Searches for a text, such as the name of a layer, and goes to the first step of it. */
  find(text: string): void;
}

/** Draws the view into `parent`. */
export function drawTimelineView(
  parent: ParentNode,
  timeline: Timeline,
  options: TimelineViewOptions = {},
): TimelineView {
  let state = wholeFrame(timeline, options.power);
  let selection: CycleRange | undefined;
  let frame = 0;
  const parts = makeParts();
  const layerButton = makeLayerButton(options.onLayer);
  const { canvas } = parts;
  const draw = (): void => {
    frame = 0;
    drawCanvas(parts, state, selection);
  };
  const drawSoon = (): void => {
    frame ||= requestAnimationFrame(draw);
  };
  const change = (next: TimelineState, selected?: CycleRange): void => {
    if (next.chosen !== state.chosen && next.chosen) {
      setText(parts.readout, describeSlice(next.chosen, next.timeline));
      layerButton.show(next.chosen.slice.layer);
    }
    state = next;
    selection = selected;
    drawSoon();
  };
  const current = (): TimelineState => state;
  listenToCanvas(canvas, current, change);
  const finder = makeSearch(current, change);
  const tools = make('div', { class: 'mars-tools', part: 'tools' }, [
    finder.element,
    ...makeZoomButtons(current, change),
    makeButton('Save trace for Perfetto', () => saveTrace(state.timeline, options)),
  ]);
  const element = putTogether(parts, tools, layerButton.element);
  parent.append(element);
  const show = (): void => {
    showFrame(parts, state.timeline, state.tracks.length);
    drawSoon();
  };
  show();
  const stop = watchLooks(parts, drawSoon);
  return {
    element,
    find: (text) => finder.find(text),
    update: (next) => {
      change(wholeFrame(next));
      finder.again();
      show();
    },
    destroy: () => {
      stop();
      cancelAnimationFrame(frame);
      element.remove();
    },
  };
}

function makeParts(): TimelineParts {
  return {
    canvas: make('canvas', {
      class: 'mars-timeline-canvas',
      part: 'canvas',
      attributes: { tabindex: '0', role: 'application', 'aria-roledescription': 'timeline' },
    }),
    readout: make('p', {
      class: 'mars-readout',
      part: 'readout',
      attributes: { role: 'status' },
    }),
    legend: drawTimelineLegend(),
    table: make('details', { class: 'mars-details', part: 'data' }),
  };
}

const putTogether = (
  parts: TimelineParts,
  tools: HTMLElement,
  layerButton: HTMLElement,
): HTMLElement =>
  make('section', { class: 'mars-timeline', part: 'timeline' }, [
    tools,
    parts.legend.element,
    parts.canvas,
    make('div', { class: 'mars-readout-row' }, [parts.readout, layerButton]),
    make('details', { class: 'mars-details' }, [
      make('summary', { text: 'Keys and pointer' }),
      make('p', { class: 'mars-note', text: keys }),
    ]),
    parts.table,
  ]);

/** Leads from a step to its layer. */
function makeLayerButton(onLayer: TimelineViewOptions['onLayer']): {
  readonly element: HTMLElement;
  show(layer: string): void;
} {
  let shown = '';
  const element = makeButton('', () => onLayer?.(shown));
  element.hidden = true;
  return {
    element,
    show: (layer) => {
      shown = layer;
      element.hidden = onLayer === undefined || layer === '';
      setText(element, `${layer} in the network`);
    },
  };
}

/** Words of a frame: what does not change while a person looks around. */
function showFrame(parts: TimelineParts, timeline: Timeline, tracks: number): void {
  const { summary, table, caption } = cyclesData(timeline);
  parts.canvas.style.height = `${timelineHeight(tracks)}px`;
  setLabel(parts.canvas, `${summary} ${keys}`);
  parts.readout.textContent = 'Point at a step to see what it is.';
  parts.legend.update(timeline);
  parts.table.replaceChildren(
    make('summary', { text: 'Layers as a table' }),
    make('p', { class: 'mars-note', text: summary }),
    drawDataTable(table, caption),
  );
}

function drawCanvas(
  { canvas, legend }: TimelineParts,
  state: TimelineState,
  selection: CycleRange | undefined,
): void {
  const width = canvas.clientWidth;
  const context = canvas.getContext('2d');
  if (width === 0 || !context) return;
  const scale = devicePixelRatio;
  const [columns, rows] = [width, timelineHeight(state.tracks.length)].map((size) =>
    Math.round(size * scale),
  );
  if (columns !== undefined && canvas.width !== columns) canvas.width = columns;
  if (rows !== undefined && canvas.height !== rows) canvas.height = rows;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  paintTimeline(context, { ...state, selection, colors: legend.colors(), width });
}

/** Draws again when the size changes, or the colours do: the legend's swatches have a short transition for that. */
function watchLooks({ canvas, legend }: TimelineParts, drawSoon: () => void): () => void {
  const size = new ResizeObserver(drawSoon);
  size.observe(canvas);
  legend.element.addEventListener('transitionend', drawSoon);
  return () => size.disconnect();
}

function makeSearch(
  current: () => TimelineState,
  change: (next: TimelineState) => void,
): { readonly element: HTMLElement; again(): void; find(text: string): void } {
  const input = make('input', {
    class: 'mars-input',
    part: 'search',
    attributes: { type: 'search', placeholder: 'layer or kind', spellcheck: 'false' },
  });
  const count = make('span', { class: 'mars-note', attributes: { role: 'status' } });
  const tell = (): void => {
    const { matches, match } = current();
    const place = match < 0 ? '' : `${match + 1} of `;
    count.textContent =
      input.value.trim() === '' ? '' : `${place}${countOf(matches.length, 'step')}`;
  };
  const again = (): void => {
    change(search(current(), input.value));
    tell();
  };
  input.addEventListener('input', again);
  input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    change(nextMatch(current(), event.shiftKey ? -1 : 1));
    tell();
  });
  const label = make('label', { class: 'mars-switch' }, ['Find', input]);
  const find = (text: string): void => {
    input.value = text;
    again();
    change(nextMatch(current(), 1));
    tell();
  };
  return { element: make('span', { class: 'mars-switch' }, [label, count]), again, find };
}

function makeZoomButtons(
  current: () => TimelineState,
  change: (next: TimelineState) => void,
): readonly HTMLElement[] {
  const named = (name: string): { attributes: Record<string, string> } => ({
    attributes: { 'aria-label': name },
  });
  return [
    makeButton('+', () => change(zoom(current(), 0.5)), named('Zoom in')),
    makeButton('−', () => change(zoom(current(), 2)), named('Zoom out')),
    makeButton('All', () => change(zoom(current(), Infinity)), named('All: show the whole frame')),
  ];
}

function saveTrace(timeline: Timeline, { power, onSaveTrace }: TimelineViewOptions): void {
  const trace = toChromeTrace(timeline, power ? { power } : {});
  if (onSaveTrace) onSaveTrace(trace);
  else saveFile('trace.json', new Blob([JSON.stringify(trace)], { type: 'application/json' }));
}
