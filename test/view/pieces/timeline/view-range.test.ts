import { describe, expect, it } from 'vitest';
import {
  clampRange,
  panBy,
  reveal,
  tickText,
  tickTimes,
  ticksOf,
  zoomAt,
} from '../../../../src/view/pieces/timeline/view-range.ts';

describe('the range in view', () => {
  it('keeps the cycle under the pointer where it is when it zooms', () => {
    const range = zoomAt({ from: 100, to: 300 }, 0.5, 150, 1000);

    expect(range).toEqual({ from: 125, to: 225 });
    expect((150 - range.from) / (range.to - range.from)).toBe((150 - 100) / 200);
  });

  it('never leaves the frame', () => {
    expect(panBy({ from: 100, to: 300 }, -500, 1000)).toEqual({ from: 0, to: 200 });
    expect(panBy({ from: 100, to: 300 }, 5000, 1000)).toEqual({ from: 800, to: 1000 });
    expect(zoomAt({ from: 100, to: 300 }, Infinity, 150, 1000)).toEqual({ from: 0, to: 1000 });
  });

  it('never gets empty, even of a frame without cycles', () => {
    expect(zoomAt({ from: 100, to: 300 }, 0, 150, 1000).to).toBeGreaterThan(150);
    expect(clampRange({ from: 0, to: 0 }, 0)).toEqual({ from: 0, to: 16 });
  });

  it('moves to what is to be seen, and only then', () => {
    expect(reveal({ from: 100, to: 300 }, { from: 150, to: 200 }, 1000)).toEqual({
      from: 100,
      to: 300,
    });
    expect(reveal({ from: 100, to: 300 }, { from: 500, to: 520 }, 1000)).toEqual({
      from: 410,
      to: 610,
    });
    const wide = reveal({ from: 0, to: 50 }, { from: 400, to: 800 }, 1000);
    expect(wide.from).toBeLessThan(400);
    expect(wide.to).toBeGreaterThan(800);
  });

  it('has round ticks that keep their distance', () => {
    expect(ticksOf({ from: 0, to: 1000 }, 500, 80)).toEqual([0, 200, 400, 600, 800, 1000]);
    expect(ticksOf({ from: 1234, to: 1250 }, 500, 80)).toEqual([1235, 1240, 1245, 1250]);
  });

  it('writes times of ticks in one unit, so that no two are alike', () => {
    expect(tickTimes([645_000, 645_200, 645_400])).toEqual(['645 µs', '645.2 µs', '645.4 µs']);
    expect(tickTimes([0, 500, 1000])).toEqual(['0 µs', '0.5 µs', '1 µs']);
    expect(tickTimes([0, 20_000_000])).toEqual(['0 ms', '20 ms']);
    expect(tickTimes([20])).toEqual(['20 ns']);
    expect(tickTimes([])).toEqual([]);
  });

  it('writes ticks with all their digits', () => {
    expect([0, 500, 12_000, 1_234_567, 2_000_000].map(tickText)).toEqual([
      '0',
      '500',
      '12 k',
      '1,234,567',
      '2,000 k',
    ]);
  });
});
