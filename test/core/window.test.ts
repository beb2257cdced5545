import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  forEachInside,
  inputPixel,
  isInside,
  isSameWindow,
  onePixel,
  outputSize,
  poolFault,
  symmetricWindow,
  symmetryOf,
  tileSizeOf,
  tilingWindow,
  type Window,
  windowFault,
  windowsOver,
} from '../../src/core/window.ts';
import { type Size } from '../../src/core/feature-map.ts';
import { plainOutputSize } from '../support/plain.ts';
import { holds } from '../support/property.ts';
import { anyWindow } from '../support/any-window.ts';

type Visit = readonly [position: number, pixel: number];

function visited(window: Window, map: Size, output: { y: number; x: number }): Visit[] {
  const seen: Visit[] = [];
  forEachInside(window, map, output, (position, pixel) => seen.push([position, pixel]));
  return seen;
}

const small = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const anyMap = fc.record({ height: small(1, 9), width: small(1, 9) });

/** Every position of a window at an output pixel with its input pixel, from the definition. */
function positions(
  { height, width, strides, pads, dilations }: Window,
  at: { readonly y: number; readonly x: number },
): { readonly position: number; readonly y: number; readonly x: number }[] {
  const all = [];
  for (let r = 0; r < height; r++)
    for (let s = 0; s < width; s++) {
      const y = at.y * strides[0] + r * dilations[0] - pads[0];
      const x = at.x * strides[1] + s * dilations[1] - pads[1];
      all.push({ position: r * width + s, y, x });
    }
  return all;
}

const lies = ({ height, width }: Size, { y, x }: { y: number; x: number }): boolean =>
  y >= 0 && y < height && x >= 0 && x < width;

describe('forEachInside', () => {
  it('visits the positions whose pixel is inside the map, row by row', () => {
    const output = fc.record({ y: small(0, 6), x: small(0, 6) });

    holds(
      fc.property(anyWindow, anyMap, output, (window, map, at) => {
        const expected = positions(window, at)
          .filter((pixel) => lies(map, pixel))
          .map(({ position, y, x }): Visit => [position, y * map.width + x]);

        expect(visited(window, map, at)).toEqual(expected);
      }),
      1000,
    );
  });

  it('sees a corner of the map through a padded window', () => {
    const window = symmetricWindow(3, 3, { padding: 1 });

    expect(visited(window, { height: 4, width: 5 }, { y: 0, x: 0 })).toEqual([
      [4, 0],
      [5, 1],
      [7, 5],
      [8, 6],
    ]);
  });

  it('sees every second pixel through a window with holes that is padded on top only', () => {
    const window: Window = { ...symmetricWindow(2, 2), pads: [1, 0, 0, 0], dilations: [2, 3] };

    expect(visited(window, { height: 4, width: 5 }, { y: 0, x: 1 })).toEqual([
      [2, 6],
      [3, 9],
    ]);
  });

  it('sees one pixel through a window of one pixel', () => {
    expect(visited(onePixel, { height: 4, width: 5 }, { y: 2, x: 3 })).toEqual([[0, 13]]);
  });
});

describe('inputPixel', () => {
  it('finds the pixel of each position', () => {
    const output = fc.record({ y: small(0, 6), x: small(0, 6) });

    holds(
      fc.property(anyWindow, anyMap, output, (window, map, at) => {
        for (const { position, y, x } of positions(window, at)) {
          const pixel = inputPixel(window, at, position);
          expect(pixel).toEqual({ y, x });
          expect(isInside(map, pixel)).toBe(lies(map, { y, x }));
        }
      }),
    );
  });
});

describe('outputSize', () => {
  it('counts the places that a window can move to', () => {
    holds(
      fc.property(anyWindow, anyMap, (window, map) => {
        const { height, width } = outputSize(window, map);

        expect({ height: Math.max(0, height), width: Math.max(0, width) }).toEqual(
          plainOutputSize(window, map),
        );
      }),
      1000,
    );
  });
});

