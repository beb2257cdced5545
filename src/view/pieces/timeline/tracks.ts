// The tracks of a timeline: the layers, the feature-map memories and DRAM where they are used, then each core; on every track slices by start.

import { largest } from '../../../core/extremes.ts';
import { formatBytes, formatNumber } from '../../../core/number-text.ts';
import { shownText } from '../../../core/shown-text.ts';
import { memories } from '../../../mapping/place-feature-maps.ts';
import {
  isHalved,
  isTileStep,
  type ControllerStep,
  type DramTransfer,
  type LayerTime,
  type StepKind,
  type Timeline,
} from '../../../timeline/timeline.ts';

/** What a slice is drawn as. */
export type SliceKind = StepKind | 'layer' | 'memory' | 'transfer' | 'power';

/** One thing that lasts from one cycle to another. */
export interface Slice {
  readonly kind: SliceKind;
  readonly layer: string;
  readonly start: number;
  readonly end: number;
  /** The step of a core's slice. */
  readonly step?: ControllerStep;
  /** Of a slice of power: its height, 0 ... 1. */
  readonly level?: number;
  /** Text inside the slice where there is room. */
  readonly label: string;
}

/** A row of slices that do not overlap. */
export interface Track {
  readonly name: string;
  readonly slices: readonly Slice[];
}

/**
 * Lays a timeline out on tracks. Where weights are loaded into one half of the macros while the other computes, loads
 * have a track of their own.
 * @param power average power of each layer, mW; none by default, and no track of it
 */
export function layOutTracks(
  timeline: Timeline,
  power: ReadonlyMap<string, number> = new Map(),
): readonly Track[] {
  const { layers, steps, cores, transfers } = timeline;
  const halved = isHalved(timeline);
  const byCore = Array.from({ length: cores }, (): ControllerStep[] => []);
  for (const step of steps) if (step.cycles > 0) byCore[step.core]?.push(step);
  return [
    { name: 'layers', slices: layers.filter(lasts).map((time) => layerSlice(time, 'layer', '')) },
    ...(power.size > 0 ? [{ name: 'power', slices: powerSlices(layers, power) }] : []),
    ...memories
      .map((memory) => ({ name: memory, slices: memorySlices(layers, memory) }))
      .filter(({ slices }) => slices.length > 0),
    ...(transfers.length > 0 ? [{ name: 'DRAM', slices: transfers.map(transferSlice) }] : []),
    ...byCore.flatMap((own, core): readonly Track[] => {
      if (!halved) return [{ name: `core ${core}`, slices: stepSlices(own) }];
      return [
        { name: `core ${core}`, slices: stepSlices(own.filter(({ kind }) => kind !== 'load')) },
        {
          name: `core ${core} loads`,
          slices: stepSlices(own.filter(({ kind }) => kind === 'load')),
        },
      ];
    }),
  ];
}

/** Power over time: each layer as high as its share of the largest. */
function powerSlices(
  layers: readonly LayerTime[],
  power: ReadonlyMap<string, number>,
): readonly Slice[] {
  const most = largest(power.values());
  return layers.filter(lasts).flatMap((time) => {
    const own = power.get(time.layer);
    if (own === undefined) return [];
    const slice = layerSlice(time, 'power', '');
    return [{ ...slice, level: own / most, label: `${formatNumber(own)} mW` }];
  });
}

const lasts = ({ cycles }: LayerTime): boolean => cycles > 0;

function memorySlices(layers: readonly LayerTime[], memory: string): readonly Slice[] {
  return layers.filter(lasts).flatMap((time) => {
    const uses = [
      time.reads === memory ? 'read' : '',
      time.adds === memory ? 'added' : '',
      time.writes === memory ? 'written' : '',
    ].filter((use) => use !== '');
    return uses.length === 0 ? [] : [layerSlice(time, 'memory', `${uses.join(' and ')} by `)];
  });
}

const layerSlice = (
  { layer, start, cycles }: LayerTime,
  kind: 'layer' | 'memory' | 'power',
  before: string,
): Slice => ({ kind, layer, start, end: start + cycles, label: shownText(`${before}${layer}`) });

const transferSlice = ({ layer, kind, start, cycles, bytes }: DramTransfer): Slice => ({
  kind: 'transfer',
  layer,
  start,
  end: start + cycles,
  label: shownText(`${kind} ${formatBytes(8 * bytes)} of a strip, ${layer}`),
});

const stepSlices = (steps: readonly ControllerStep[]): readonly Slice[] =>
  steps
    .map((step): Slice => ({
      kind: step.kind,
      layer: step.layer,
      start: step.start,
      end: step.start + step.cycles,
      step,
      label: isTileStep(step) ? `${step.kind} tile ${step.tile}` : step.kind,
    }))
    .sort((a, b) => a.start - b.start || a.end - b.end);

/** Index of the first slice that ends after `cycle`; the number of slices where none does. */
export function firstAfter(slices: readonly Slice[], cycle: number): number {
  let low = 0;
  let high = slices.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slices[middle]?.end ?? 0) > cycle) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How many slices of a track lie at least in part between two cycles. */
export function countBetween({ slices }: Track, from: number, to: number): number {
  const first = firstAfter(slices, from);
  let count = 0;
  while ((slices[first + count]?.start ?? Infinity) < to) count++;
  return count;
}

/** The slice at a cycle, or the next one that begins within `slack` cycles of it. */
export function sliceAt(track: Track, cycle: number, slack: number): Slice | undefined {
  const after = firstAfter(track.slices, cycle);
  const [next, before] = [track.slices[after], track.slices[after - 1]];
  if (next && next.start <= cycle) return next;
  const toNext = next ? next.start - cycle : Infinity;
  const toBefore = before ? cycle - before.end : Infinity;
  if (Math.min(toNext, toBefore) > slack) return undefined;
  return toNext < toBefore ? next : before;
}
