// The timeline as a trace that Perfetto (ui.perfetto.dev) and chrome://tracing open.
// Format: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

import { shownText, shownTexts } from '../core/shown-text.ts';
import type { Cycle } from '../core/units.ts';
import { memories, type Memory } from '../mapping/place-feature-maps.ts';
import { isHalved, isTileStep, type Timeline, type MacroHalf } from './timeline.ts';
import { traceSpan, type TraceSpan } from './trace-time.ts';

/** A complete slice, a counter value or a name, as the format has them. Times in microseconds. */
export type TraceEvent =
  | {
      readonly ph: 'X';
      readonly name: string;
      readonly cat: string;
      readonly pid: number;
      readonly tid: number;
      readonly ts: number;
      readonly dur: number;
      readonly args: Readonly<Record<string, string | number>>;
    }
  | {
      readonly ph: 'C';
      readonly name: string;
      readonly pid: number;
      readonly ts: number;
      readonly args: Readonly<Record<string, number>>;
    }
  | {
      readonly ph: 'M';
      readonly name: 'process_name' | 'thread_name';
      readonly pid: number;
      readonly tid: number;
      readonly args: { readonly name: string };
    };

/** A trace file. */
export interface ChromeTrace {
  readonly displayTimeUnit: 'ns';
  readonly otherData: Readonly<Record<string, string | number>>;
  readonly traceEvents: readonly TraceEvent[];
}

/** Settings of {@link toChromeTrace}. */
export interface TraceOptions {
  /** Average power of each layer, mW, by layer name; draws the counter `power`. */
  readonly power?: ReadonlyMap<string, number>;
  /** With more steps than this, each core's steps of a layer become one slice. 200,000 by default, about 40 MB. */
  readonly maxSteps?: number;
}

const pid = 1;
/** Not 0: Perfetto takes that for the process' own number, which would be another track. */
const controllerTrack = 1;
/** Tracks of each core: what it does, its weight path, then the halves of its macros. */
const tracksPerCore = 4;

/**
 * The trace of one image: tracks for the controller's layers, each core, its macros and its weight path, and the
 * feature-map memories; counters for utilization and power.
 */
export function toChromeTrace(timeline: Timeline, options: TraceOptions = {}): ChromeTrace {
  const { maxSteps = 200_000, power } = options;
  const isSummary = timeline.steps.length > maxSteps;
  const steps = isSummary ? layerSlices(timeline) : stepSlices(timeline);
  return {
    displayTimeUnit: 'ns',
    otherData: {
      cyclesPerFrame: timeline.cyclesPerFrame,
      megahertz: timeline.frequency,
      levelOfDetail: isSummary ? 'layer' : 'step',
    },
    traceEvents: [
      ...trackNames(timeline),
      ...controllerEvents(timeline, power),
      ...dramSlices(timeline),
      ...steps,
    ].map(shownEvent),
  };
}

/** Viewers show names as they are; those of layers come from files. */
function shownEvent(event: TraceEvent): TraceEvent {
  const { layer } = event.args as { readonly layer?: unknown };
  const isPlain = shownText(event.name) === event.name && shownTexts(layer) === layer;
  return isPlain && event.ph !== 'M' ? event : shownTexts(event);
}

const coreTrack = (core: number): number => controllerTrack + 1 + tracksPerCore * core;
const weightTrack = (core: number): number => coreTrack(core) + 1;
const macroTrack = (core: number, half: MacroHalf): number =>
  coreTrack(core) + 2 + (half === 'all' ? 0 : half);
/** The memories on the chip, then DRAM. */
const memoryTrack = (timeline: Timeline, memory: Memory): number =>
  coreTrack(timeline.cores) + (memory === 'DRAM' ? memories.length : memories.indexOf(memory));

function trackNames(timeline: Timeline): TraceEvent[] {
  const halved = isHalved(timeline);
  const cores = Array.from({ length: timeline.cores }, (_, core) => [
    track(coreTrack(core), `core ${core}`),
    track(weightTrack(core), `core ${core} weight path`),
    track(macroTrack(core, 0), halved ? `core ${core} macros, first half` : `core ${core} macros`),
    ...(halved ? [track(macroTrack(core, 1), `core ${core} macros, second half`)] : []),
  ]);
  return [
    {
      ph: 'M',
      name: 'process_name',
      pid,
      tid: controllerTrack,
      args: { name: `${timeline.chip}: ${timeline.network}` },
    },
    track(controllerTrack, 'controller'),
    ...cores.flat(),
    ...memories.map((memory) => track(memoryTrack(timeline, memory), `feature maps: ${memory}`)),
    ...(timeline.transfers.length > 0 ? [track(memoryTrack(timeline, 'DRAM'), 'DRAM')] : []),
  ];
}

