import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Strip } from '../../src/mapping/strip-plan.ts';
import { runStrips, type StripRun } from '../../src/timeline/run-strips.ts';
import { holds } from '../support/property.ts';

const strip = (read: number, written: number): Strip => ({ firstRow: 0, rows: 1, read, written });

/** Strips alike, each `compute` cycles long; a byte takes a cycle, and a transfer `latency` on top. */
function run(
  count: number,
  { read = 10, written = 10, compute = 100, buffers = 2, latency = 0, start = 0 },
): StripRun {
  return runStrips(
    Array.from({ length: count }, () => strip(read, written)),
    {
      start,
      buffers,
      transferCycles: (bytes) => (bytes === 0 ? 0 : bytes + latency),
      compute: (_, from) => from + compute,
    },
  );
}

const waited = ({ waits }: StripRun): number =>
  waits.reduce((sum, { start, end }) => sum + end - start, 0);

describe('runStrips', () => {
  it('hides transfers behind computing, but the first read and the last write', () => {
    const found = run(5, { compute: 100, read: 10, written: 20 });

    expect(found.end).toBe(10 + 5 * 100 + 20);
    expect(found.waits).toEqual([
      { start: 0, end: 10 },
      { start: 510, end: 530 },
    ]);
  });

  it('takes the time of DRAM where that is slower: all reads and writes one after the other', () => {
    const found = run(6, { compute: 5, read: 40, written: 20 });

    // The channel never rests: the last strip is computed while the one before it is written.
    expect(found.end).toBe(6 * (40 + 20));
    expect(waited(found)).toBe(found.end - 6 * 5);
  });

  it('takes turns with a single buffer: read, compute, write, each in full', () => {
    const found = run(4, { compute: 100, read: 10, written: 20, buffers: 1 });

    // The next strip is read while nothing is computed, and after the last one is written.
    expect(found.end).toBe(4 * (10 + 100 + 20));
    expect(waited(found)).toBe(4 * 30);
  });

  it('adds the latency to every transfer', () => {
    const [without, withIt] = [0, 7].map((latency) => run(4, { buffers: 1, latency }));

    expect(withIt!.end - without!.end).toBe(8 * 7);
  });

  it('moves nothing, and waits for nothing, where there is nothing to move', () => {
    const found = run(3, { read: 0, written: 0, start: 50 });

    expect(found).toEqual({ end: 350, transfers: [], waits: [] });
  });

  it('never lets two transfers overlap, a strip begin before it is read, or a buffer be overwritten', () => {
    const size = fc.integer({ min: 0, max: 60 });
    const strips = fc.array(fc.tuple(size, size, size), { minLength: 1, maxLength: 8 });

    holds(
      fc.property(strips, fc.constantFrom(1, 2), (list, buffers) => {
        const computed: [number, number][] = [];
        const found = runStrips(
          list.map(([read, written]) => strip(read, written)),
          {
            start: 0,
            buffers,
            transferCycles: (bytes) => bytes,
            compute: (i, from) => {
              computed.push([from, from + list[i]![2]]);
              return from + list[i]![2];
            },
          },
        );
        const { transfers, end, waits } = found;
        for (const [i, { start }] of transfers.entries())
          if (i > 0) expect(start).toBeGreaterThanOrEqual(transfers[i - 1]!.end);
        const moved = (kind: string): number =>
          transfers.reduce((sum, one) => sum + (one.kind === kind ? one.bytes : 0), 0);
        expect(moved('read')).toBe(list.reduce((sum, [read]) => sum + read, 0));
        expect(moved('write')).toBe(list.reduce((sum, [, written]) => sum + written, 0));
        const busy = computed.reduce((sum, [from, to]) => sum + to - from, 0);
        expect(busy + waits.reduce((sum, one) => sum + one.end - one.start, 0)).toBe(end);
        // Each bound on its own: the cores, and the channel.
        expect(end).toBeGreaterThanOrEqual(Math.max(busy, moved('read') + moved('write')));
      }),
      200,
    );
  });
});
