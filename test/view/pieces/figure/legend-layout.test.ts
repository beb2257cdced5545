import { describe, expect, it } from 'vitest';
import { layOutLegend } from '../../../../src/view/pieces/figure/legend-layout.ts';

const items = ['compute', 'load', 'port', 'drain'].map((label) => ({ label, color: 'red' }));

describe('a legend', () => {
  it('takes one line where there is room', () => {
    const { height, places } = layOutLegend(items, 1000);

    expect(new Set(places.map(({ y }) => y)).size).toBe(1);
    expect(height).toBe(18);
    expect(places.map(({ x }) => x)).toEqual(places.map(({ x }) => x).toSorted((a, b) => a - b));
  });

  it('breaks between entries, never within, and begins each line at the left', () => {
    const { height, places } = layOutLegend(items, 130);

    expect(places.map(({ y }) => y)).toEqual([9, 27, 27, 45]);
    expect(places.filter(({ x }) => x === 0)).toHaveLength(3);
    expect(height).toBe(54);
  });

  it('gives an entry wider than everything a line of its own', () => {
    expect(layOutLegend(items, 10).places.map(({ x }) => x)).toEqual([0, 0, 0, 0]);
  });

  it('is nothing without entries', () => {
    expect(layOutLegend([], 100)).toEqual({ height: 0, places: [] });
  });
});
