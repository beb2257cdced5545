// How column reads were computed and how much device memory that took: in report.json and in the terminal.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { itLong } from '../support/long.ts';
import { emptyFolder, mars } from '../support/mars.ts';

/** Runs mnist-cnn; gives the report and the rows of the terminal about it. */
function run(...args: string[]): { report: Report; computed: string; simulation: string } {
  const cwd = emptyFolder();
  const { code, stdout, stderr } = mars(['run', ...args], cwd);
  expect(code, stderr).toBe(0);
  const text = (name: string): string => readFileSync(join(cwd, 'out', name), 'utf8');
  return {
    report: JSON.parse(text('report.json')) as Report,
    computed:
      /^column reads[^]*?(?=^chip numbers)/m.exec(stdout)?.[0].replaceAll(/\s+/g, ' ') ?? '',
    simulation: text('simulation.json'),
  };
}

const macroLayers = ({ layers }: Report): Report['layers'] =>
  layers.filter(({ groups }) => groups > 0);

describe('mars run', () => {
  it.each([
    ['a 6-bit ADC', [], 'dot product', /as dot products, since the ADC loses nothing/],
    [
      'a 5-bit ADC',
      ['--set', 'adc.bits=5'],
      'dot product, clips corrected',
      /as dot products less what the ADC clips/,
    ],
    ['noise', ['--set', 'noise.read=0.1'], 'bit lines', /every column read through the ADC/],
  ])('says how it computed column reads with %s', (_, args, path, says) => {
    const { report, computed } = run('--images', '2', ...args);

    expect(new Set(macroLayers(report).map((layer) => layer.path))).toEqual(new Set([path]));
    const pools = report.layers.filter(({ groups }) => groups === 0);
    expect(pools.map((layer) => layer.path)).toEqual(pools.map(() => null));
    expect(computed).toMatch(says);
    expect(computed).toMatch(/\(5 layers\)/);
    expect(computed).toMatch(/[\d.,]+ [KM]?B peak device memory/);
  });

  it('says that there was no device', () => {
    const { report, computed } = run('--images', '1', '--backend', 'reference');

    expect(report.peakMemory).toBeNull();
    expect(computed).toMatch(/every column read through the ADC \(5 layers\)/);
    expect(computed).toContain('peak device memory no device used');
  });

  itLong('keeps to --max-memory with the same outputs and counts', () => {
    const free = run('--images', '60', '--backend', 'gpu');
    const tight = run('--images', '60', '--backend', 'gpu', '--max-memory', '2');

    expect(free.report.peakMemory).toBeGreaterThan(2 * 2 ** 20);
    expect(tight.report.peakMemory).toBeLessThanOrEqual(2 * 2 ** 20);
    expect(tight.simulation).toBe(free.simulation);
  });

  it('keeps to --max-memory in WebAssembly too', () => {
    const free = run('--images', '60', '--backend', 'wasm', '--threads', '1');
    const tight = run('--images', '60', '--backend', 'wasm', '--threads', '1', '--max-memory', '1');

    expect(free.report.peakMemory).toBeGreaterThan(2 ** 20);
    expect(tight.report.peakMemory).toBeLessThanOrEqual(2 ** 20);
    expect(tight.simulation).toBe(free.simulation);
  });
});
