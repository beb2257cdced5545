import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const css = readFileSync(join(import.meta.dirname, '../../../src/view/ui/styles.css'), 'utf8');

/** Relative luminance of WCAG 2.2. */
function luminance(hex: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [darker, lighter] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (lighter + 0.05) / (darker + 0.05);
}

/** A colour in light and in dark. */
function colorsOf(name: string): readonly [string, string] {
  const found = new RegExp(`--mars-${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(css);
  return [found![1]!, found![2]!];
}

describe('the colours of the pieces', () => {
  const surface = colorsOf('surface');
  const series = [1, 2, 3, 4, 5, 6].map((number) => `series-${number}`);

  it.each([...series, 'accent'])('%s stands out 3 : 1 from the surface, light and dark', (name) => {
    colorsOf(name).forEach((color, i) =>
      expect(contrast(color, surface[i]!)).toBeGreaterThanOrEqual(3),
    );
  });

  // Steps of the timeline have their names on them in the colour of the surface.
  it.each([...series, 'text', 'muted', 'wrong'])(
    '%s can be read on the surface, light and dark: 4.5 : 1',
    (name) => {
      colorsOf(name).forEach((color, i) =>
        expect(contrast(color, surface[i]!)).toBeGreaterThanOrEqual(4.5),
      );
    },
  );

  it('need no style element, no import and nothing that is global but the colours', () => {
    const selectors = [...css.matchAll(/^([^\s/@}][^{;]*)\{/gm)].flatMap(([, list]) =>
      list!.split(',').map((one) => one.trim()),
    );

    expect(selectors.length).toBeGreaterThan(50);
    expect(selectors.filter((one) => !/^(:root|:host|\.mars-|\[aria-sort)/.test(one))).toEqual([]);
    expect(css).not.toMatch(/@import|url\(/);
  });
});
