// Cores working through their queues, from event to event: a load or drain that ends, or a pixel stream that is done.
// Between two events every stream runs at a constant rate, so no cycle is ever visited on its own.

import { type Overlap } from '../chips/index.ts';
import { assert } from '../core/errors.ts';
import { smallest } from '../core/extremes.ts';
import { type Ports, type Stream, streamRates } from './port-sharing.ts';
import type { MacroHalf } from './timeline.ts';

/** One weight load of one run, and the macro-ops that it allows. */
export interface CoreItem extends Stream {
  readonly tile: number;
  /** Number of the load within its run. */
  readonly load: number;
  readonly half: MacroHalf;
  readonly groups: number;
  readonly pixels: number;
  /** Cycles to write the groups into the macros, or to bring them from DRAM where that takes longer; whole. */
  readonly loadCycles: number;
  /** By how much DRAM takes longer. */
  readonly dramCycles: number;
  /** Cycles of the macro-ops alone. */
  readonly computeCycles: number;
  /** Cycles to empty the pipeline afterwards. */
  readonly drainCycles: number;
}

/** A piece of a core's time. */
export interface CoreStep {
  readonly kind: 'load' | 'compute' | 'drain';
  readonly core: number;
  readonly item: CoreItem;
  readonly start: number;
  readonly end: number;
}

interface CoreState {
  readonly items: readonly CoreItem[];
  /** For each item the one whose macro-ops must be done before its load can begin; -1 where there is none. */
  readonly before: Int32Array;
  /** End of each item's load and of its drain, where known. */
  readonly loaded: number[];
  readonly done: number[];
  /** Item that streams now. */
  streaming: { readonly index: number; readonly start: number; left: number } | undefined;
}

/** Pixels that may be left of a stream that is done: rates are not exact. */
const sliver = 1e-7;

/**
 * Runs the queues of all cores from `start` on.
 * @returns their steps; starts and ends are whole cycles
 */
export function runCores(
  queues: readonly (readonly CoreItem[])[],
  start: number,
  options: { readonly overlap: Overlap; readonly ports: Ports },
): CoreStep[] {
  const steps: CoreStep[] = [];
  const cores = queues.map((items): CoreState => ({
    items,
    before: itemsBefore(items, options.overlap),
    loaded: [],
    done: [],
    streaming: undefined,
  }));
  let now = start;
  while (cores.some((core) => core.done.length < core.items.length)) {
    cores.forEach((core, index) =>
      advanceLoads(core, { core: index, start }, options.overlap, steps),
    );
    for (const core of cores) startStream(core, start, now);
    const streaming = cores.filter((core) => core.streaming !== undefined);
    const rates = streamRates(streaming.map(currentItem), options.ports);
    const ends = streaming.map((core, i) => now + (core.streaming?.left ?? 0) / (rates[i] ?? 1));
    const next = nextEvent(cores, ends, now);
    assert(Number.isFinite(next) && (next > now || ends.includes(next)), 'time goes on');
    streaming.forEach((core, i) => {
      if (!core.streaming) return;
      // In a late cycle, time is coarser than the sliver: what is left then is less than time can tell apart.
      if (ends[i] === next) core.streaming.left = 0;
      else core.streaming.left -= (next - now) * (rates[i] ?? 0);
    });
    now = next;
    cores.forEach((core, index) => finishStream(core, index, now, steps));
  }
  return steps;
}

/** The item before each that used the same macros: the one before it, or the last one of the same half. */
function itemsBefore(items: readonly CoreItem[], overlap: Overlap): Int32Array {
  const lastOfHalf = new Map<MacroHalf, number>();
  return Int32Array.from(items, ({ half }, i) => {
    if (overlap !== 'macroPingPong') return i - 1;
    const before = lastOfHalf.get(half) ?? -1;
    lastOfHalf.set(half, i);
    return before;
  });
}

/** Sets the times of all loads that are already determined. */
function advanceLoads(
  core: CoreState,
  at: { readonly core: number; readonly start: number },
  overlap: Overlap,
  steps: CoreStep[],
): void {
  for (let i = core.loaded.length; i < core.items.length; i++) {
    const item = core.items[i];
    const ready = loadReady(core, i, at.start);
    if (!item || ready === undefined) return;
    const cycles = overlap === 'ideal' ? 0 : item.loadCycles;
    core.loaded[i] = ready + cycles;
    if (cycles > 0)
      steps.push({ kind: 'load', core: at.core, item, start: ready, end: ready + cycles });
  }
}

/** When load i can begin: the macros that it writes must be done with what they hold. */
function loadReady(core: CoreState, i: number, start: number): number | undefined {
  const previousLoad = i === 0 ? start : core.loaded[i - 1];
  const before = core.before[i] ?? -1;
  const macrosFree = before < 0 ? start : core.done[before];
  return previousLoad === undefined || macrosFree === undefined
    ? undefined
    : Math.max(previousLoad, macrosFree);
}

function startStream(core: CoreState, start: number, now: number): void {
  const index = core.done.length;
  const loaded = core.loaded[index];
  const previous = index === 0 ? start : core.done[index - 1];
  const item = core.items[index];
  if (core.streaming || !item || loaded === undefined || previous === undefined) return;
  const ready = Math.max(loaded, previous);
  if (ready <= now) core.streaming = { index, start: ready, left: item.pixels };
}

function currentItem(core: CoreState): CoreItem {
  const item = core.streaming && core.items[core.streaming.index];
  assert(item !== undefined, 'a streaming core has an item');
  return item;
}

/** The earliest end of a stream, or start of one that waits for its load or the drain before it. */
function nextEvent(cores: readonly CoreState[], ends: readonly number[], now: number): number {
  const starts = cores.flatMap((core) => {
    const loaded = core.loaded[core.done.length];
    if (core.streaming || loaded === undefined) return [];
    return [Math.max(loaded, core.done.at(-1) ?? 0)];
  });
  return smallest([...ends, ...starts.filter((time) => time > now)]);
}

function finishStream(core: CoreState, index: number, now: number, steps: CoreStep[]): void {
  const { streaming } = core;
  if (!streaming || streaming.left > sliver) return;
  const item = currentItem(core);
  // A stream that ends within a cycle holds the core to the end of that cycle.
  const end = Math.ceil(now - sliver);
  steps.push({ kind: 'compute', core: index, item, start: streaming.start, end });
  const drained = end + item.drainCycles;
  if (item.drainCycles > 0)
    steps.push({ kind: 'drain', core: index, item, start: end, end: drained });
  core.done.push(drained);
  core.streaming = undefined;
}
