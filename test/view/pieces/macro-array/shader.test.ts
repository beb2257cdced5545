// What TypeScript tells the shader of the macro array is what its file declares.

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { WgslReflect } from 'wgsl_reflect/wgsl_reflect.module.js';
import { figures } from '../../../../src/view/pieces/macro-array/array-figures.ts';
import {
  darkTheme,
  layerColours,
  lightTheme,
  paletteOf,
  scaleColours,
} from '../../../../src/view/pieces/macro-array/palette.ts';
import { viewLayout } from '../../../../src/view/pieces/macro-array/view-uniform.ts';
import { root } from '../../../support/mars.ts';

const code = readFileSync(resolve(root, 'shaders/view/macro-array.wgsl'), 'utf8');
const reflection = new WgslReflect(code);

/** The value of a constant that is a number, or `special` and a number. */
function constant(name: string): number {
  const found = new RegExp(`const ${name} = (?:(special)(?: \\+ )?)?(\\d*)u?;`).exec(code);
  if (!found) throw new Error(`there is no constant ${name}`);
  return (found[1] ? scaleColours + layerColours : 0) + Number(found[2]);
}

describe('the shader of the macro array', () => {
  it('has the uniform that TypeScript packs', () => {
    const [uniform] = reflection.uniforms;

    expect(uniform!.members!.map(({ name, type, offset }) => [name, type.name, offset])).toEqual(
      Object.entries(viewLayout.fields).map(([name, type], i) => [name, type, 4 * i]),
    );
  });

  it('has instances of 48 bytes with the fields where the painter writes them', () => {
    const placed = reflection.structs.find(({ name }) => name === 'PlacedMacro')!;

    expect(Object.fromEntries(placed.members.map(({ name, offset }) => [name, offset]))).toEqual({
      corner: 0,
      size: 8,
      first_row: 16,
      rows: 20,
      layer: 24,
      error: 28,
      values: 32,
    });
    expect(placed.size).toBe(48);
  });

  it('has the figures in the order of TypeScript, layer last', () => {
    expect(constant('error_figure')).toBe(figures.indexOf('error'));
    expect(constant('layer_figure')).toBe(figures.indexOf('layer'));
    expect(figures.slice(0, 5)).toEqual(['density', 'slots', 'activity', 'saturated', 'error']);
  });

  it.each([darkTheme, lightTheme])('has the places of the palette', (theme) => {
    const palette = paletteOf(theme);
    const colourAt = (place: number): number[] =>
      Array.from(palette.subarray(4 * place, 4 * place + 3), (part) => Math.round(part * 255));

    expect(constant('scale_colours')).toBe(scaleColours);
    expect(constant('layer_colours')).toBe(layerColours);
    expect(theme.layers).toHaveLength(layerColours);
    for (const name of [
      'unknown',
      'empty',
      'zero',
      'one',
      'line',
      'hovered',
      'chosen',
      'panel',
    ] as const)
      expect([name, colourAt(constant(`colour_${name}`))]).toEqual([name, theme[name]]);
    expect(colourAt(0)).toEqual(theme.scale[0]);
    expect(colourAt(scaleColours - 1)).toEqual(theme.scale.at(-1));
    expect(colourAt(scaleColours + 3)).toEqual(theme.layers[3]);
  });
});
