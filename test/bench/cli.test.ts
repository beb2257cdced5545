// The benches' command line as a person types it: exit codes, messages, one tiny case in a page.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { questions } from '../../bench/questions.ts';
import { readResult } from '../../src/measure/result.ts';
import { findBrowser } from '../../src/cli/browser.ts';
import { fakeAdapter, fakeResult, fakeRow } from '../support/bench-result.ts';
import { emptyFolder, type Ran, root } from '../support/mars.ts';
import { everyNth, itLong } from '../support/long.ts';

function bench(...args: readonly string[]): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bench/run.mjs'), ...args],
    { encoding: 'utf8', timeout: 110_000, env: { ...process.env, NO_COLOR: '1' } },
  );
  return { code: status, stdout, stderr };
}

const folder = emptyFolder();
function write(name: string, content: unknown): string {
  const file = join(folder, name);
  writeFileSync(file, JSON.stringify(content));
  return file;
}

describe('npm run bench', () => {
  itLong('has a file for every question, and lists them all', () => {
    const own = readdirSync(join(root, 'bench')).filter((file) => file.endsWith('.bench.ts'));
    const shared = readdirSync(join(root, 'src/measure/questions'));
    const files = new Set([...own, ...shared].map((file) => file.replace(/(\.bench)?\.ts$/, '')));
    const names = questions.map(({ name }) => name);

    const { code, stdout } = bench('--list');

    expect(code).toBe(0);
    expect([...files].toSorted()).toEqual(names.toSorted());
    for (const { name, asks } of questions)
      expect(stdout).toMatch(new RegExp(`${name} +${asks.slice(0, 20)}`));
  });

  it('compares two results', () => {
    const a = write('a.json', fakeResult([fakeRow({ 'ADC bits': 5 }, 2e9, 1e9)]));
    const adapter = { ...fakeAdapter, name: 'another adapter' };
    const b = write('b.json', fakeResult([fakeRow({ 'ADC bits': 5 }, 5e9, 1e9)], { adapter }));

    const { code, stdout, stderr } = bench('--compare', a, b);

    expect(code).toBe(0);
    expect(stdout).toMatch(/ADC bits +A +B +B \/ A +per CPU s/);
    expect(stdout).toMatch(/5 +2 G column reads\/s +5 G column reads\/s +2\.50 +1\.00/);
    expect(stderr).toContain('warning: the device differs: a test adapter / another adapter');
  });

  const wrong = [
    [
      'a file that is missing',
      1,
      ['--compare', 'none.json', 'none.json'],
      /none\.json: cannot be read/,
    ],
    ['one file', 2, ['--compare', 'a.json'], /1 files are not two/],
    ['an unknown question', 2, ['speed'], /no question is called "speed"; known: .*column-reads/],
    ['an option that is no number', 2, ['--seconds', 'x'], /wanted: a number from 0/],
    ['a pattern that is none', 2, ['--cases', '('], /"\(" is no pattern/],
  ] as const;
  it.each(everyNth(2, wrong))('fails clearly on %s', (_, expected, args, says) => {
    const { code, stderr } = bench(...args);

    expect(stderr).toMatch(says);
    expect(stderr).not.toContain('    at ');
    expect(code).toBe(expected);
  });

  it.each([
    ['a file that is no result', 1, { name: 'x' }, /is not a result of npm run bench/],
    ['another question', 2, fakeResult([], { question: 'macros' }), /are different questions/],
  ])('refuses to compare with %s', (_, expected, content, says) => {
    const a = write('good.json', fakeResult([]));
    const b = write('other.json', content);

    const { code, stderr } = bench('--compare', a, b);

    expect(stderr).toMatch(says);
    expect(code).toBe(expected);
  });
});

const quick = ['--cases', 'bitwise', '--repetitions', '1', '--seconds', '0', '--out', folder];

describe.each([
  ['in Node', [], 'roofline'],
  ['in headless Chrome', ['--headless'], 'roofline-headless'],
])('a case %s', (_, where, name) => {
  it('is checked, timed and kept with what it ran on', ({ skip }) => {
    if (where.length > 0 && !findBrowser()) skip('no Chrome or Chromium');

    const { code, stdout, stderr } = bench('roofline', ...where, ...quick);

    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/bitwise/);
    const file = readdirSync(folder).find((one) => one.endsWith(`-${name}.json`))!;
    const result = readResult(readFileSync(join(folder, file), 'utf8'), file);
    expect(result.rows).toMatchObject([
      { key: { ceiling: 'bitwise' }, checked: '48 results with TypeScript' },
    ]);
    expect(result.rows[0]!.timing!.perSecond['operations']).toBeGreaterThan(0);
    expect(result.adapter.limits['maxBufferSize']).toBeGreaterThan(0);
    expect(result.rows[0]!.timing!.device !== null).toBe(
      result.adapter.features.includes('timestamp-query'),
    );
    if (where.length > 0) expect(result.runtime).toMatch(/Node v\d.*Chrome\/\d/);
  });
});
