// `mars plot`: files that are SVG, the same for the same results, and mistakes in one line.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, mars } from '../support/mars.ts';

const cwd = emptyFolder();
beforeAll(() => {
  const axes = ['--vary', 'adc.bits=4..6', '--vary', 'cores.count=2,4', '--vary', 'chip=mars'];
  expect(mars(['sweep', '--images', '0', ...axes, '--out', 'sweep'], cwd).code).toBe(0);
});

describe('mars plot', () => {
  it.each([
    ['curves', [], 6, 'circle'],
    ['heatmap', [], 6, 'g[aria-label=cell] rect'],
    ['pareto', ['--x', 'area'], 6, 'g[aria-label=dot]:first-of-type circle, circle'],
    ['tornado', ['--center', 'adc.bits=5'], 2, 'g[aria-label=bar] rect'],
  ])('draws %s', (kind, more, least, selector) => {
    const words = ['plot', 'sweep', '--kind', kind, ...more];
    const { code, stdout, stderr } = mars([...words, '--out', `a/${kind}.svg`], cwd);

    expect(stderr).toBe('');
    expect([code, stdout]).toEqual([0, `Written: a/${kind}.svg\n`]);
    const svg = readFileSync(join(cwd, `a/${kind}.svg`), 'utf8');
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg"/);
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const { document } = parseHTML(`<body>${svg}</body>`);
    expect(document.querySelectorAll(selector).length).toBeGreaterThanOrEqual(least);
    mars([...words, '--out', 'again.svg'], cwd);
    expect(readFileSync(join(cwd, 'again.svg'), 'utf8')).toBe(svg);
  });

  it.each([
    [['sweep', '--out', 'a.png'], 2, /"a\.png" is no name of an SVG file/],
    [['sweep', '--kind', 'pie'], 2, /must be one of curves, heatmap, pareto, tornado/],
    [
      ['sweep', '--x', 'noise.read'],
      2,
      /noise\.read is not an axis of the results; their axes: adc\.bits, cores\.count, chip/,
    ],
    [
      ['sweep', '--y', 'accuracy'],
      1,
      /results\.ndjson: has no result with accuracy; choose another figure/,
    ],
    [
      ['sweep', '--kind', 'heatmap', '--row', 'chip'],
      2,
      /a heat map has two axes, and cores\.count varies too/,
    ],
    [['nowhere'], 1, /nowhere: cannot be read/],
  ])('refuses %j in one line', (words, code, message) => {
    const ran = mars(['plot', ...words], cwd);

    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect(ran.code).toBe(code);
  });
});