describe('windowsOver', () => {
  it('counts the windows that see each pixel', () => {
    holds(
      fc.property(anyWindow, anyMap, (window, map) => {
        const expected = new Uint32Array(map.height * map.width);
        const { height, width } = plainOutputSize(window, map);
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            for (const pixel of positions(window, { y, x }).filter((one) => lies(map, one)))
              expected[pixel.y * map.width + pixel.x]! += 1;

        const { rows, columns } = windowsOver(window, map);

        const counts = Array.from(rows).flatMap((row) =>
          Array.from(columns, (column) => row * column),
        );
        expect(counts).toEqual([...expected]);
      }),
    );
  });
});

describe('a symmetric window', () => {
  it('is told by its stride and padding', () => {
    const sizes = fc.record({ stride: small(1, 3), padding: small(0, 3) });

    holds(
      fc.property(small(1, 4), small(1, 4), sizes, (height, width, moves) => {
        expect(symmetryOf(symmetricWindow(height, width, moves))).toEqual(moves);
      }),
    );
  });

  it('is no other window', () => {
    holds(
      fc.property(anyWindow, (window) => {
        const symmetry = symmetryOf(window);
        const { height, width } = window;
        const tile = tileSizeOf(window);

        expect(symmetry !== undefined).toBe(
          isSameWindow(
            window,
            symmetricWindow(height, width, {
              stride: window.strides[0],
              padding: window.pads[0],
            }),
          ),
        );
        expect(tile !== undefined).toBe(isSameWindow(window, tilingWindow(height)));
      }),
      1000,
    );
  });
});

describe('windowFault', () => {
  const map = { height: 4, width: 5 };
  const window = symmetricWindow(3, 3, { padding: 1 });

  it('finds nothing wrong with a window exactly where it has an output pixel', () => {
    holds(
      fc.property(anyWindow, anyMap, (any, size) => {
        const { height, width } = plainOutputSize(any, size);

        expect(windowFault(any, size) === undefined).toBe(height > 0 && width > 0);
      }),
      1000,
    );
  });

  it.each<[string, Partial<Window>, string]>([
    [
      'a dilation of 0',
      { dilations: [1, 0] },
      'has dilations of 1, 0: each must be a whole number from 1 up',
    ],
    [
      'a stride of 0',
      { strides: [0, 1] },
      'has strides of 0, 1: each must be a whole number from 1 up',
    ],
    [
      'a stride of 1.5',
      { strides: [1, 1.5] },
      'has strides of 1, 1.5: each must be a whole number from 1 up',
    ],
    [
      'a pad below 0',
      { pads: [0, 0, -1, 0] },
      'has pads of 0, 0, -1, 0: each must be a whole number from 0 up',
    ],
    ['no row', { height: 0 }, 'has window of 0, 3: each must be a whole number from 1 up'],
    [
      'more than the padded map',
      { dilations: [3, 1] },
      'its window spans 7x3 pixels, but its input has 6x7 with its pads 1, 1, 1, 1',
    ],
    [
      'more than the map',
      { pads: [0, 0, 0, 0], height: 5 },
      'its window spans 5x3 pixels, but its input has 4x5',
    ],
  ])('says what is wrong with a window of %s', (_, change, fault) => {
    expect(windowFault({ ...window, ...change }, map)).toBe(fault);
  });
});

describe('poolFault', () => {
  it('finds nothing wrong exactly where each window sees the map, and pads are smaller than the window', () => {
    holds(
      fc.property(anyWindow, anyMap, (window, map) => {
        const { height, width } = plainOutputSize(window, map);
        let isFine = height > 0 && width > 0;
        const [top, left, bottom, right] = window.pads;
        isFine &&= Math.max(top, bottom) < window.height && Math.max(left, right) < window.width;
        for (let y = 0; y < height; y++)
          for (let x = 0; x < width; x++)
            isFine &&= positions(window, { y, x }).some((pixel) => lies(map, pixel));

        expect(poolFault(window, map) === undefined).toBe(isFine);
      }),
      3000,
    );
  });

  it('says at which output a window sees nothing', () => {
    const window: Window = {
      ...symmetricWindow(2, 2),
      pads: [0, 1, 0, 1],
      dilations: [1, 3],
    };

    expect(poolFault(window, { height: 2, width: 2 })).toBe(
      'its window sees nothing but padding at column 0 of its output',
    );
    expect(poolFault(symmetricWindow(2, 2, { padding: 2 }), { height: 4, width: 4 })).toBe(
      'has pads of 2, 2, 2, 2: those of a pool must be smaller than its window 2x2',
    );
  });
});
