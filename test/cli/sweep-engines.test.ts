// The examples of docs/experiments.md: its plan expands, and its recipes for other engines run where these are installed.

import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expandPlan } from '../../src/experiment/expand-plan.ts';
import { readPlan } from '../../src/experiment/plan.ts';
import { emptyFolder, mars, root } from '../support/mars.ts';
import { itLong } from '../support/long.ts';

const text = readFileSync(join(root, 'docs/experiments.md'), 'utf8');
const blocks = (language: string): readonly string[] =>
  [...text.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'gms'))].map(
    (match) => match[1]!,
  );
const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** A folder with the plan of the examples and `mars` as a program; and the tables of one process. */
function prepared(): {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly csv: string;
} {
  const cwd = emptyFolder();
  const plan = { version: 1, base: { images: 0 }, axes: [{ grid: { 'adc.bits': '3..6' } }] };
  writeFileSync(join(cwd, 'plan.json'), JSON.stringify(plan));
  const program = `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/mars.js')}' "$@"\n`;
  writeFileSync(join(cwd, 'mars'), program, { mode: 0o755 });
  expect(mars(['sweep', 'plan.json', '--out', 'whole'], cwd).code).toBe(0);
  const env = { ...process.env, PATH: `${cwd}:${process.env['PATH']}`, NO_COLOR: '1' };
  return { cwd, env, csv: readFileSync(join(cwd, 'whole/results.csv'), 'utf8') };
}

describe('docs/experiments.md', () => {
  it('has plans that expand', () => {
    const [example] = blocks('json');
    expect(expandPlan(readPlan(example!, 'docs')).points).toHaveLength((4 * 3 - 1) * 2 * 2 * 20);
    const pointsOf = (name: string): number =>
      expandPlan(readPlan(readFileSync(join(root, `docs/${name}`)), name)).points.length;
    expect(pointsOf('study-adc.json')).toBe(4 * 2 * 2 * 20);
    expect(pointsOf('study-ranges.json')).toBe(3 * 4 * 4);
  });

  itLong('has commands with options that there are', () => {
    const help = ['sweep', 'plot', 'search', 'estimate']
      .map((name) => mars([name, '--help']).stdout)
      .join('\n');
    const known = new Set(help.match(/--[a-z-]+/g));
    const used = blocks('sh').flatMap((block) => block.match(/(?<= )--[a-z-]+/g) ?? []);

    expect(used.length).toBeGreaterThan(10);
    expect(used.filter((option) => !known.has(option))).toEqual([]);
  });

  it('has lines for GNU parallel that give the tables of one process', ({ skip }) => {
    if (!has('parallel')) skip('no GNU parallel');
    const { cwd, env, csv } = prepared();
    const lines = blocks('sh').find((block) => block.startsWith('parallel '))!;

    const ran = spawnSync('sh', ['-ec', lines], { cwd, env, encoding: 'utf8' });

    expect(ran.status, ran.stderr).toBe(0);
    expect(readFileSync(join(cwd, 'results/results.csv'), 'utf8')).toBe(csv);
  });

  it('has rules for Snakemake that give the tables of one process', ({ skip }) => {
    if (!has('snakemake')) skip('no Snakemake');
    const { cwd, env, csv } = prepared();
    writeFileSync(join(cwd, 'Snakefile'), blocks('python')[0]!);

    const ran = spawnSync('snakemake', ['--cores', '1'], { cwd, env, encoding: 'utf8' });

    expect(ran.status, ran.stderr).toBe(0);
    expect(readFileSync(join(cwd, 'results/results.csv'), 'utf8')).toBe(csv);
  });
});
