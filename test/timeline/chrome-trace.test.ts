import { describe, expect, it } from 'vitest';
import { schedule } from '../../src/timeline/schedule.ts';
import { toChromeTrace, type TraceEvent } from '../../src/timeline/chrome-trace.ts';
import { mapped } from '../support/mapped.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { tourNetwork } from '../support/small-networks.ts';
import { wideLinear } from '../support/wide-linear.ts';

type Slice = Extract<TraceEvent, { ph: 'X' }>;

const timeline = schedule(mapped(tourNetwork(), { prunedGroups: 0.2 }));
const trace = toChromeTrace(timeline);
const slices = trace.traceEvents.filter((event): event is Slice => event.ph === 'X');
const names = new Map(
  trace.traceEvents.flatMap((event) =>
    event.ph === 'M' && event.name === 'thread_name' ? [[event.tid, event.args.name] as const] : [],
  ),
);

/** Cycles of a core by the kind of step. */
const sumsOf = ({ steps }: Timeline, core: number): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const step of steps)
    if (step.core === core) sums[step.kind] = (sums[step.kind] ?? 0) + step.cycles;
  return sums;
};

/** Number of the track of that name. */
const trackOf = (name: string): number => [...names].find(([, other]) => other === name)![0];

describe('toChromeTrace', () => {
  it('gives every slice a start and a duration that is not negative', () => {
    expect(slices.length).toBeGreaterThan(timeline.steps.length);
    for (const { ts, dur } of slices) {
      expect(Number.isFinite(ts) && ts >= 0).toBe(true);
      expect(Number.isFinite(dur) && dur >= 0).toBe(true);
    }
  });

  it('names every track that has a slice, each name once', () => {
    for (const { tid } of slices) expect(names.has(tid)).toBe(true);
    expect(new Set(names.values()).size).toBe(names.size);
    for (const name of ['controller', 'core 0', 'core 3', 'core 0 macros', 'core 0 weight path'])
      expect([...names.values()]).toContain(name);
  });

  it('shows control characters in the names of layers', () => {
    const named = (name: string): string => name.replaceAll('stem', 'stem\n\u001b[31m');
    const layers = timeline.layers.map((one) => ({ ...one, layer: named(one.layer) }));
    const steps = timeline.steps.map((one) => ({ ...one, layer: named(one.layer) }));
    const odd = { ...timeline, network: 'tour\u202e', layers, steps };
    const power = new Map([['stem\n\u001b[31m', 7]]);

    const { traceEvents } = toChromeTrace(odd, { power });

    const text = JSON.stringify(traceEvents);
    // A control character in JSON is one backslash and what it stands for; the name has two.
    expect(text).not.toMatch(/[^\\]\\(?:u00|n)/);
    expect(text).toContain(String.raw`"written by stem\\u000a\\u001b[31m"`);
    expect(text).toContain(String.raw`"mars: tour\\u202e"`);
    expect(text).toContain('"milliwatts":7');
    expect(traceEvents).toHaveLength(trace.traceEvents.length + 1);
  });

  it('names the process after chip and network', () => {
    expect(trace.traceEvents).toContainEqual(
      expect.objectContaining({ ph: 'M', name: 'process_name', args: { name: 'mars: tour' } }),
    );
  });

  it('lasts as long as a frame: 10 ns per cycle of 100 MHz', () => {
    const end = Math.max(...slices.map(({ ts, dur }) => ts + dur));

    // Microseconds; adding doubles rounds by less than a millionth of a cycle.
    expect(Math.abs(end * 100 - timeline.cyclesPerFrame)).toBeLessThan(1e-6);
    expect(trace.otherData).toMatchObject({
      cyclesPerFrame: timeline.cyclesPerFrame,
      megahertz: 100,
    });
  });

  it('has each computing step on the tracks of its core and of its macros', () => {
    const computing = timeline.steps.filter(({ kind }) => kind === 'compute');

    expect(computing.length).toBeGreaterThan(0);
    for (const step of computing)
      for (const name of [`core ${step.core}`, `core ${step.core} macros`])
        expect(slices).toContainEqual(
          expect.objectContaining({
            name: 'compute',
            tid: trackOf(name),
            ts: (step.start * 10) / 1000,
            dur: (step.cycles * 10) / 1000,
            args: expect.objectContaining({ layer: step.layer, cycles: step.cycles }) as unknown,
          }),
        );
  });

  it('shows which memory each layer reads, writes and adds', () => {
    const memoryOf = (name: string): string =>
      names.get(slices.find((slice) => slice.name === name)!.tid)!;

    expect(memoryOf('read by stem')).toBe('feature maps: bank 0');
    expect(memoryOf('written by stem')).toBe('feature maps: bank 1');
    expect(memoryOf('read by half')).toBe('feature maps: bank 1');
    expect(memoryOf('written by half')).toBe('feature maps: bank 0');
    expect(memoryOf('written by skip')).toBe('feature maps: shortcut');
    expect(memoryOf('added by join')).toBe('feature maps: shortcut');
  });

  it('draws the power that it is told, layer by layer', () => {
    const withPower = toChromeTrace(timeline, { power: new Map([['stem', 4.5]]) });

    const counters = withPower.traceEvents.filter(
      (event) => event.ph === 'C' && event.name === 'power',
    );
    expect(counters).toEqual([
      { ph: 'C', name: 'power', pid: 1, ts: 0, args: { milliwatts: 4.5 } },
    ]);
  });

  it('shows layers only when there are too many steps', () => {
    const summary = toChromeTrace(timeline, { maxSteps: 10 });

    const onCores = summary.traceEvents.filter(
      (event): event is Slice => event.ph === 'X' && event.tid === trackOf('core 0'),
    );
    expect(summary.otherData['levelOfDetail']).toBe('layer');
    expect(trace.otherData['levelOfDetail']).toBe('step');
    expect(onCores.map(({ name }) => name)).toEqual(
      timeline.layers.filter(({ cycles }) => cycles > 0).map(({ layer }) => layer),
    );
    expect(summary.traceEvents.length).toBeLessThan(trace.traceEvents.length);
  });

  it('sums up a frame of 100,352 weight loads', () => {
    const many = schedule(wideLinear(25_088, 1024, ['macro.wordLines=16']));

    const { traceEvents, otherData } = toChromeTrace(many);

    // One layer on the controller, on two memories and on four cores; utilization; names of process and tracks.
    expect(many.steps.length).toBeGreaterThan(300_000);
    expect(otherData['levelOfDetail']).toBe('layer');
    expect(traceEvents.filter(({ ph }) => ph === 'X')).toHaveLength(1 + 2 + 4);
    expect(traceEvents).toContainEqual(
      expect.objectContaining({ name: 'fc', tid: trackOf('core 3'), args: sumsOf(many, 3) }),
    );
  });

  it('survives JSON', () => {
    expect(JSON.parse(JSON.stringify(trace))).toEqual(trace);
  });
});
