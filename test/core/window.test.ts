import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { forEachInside, onePixel, type Window } from '../../src/core/window.ts';
import { holds } from '../support/property.ts';

type Visit = readonly [position: number, pixel: number];

function visited(
  window: Window,
  map: { height: number; width: number },
  output: { y: number; x: number },
): Visit[] {
  const seen: Visit[] = [];
  forEachInside(window, map, output, (position, pixel) => seen.push([position, pixel]));
  return seen;
}

const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });

describe('forEachInside', () => {
  it('visits the positions whose pixel is inside the map, row by row', () => {
    const window = fc.record({
      height: small(1, 5),
      width: small(1, 5),
      stride: small(1, 3),
      padding: small(0, 4),
    });
    const map = fc.record({ height: small(1, 7), width: small(1, 7) });
    const output = fc.record({ y: small(0, 6), x: small(0, 6) });

    holds(
      fc.property(window, map, output, (moved, size, at) => {
        const expected: Visit[] = [];
        for (let position = 0; position < moved.height * moved.width; position++) {
          const dy = Math.floor(position / moved.width);
          const dx = position % moved.width;
          const y = at.y * moved.stride + dy - moved.padding;
          const x = at.x * moved.stride + dx - moved.padding;
          const isInside = y >= 0 && y < size.height && x >= 0 && x < size.width;
          if (isInside) expected.push([position, y * size.width + x]);
        }

        expect(visited(moved, size, at)).toEqual(expected);
      }),
      1000,
    );
  });

  it('sees a corner of the map through a padded window', () => {
    const window = { height: 3, width: 3, stride: 1, padding: 1 };

    expect(visited(window, { height: 4, width: 5 }, { y: 0, x: 0 })).toEqual([
      [4, 0],
      [5, 1],
      [7, 5],
      [8, 6],
    ]);
  });

  it('sees one pixel through a window of one pixel', () => {
    expect(visited(onePixel, { height: 4, width: 5 }, { y: 2, x: 3 })).toEqual([[0, 13]]);
  });
});
