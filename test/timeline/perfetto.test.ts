import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { setChipValues } from '../../src/chips/index.ts';
import { densityProfileMasks } from '../../src/compress/group-masks.ts';
import { mapToChip, type Mapping } from '../../src/mapping/map-to-chip.ts';
import { readNetworkFile } from '../../src/network/io/network-file.ts';
import { vgg16 } from '../../src/network/builtin/vgg16.ts';
import { schedule } from '../../src/timeline/schedule.ts';
import { toChromeTrace, type TraceOptions } from '../../src/timeline/chrome-trace.ts';
import type { Timeline } from '../../src/timeline/timeline.ts';
import { microseconds } from '../../src/timeline/trace-time.ts';
import { networkFile } from '../../src/cli/model-files.ts';
import { mapped } from '../support/mapped.ts';
import {
  type Conversion,
  droppedSlices,
  importedTime,
  type ImportedSlice,
  importSlices,
} from '../support/perfetto.ts';
import { holds } from '../support/property.ts';
import { tourNetwork } from '../support/small-networks.ts';

const conversions: readonly Conversion[] = ['cut', 'rounded'];

/** The slices of a trace file, as Perfetto reads it. */
function imported(
  timeline: Timeline,
  conversion: Conversion,
  options: TraceOptions = {},
): readonly ImportedSlice[] {
  const { traceEvents } = JSON.parse(
    JSON.stringify(toChromeTrace(timeline, options)),
  ) as ReturnType<typeof toChromeTrace>;
  return importSlices(traceEvents, conversion);
}

/** The mapping on the same chip with another clock, MHz. */
const atClock = ({ network, chip }: Mapping, megahertz: number): Mapping =>
  mapToChip(network, setChipValues(chip, [`clock.frequency=${megahertz}`]));

/** Pairs of neighbours on a track that share time; slices that last exactly as long lie over each other on purpose. */
function overlaps(slices: readonly ImportedSlice[]): number {
  const last = new Map<number, ImportedSlice>();
  let count = 0;
  for (const slice of slices) {
    const before = last.get(slice.tid);
    last.set(slice.tid, slice);
    if (before === undefined || (before.start === slice.start && before.end === slice.end))
      continue;
    if (before.end > slice.start) count++;
  }
  return count;
}

const vgg = vgg16();
const shape = { channels: 16, kernels: 16 };
const networks: readonly (readonly [string, () => Mapping])[] = [
  ['mnist-cnn', () => mapped(readNetworkFile(networkFile('mnist-cnn')!.bytes, 'mnist-cnn'))],
  [
    'vgg16 at the density profile',
    () => mapped(vgg, { groupMasks: densityProfileMasks(vgg, 1.1, 1, shape) }),
  ],
  [
    'a tour with weight loads behind macro-ops',
    () => mapped(tourNetwork(), { settings: ['controller.overlap=macroPingPong'] }),
  ],
];

describe.each(networks)('Perfetto reading the trace of %s', (_, map) => {
  const mapping = map();
  // 119 MHz is 8.403... ns per cycle; the others are fractions that never end, a period of 1.5 ns, and one that is long.
  const timelines = [100, 119, 333, 2000 / 3, 0.7].map((clock) =>
    schedule(atClock(mapping, clock)),
  );

  it.each(conversions)('drops no slice and lets none overlap, times %s', (conversion) => {
    for (const timeline of timelines) {
      const slices = imported(timeline, conversion);

      expect(slices.length).toBeGreaterThan(timeline.steps.length);
      expect(droppedSlices(slices), `${timeline.frequency} MHz`).toEqual([]);
      expect(overlaps(slices), `${timeline.frequency} MHz`).toBe(0);
    }
  });

  it.each(conversions)('finds every step at its nanosecond, times %s', (conversion) => {
    for (const timeline of timelines) {
      const found = new Set(
        imported(timeline, conversion).map(({ name, start, end }) => `${name} ${start} ${end}`),
      );
      const nanosecond = (cycle: number): number => Math.round((cycle * 1000) / timeline.frequency);

      const lost = timeline.steps.filter(({ kind, start, cycles }) => {
        const [from, to] = [start, start + cycles].map(nanosecond);
        return !found.has(`${kind} ${from} ${to}`);
      });
      expect(lost).toEqual([]);
    }
  });

  it.each(conversions)('drops nothing of the summary by layers, times %s', (conversion) => {
    for (const timeline of timelines) {
      const slices = imported(timeline, conversion, { maxSteps: 1 });

      expect(droppedSlices(slices)).toEqual([]);
      expect(overlaps(slices)).toBe(0);
    }
  });

  it.each(conversions)(
    'drops nothing where a cycle is shorter than a nanosecond, times %s',
    (conversion) => {
      const slices = imported({ ...timelines[0]!, frequency: 3300 }, conversion);

      expect(droppedSlices(slices)).toEqual([]);
    },
  );

  it('keeps the tracks apart', () => {
    const [timeline] = timelines;
    const tracks = new Set(
      toChromeTrace(timeline!).traceEvents.flatMap((event) =>
        event.ph === 'X' ? [event.tid] : [],
      ),
    );

    expect(new Set(imported(timeline!, 'rounded').map(({ tid }) => tid)).size).toBe(tracks.size);
  });
});

describe('microseconds', () => {
  it('gives every nanosecond of the first two milliseconds back', () => {
    const lost = Array.from({ length: 2_000_001 }, (_, n) => n).filter((n) => {
      const written = microseconds(n);
      return Math.trunc(written * 1000) !== n || Math.round(written * 1000) !== n;
    });
    expect(lost).toEqual([]);
  });

  it('gives any nanosecond of thirteen days back, whichever way it is read', () => {
    holds(
      fc.property(fc.integer({ min: 0, max: 2 ** 50 }), (nanoseconds) => {
        const written = Number(JSON.stringify(microseconds(nanoseconds)));
        for (const conversion of conversions)
          expect(importedTime(written, conversion)).toBe(nanoseconds);
      }),
      20_000,
    );
  });

  it('is the nearest double or the one or two after it', () => {
    holds(
      fc.property(fc.integer({ min: 1, max: 2 ** 50 }), (nanoseconds) => {
        const above = microseconds(nanoseconds) / (nanoseconds / 1000) - 1;
        expect(above).toBeGreaterThanOrEqual(0);
        expect(above).toBeLessThanOrEqual(2 * Number.EPSILON);
      }),
      20_000,
    );
  });
});

describe('the twin of Perfetto', () => {
  const slice = (ts: number, dur: number) =>
    ({ ph: 'X', name: 's', cat: 's', pid: 1, tid: 1, ts, dur, args: {} }) as const;

  it('drops the second of two slices that overlap by a nanosecond', () => {
    const events = [slice(1, 2.001), slice(3, 1)];

    for (const conversion of conversions)
      expect(droppedSlices(importSlices(events, conversion))).toHaveLength(1);
  });

  it('keeps neighbours, nested slices and instants', () => {
    const events = [slice(1, 2), slice(1.5, 1.5), slice(3, 1), slice(3, 0), slice(4, 0)];

    for (const conversion of conversions)
      expect(droppedSlices(importSlices(events, conversion))).toEqual([]);
  });

  it('cuts 1.001 microseconds to a nanosecond less, as doubles do', () => {
    expect(importedTime(1.001, 'cut')).toBe(1000);
    expect(importedTime(1.001, 'rounded')).toBe(1001);
    expect(importedTime(42, 'cut')).toBe(42_000);
  });
});
