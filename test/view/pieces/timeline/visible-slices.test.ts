import { describe, expect, it } from 'vitest';
import type { Slice, SliceKind, Track } from '../../../../src/view/pieces/timeline/tracks.ts';
import { visibleSlices } from '../../../../src/view/pieces/timeline/visible-slices.ts';

const slice = (kind: SliceKind, start: number, end: number): Slice => ({
  kind,
  layer: 'conv1',
  start,
  end,
  label: kind,
});
const track = (slices: readonly Slice[]): Track => ({ name: 'core 0', slices });

describe('what is drawn of a track', () => {
  it('is only what lies in the range', () => {
    const one = track([slice('load', 0, 10), slice('compute', 10, 90), slice('drain', 90, 100)]);

    const { wide, mixed } = visibleSlices(one, { from: 20, to: 80 }, 60);

    expect(mixed).toEqual([]);
    expect(wide.map(({ slice, x, width }) => [slice.kind, x, width])).toEqual([
      ['compute', -10, 80],
    ]);
  });

  it('gives a pixel with several narrow slices the shares of its cycles', () => {
    // 10 cycles per pixel: pixel 0 has 4 load, 5 compute; pixel 1 has 3 compute of a slice that begins in it.
    const one = track([
      slice('load', 0, 4),
      slice('compute', 4, 9),
      slice('compute', 12, 15),
      slice('wait', 20, 40),
    ]);

    const { wide, mixed } = visibleSlices(one, { from: 0, to: 100 }, 10);

    expect(mixed.map(({ x, shares }) => [x, Object.fromEntries(shares)])).toEqual([
      [0, { load: 0.4, compute: 0.5 }],
      [1, { compute: expect.closeTo(0.3, 9) }],
    ]);
    expect(wide.map(({ x, width }) => [x, width])).toEqual([[2, 2]]);
  });

  it('divides a narrow slice between the two pixels on which it lies', () => {
    const { mixed } = visibleSlices(track([slice('drain', 8, 14)]), { from: 0, to: 100 }, 10);

    expect(mixed.map(({ x, shares }) => [x, shares.get('drain')])).toEqual([
      [0, expect.closeTo(0.2, 9)],
      [1, expect.closeTo(0.4, 9)],
    ]);
  });

  it('loses no cycle, however many slices share a pixel', () => {
    const slices = Array.from({ length: 50_000 }, (_, i) =>
      slice(i % 3 === 0 ? 'load' : 'compute', 7 * i, 7 * i + 6),
    );
    const range = { from: 0, to: 350_000 };

    const { wide, mixed } = visibleSlices(track(slices), range, 1000);

    const pixels = mixed.reduce(
      (sum, { shares }) => sum + [...shares.values()].reduce((a, b) => a + b, 0),
      0,
    );
    expect(wide).toEqual([]);
    expect(pixels * 350).toBeCloseTo(50_000 * 6, 3);
    expect(mixed.length).toBeLessThanOrEqual(1000);
  });
});