function controllerEvents(
  timeline: Timeline,
  power: ReadonlyMap<string, number> | undefined,
): TraceEvent[] {
  return timeline.layers.flatMap((time): TraceEvent[] => {
    const { layer, start, cycles, compute, load, port, drain, pool, barrier, dram } = time;
    const slice = { ph: 'X', cat: 'layer', pid, ...span(timeline, start, cycles) } as const;
    const utilization = cycles > 0 ? compute / cycles : 0;
    const milliwatts = power?.get(layer);
    const shares = { cycles, utilization, compute, load, port, drain, pool, barrier };
    const at = { ph: 'C', pid, ts: slice.ts } as const;
    const use = (verb: string, memory: Memory | undefined): TraceEvent[] =>
      // DRAM's track has its transfers.
      memory === undefined || memory === 'DRAM'
        ? []
        : [
            {
              ...slice,
              name: `${verb} by ${layer}`,
              tid: memoryTrack(timeline, memory),
              args: { cycles },
            },
          ];
    return [
      {
        ...slice,
        name: layer,
        tid: controllerTrack,
        args: dram > 0 ? { ...shares, dram } : shares,
      },
      ...use('read', time.reads),
      ...use('written', time.writes),
      ...use('added', time.adds),
      { ...at, name: 'utilization', args: { share: utilization } },
      ...(milliwatts === undefined ? [] : [{ ...at, name: 'power', args: { milliwatts } }]),
    ];
  });
}

const dramSlices = (timeline: Timeline): TraceEvent[] =>
  timeline.transfers.map(({ layer, kind, start, cycles, bytes }) => ({
    ph: 'X',
    name: `${kind} strip`,
    cat: 'dram',
    pid,
    tid: memoryTrack(timeline, 'DRAM'),
    ...span(timeline, start, cycles),
    args: { layer, bytes, cycles },
  }));

function stepSlices(timeline: Timeline): TraceEvent[] {
  return timeline.steps.flatMap((step): TraceEvent[] => {
    const { kind, layer, core, start, cycles } = step;
    const slice = {
      ph: 'X',
      name: kind,
      cat: kind,
      pid,
      ...span(timeline, start, cycles),
    } as const;
    if (!isTileStep(step)) return [{ ...slice, tid: coreTrack(core), args: { layer, cycles } }];
    const { half, tile, load, groups, stalled } = step;
    const args = { layer, tile, load, groups, cycles, stalled };
    const onMacros = { ...slice, tid: macroTrack(core, half), args };
    if (kind === 'load') return [{ ...slice, tid: weightTrack(core), args }, onMacros];
    return kind === 'compute'
      ? [{ ...slice, tid: coreTrack(core), args }, onMacros]
      : [{ ...slice, tid: coreTrack(core), args }];
  });
}

/** One slice per layer and core: what is left when a trace would be too large to open. */
function layerSlices(timeline: Timeline): TraceEvent[] {
  const sums = new Map<string, Map<number, Record<string, number>>>();
  for (const { layer, core, kind, cycles } of timeline.steps) {
    const ofLayer = sums.get(layer) ?? new Map<number, Record<string, number>>();
    sums.set(layer, ofLayer);
    const sum = ofLayer.get(core) ?? {};
    ofLayer.set(core, sum);
    sum[kind] = (sum[kind] ?? 0) + cycles;
  }
  return timeline.layers.flatMap(({ layer, start, cycles }) =>
    [...(sums.get(layer) ?? [])].map(([core, args]): TraceEvent => ({
      ph: 'X',
      name: layer,
      cat: 'layer',
      pid,
      tid: coreTrack(core),
      ...span(timeline, start, cycles),
      args,
    })),
  );
}

const span = ({ frequency }: Timeline, start: Cycle, length: Cycle): TraceSpan =>
  traceSpan(start, length, frequency);

const track = (tid: number, name: string): TraceEvent => ({
  ph: 'M',
  name: 'thread_name',
  pid,
  tid,
  args: { name },
});
