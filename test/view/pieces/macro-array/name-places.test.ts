import { describe, expect, it } from 'vitest';
import { macroArray } from '../../../../src/inspect/macro-array.ts';
import { fit } from '../../../../src/view/pieces/macro-array/camera.ts';
import { layoutArray } from '../../../../src/view/pieces/macro-array/array-layout.ts';
import {
  cellRect,
  type Looked,
  namePlaces,
} from '../../../../src/view/pieces/macro-array/name-places.ts';
import { mapped } from '../../../support/mapped.ts';
import { tourNetwork } from '../../../support/small-networks.ts';

const size = { width: 1000, height: 600 };
const margins = { left: 84, top: 20 };
const array = macroArray(mapped(tourNetwork()), []);
const layout = layoutArray(array, { width: 916, height: 580, names: 84 });
const number = layout.macros.findIndex(({ filling }) => filling === 1);
const placed = layout.macros[number]!;

/** Seen so large that a cell is `scale` pixels high, with this corner of the macro at the upper left. */
const near = (scale: number): Looked => ({
  array,
  layout,
  size,
  margins,
  camera: { scale, x: placed.x + 380 / scale, y: placed.y + 220 / scale },
});
const texts = (looked: Looked): readonly string[] =>
  namePlaces(looked, number).map(({ text }) => text);

describe('names at the edges of a macro', () => {
  it('are none where all of the chip is seen and nothing has room', () => {
    const rect = { x: 0, y: 0, width: layout.width * 4, height: layout.height * 4 };
    expect(texts({ array, layout, size, margins, camera: fit(rect, size, margins) })).toEqual([]);
  });

  it('are slots and kernels where those have room, lines and bits nearer by', () => {
    const far = texts(near(2));
    expect(far).toContain('slot 1');
    expect(far.some((text) => text.includes('line'))).toBe(false);

    const close = texts(near(20));
    expect(close).toContain('slot 0, line 0');
    expect(close).toContain('line 5');
    expect(close.some((text) => /^k\d+ /.test(text) || /^kernel \d+$/.test(text))).toBe(true);
  });

  it('stand inside of the picture, none twice at a place', () => {
    for (const scale of [2, 6, 14, 40]) {
      const places = namePlaces(near(scale), number);
      for (const { x, y } of places) {
        expect(x).toBeGreaterThanOrEqual(margins.left);
        expect(x).toBeLessThanOrEqual(size.width);
        expect(y).toBeGreaterThanOrEqual(margins.top);
        expect(y).toBeLessThanOrEqual(size.height);
      }
      const keys = places.map(({ x, y, along }) => `${along} ${Math.round(x)} ${Math.round(y)}`);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('frame the chosen cell where it is drawn', () => {
    const looked = near(10);
    const rect = cellRect(looked, number, { row: 3, bitLine: 2 })!;
    const origin = cellRect(looked, number, { row: 0, bitLine: 0 })!;
    expect(rect.y - origin.y).toBeCloseTo(30, 6);
    expect(rect.x - origin.x).toBeCloseTo(2 * rect.width, 6);
    expect(rect.height).toBe(10);
  });
});
