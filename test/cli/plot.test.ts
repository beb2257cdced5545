// `mars plot`: files that are SVG, the same for the same results, and mistakes in one line.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHTML } from 'linkedom';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, mars } from '../support/mars.ts';

const cwd = emptyFolder();
beforeAll(() => {
  const axes = ['--vary', 'adc.bits=4..6', '--vary', 'cores.count=2,4', '--vary', 'chip=mars'];
  expect(mars(['sweep', '--images', '0', ...axes, '--out', 'sweep'], cwd).code).toBe(0);
  const report = mars(['estimate', '--set', 'cores.count=2', '--json'], cwd);
  writeFileSync(join(cwd, 'report.json'), report.stdout);
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

  it('draws only some conditions, and names what tells them apart', () => {
    const words = ['plot', 'sweep', '--x', 'cores.count', '--out', 'only.svg'];
    mars([...words, '--only', 'adc.bits=4,chip=mars'], cwd);
    const one = readFileSync(join(cwd, 'only.svg'), 'utf8');
    mars(words, cwd);
    const all = readFileSync(join(cwd, 'only.svg'), 'utf8');

    expect(one.match(/<circle/g)).toHaveLength(2);
    expect(all.match(/<circle/g)).toHaveLength(6);
    expect(all).toMatch(/>adc\.bits 4</);
    expect(all).not.toMatch(/chip mars</);
  });

  it('draws the layers of a report under the roofs of its chip', () => {
    const { code, stderr } = mars(
      ['plot', 'report.json', '--kind', 'roofline', '--out', 'r.svg'],
      cwd,
    );

    expect([code, stderr]).toEqual([0, '']);
    const svg = readFileSync(join(cwd, 'r.svg'), 'utf8');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    const { document } = parseHTML(`<body>${svg}</body>`);
    const texts = [...document.querySelectorAll('text')].map((text) => text.textContent);
    // Dots that lie on each other have one name.
    const named = texts.flatMap((text) => /^(?:conv\d|fc)(?: \+ (\d+) more)?$/.exec(text) ?? []);
    const dots = named.filter((text) => /^(conv|fc)/.test(text ?? ''));
    const others = named.filter((text) => /^\d+$/.test(text ?? '')).map(Number);
    expect(dots.length + others.reduce((sum, count) => sum + count, 0)).toBe(5);
    // 2 cores: half of what MARS has.
    expect(texts).toContain('macros: 102.4 GOPS');
    expect(texts).toContain('DRAM: 6.4 GB/s');
  });

  it('draws PNG where its package and a font are', ({ skip }) => {
    const { code, stderr } = mars(['plot', 'sweep', '--out', 'a.png'], cwd);
    if (/is not installed|no font/.test(stderr)) skip(stderr);

    expect([code, stderr]).toEqual([0, '']);
    const png = readFileSync(join(cwd, 'a.png'));
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    // Twice the size of the SVG.
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1440, 880]);
    mars(['plot', 'sweep', '--out', 'b.png'], cwd);
    expect(readFileSync(join(cwd, 'b.png')).equals(png)).toBe(true);
  });

  it.each([
    [['sweep', '--out', 'a.gif'], 2, /"a\.gif" is no name of an SVG or PNG file/],
    [['sweep', '--kind', 'pie'], 2, /must be one of curves, heatmap, pareto, tornado, roofline/],
    [['sweep/results.ndjson', '--kind', 'roofline'], 1, /results\.ndjson/],
    [['report.json', '--kind', 'roofline', '--chip', 'moon'], 2, /"moon"/],
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
    [['sweep', '--only', 'adc.bits=9'], 1, /results\.ndjson: has no result with adc\.bits=9; /],
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
