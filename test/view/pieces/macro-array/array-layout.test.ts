import { describe, expect, it } from 'vitest';
import { macroArray } from '../../../../src/inspect/macro-array.ts';
import {
  layoutArray,
  macroAt,
  type Rect,
} from '../../../../src/view/pieces/macro-array/array-layout.ts';
import { mapped } from '../../../support/mapped.ts';
import { tourNetwork } from '../../../support/small-networks.ts';

const settings = ['macro.wordLines=48', 'cores.count=3', 'cores.macros=3'];
const array = macroArray(mapped(tourNetwork(), { settings }));

const overlap = (a: Rect, b: Rect): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

describe.each([0.4, 1, 3])('the layout of the macro array for a picture of aspect %f', (aspect) => {
  const layout = layoutArray(array, { width: 500 * aspect, height: 500, names: 60 });

  it('has every macro of every core that holds a filling, once', () => {
    const expected = array.fillings.flatMap(({ runs }, filling) =>
      runs.flatMap(({ core }) => [0, 1, 2].map((macro) => `${filling} ${core} ${macro}`)),
    );
    const placed = layout.macros.map(({ filling, core, macro }) => `${filling} ${core} ${macro}`);

    expect(placed.toSorted()).toEqual(expected.toSorted());
  });

  it('puts no macro on another, and each into the panel of its core and layer', () => {
    layout.macros.forEach((one, i) => {
      for (const other of layout.macros.slice(i + 1)) expect(overlap(one, other)).toBe(false);
      const panel = layout.panels.find(
        ({ core, layer }) => core === one.core && layer === array.fillings[one.filling]!.layer,
      )!;
      expect(one.x).toBeGreaterThan(panel.x);
      expect(one.x + one.width).toBeLessThan(panel.x + panel.width + 1e-6);
      expect(one.y + one.height).toBeLessThan(panel.y + panel.height);
      expect(panel.x + panel.width).toBeLessThan(layout.width + 1e-6);
      expect(panel.y + panel.height).toBeLessThan(layout.height + 1e-6);
    });
  });

  it('reads like text: later fillings of a core and layer lie to the right or below', () => {
    for (const core of [0, 1, 2])
      array.layers.forEach((_, layer) => {
        const ofCore = layout.macros.filter(
          (one) =>
            one.core === core && one.macro === 0 && array.fillings[one.filling]!.layer === layer,
        );
        for (let i = 1; i < ofCore.length; i++) {
          const [before, after] = [ofCore[i - 1]!, ofCore[i]!];
          expect(after.y > before.y || (after.y === before.y && after.x > before.x)).toBe(true);
        }
      });
    layout.sections.slice(1).forEach((section, i) => {
      const before = layout.sections[i]!;
      expect(section.layer).toBe(before.layer + 1);
      if (section.column === before.column)
        expect(section.y).toBeGreaterThan(before.y + before.height);
      else expect([section.column, section.y]).toEqual([before.column + 1, 0]);
    });
  });

  it('finds the macro at a point', () => {
    layout.macros.forEach(({ x, y, width, height }, number) => {
      expect(macroAt(layout, x + width / 2, y + height / 3)).toBe(number);
    });
    expect(macroAt(layout, -1, 0)).toBe(-1);
  });
});

describe('the layout of few macros in a wide picture', () => {
  const few = macroArray(mapped(tourNetwork()));
  const layout = layoutArray(few, { width: 2000, height: 500, names: 60 });

  it('has several columns of layers, with room for their names between them', () => {
    const scale = Math.min(2000 / layout.width, 500 / layout.height);
    const gaps = layout.sections.flatMap(({ column, x }) => {
      const before = layout.sections.find((one) => one.column === column - 1);
      return before ? [(x - before.x - before.width) * scale] : [];
    });

    expect(layout.columns).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(59.9);
  });

  it('has one column where the picture is narrow', () => {
    expect(layoutArray(few, { width: 300, height: 500, names: 60 }).columns).toBe(1);
  });
});
