// The timeline as a trace that Perfetto (ui.perfetto.dev) and chrome://tracing open.
// Format: "Trace Event Format", docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU

import { durationOf } from '../core/units.ts';
import type { Timeline } from './timeline.ts';

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

const pid = 1;
const controllerTrack = 0;
/** Tracks 1 ... cores are the cores, then come the two banks. */
const coreTrack = (core: number): number => core + 1;

/** The trace of one image: a track for the controller's layers, one per core, one per feature-map bank. */
export function toChromeTrace(timeline: Timeline): ChromeTrace {
  const microseconds = (count: number): number =>
    durationOf(count as Timeline['cyclesPerFrame'], timeline.frequency) / 1000;
  const bankTrack = (bank: number): number => timeline.cores + 1 + bank;
  const names: TraceEvent[] = [
    {
      ph: 'M',
      name: 'process_name',
      pid,
      tid: 0,
      args: { name: `${timeline.chip}: ${timeline.network}` },
    },
    track(controllerTrack, 'controller'),
    ...Array.from({ length: timeline.cores }, (_, core) => track(coreTrack(core), `core ${core}`)),
    track(bankTrack(0), 'feature-map bank 0'),
    track(bankTrack(1), 'feature-map bank 1'),
  ];
  const layers = timeline.layers.flatMap(
    ({ layer, start, cycles, bank, compute }): TraceEvent[] => {
      const slice = {
        ph: 'X',
        cat: 'layer',
        pid,
        ts: microseconds(start),
        dur: microseconds(cycles),
      } as const;
      const utilization = cycles > 0 ? compute / cycles : 0;
      return [
        { ...slice, name: layer, tid: controllerTrack, args: { cycles, utilization } },
        { ...slice, name: `read by ${layer}`, tid: bankTrack(bank), args: { cycles } },
        { ...slice, name: `written by ${layer}`, tid: bankTrack(1 - bank), args: { cycles } },
        {
          ph: 'C',
          name: 'cores computing',
          pid,
          ts: microseconds(start),
          args: { share: utilization },
        },
      ];
    },
  );
  const steps = timeline.steps.map((step): TraceEvent => {
    const { kind, layer, tile, load, groups, start, cycles } = step;
    return {
      ph: 'X',
      name: kind,
      cat: kind,
      pid,
      tid: coreTrack(step.core),
      ts: microseconds(start),
      dur: microseconds(cycles),
      args: kind === 'wait' ? { layer, cycles } : { layer, tile, load, groups, cycles },
    };
  });
  return {
    displayTimeUnit: 'ns',
    otherData: { cyclesPerFrame: timeline.cyclesPerFrame, megahertz: timeline.frequency },
    traceEvents: [...names, ...layers, ...steps],
  };
}

const track = (tid: number, name: string): TraceEvent => ({
  ph: 'M',
  name: 'thread_name',
  pid,
  tid,
  args: { name },
});
