// `mars search`: the cheapest chip of a plan, the same file again, and what was measured is not measured again.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder, mars } from '../support/mars.ts';

const cwd = emptyFolder();
const words = [
  'search',
  '--vary',
  'adc.bits=1,4,6',
  '--images',
  '24',
  '--first-images',
  '8',
  '--backend',
  'wasm',
  '--threads',
  '1',
];
const file = (): string => readFileSync(join(cwd, 'out/search/search.json'), 'utf8');

describe('mars search', () => {
  it('chooses the cheapest chip that keeps the accuracy, and goes on where it was', () => {
    const first = mars([...words, '--max-loss', '0.05', '--json'], cwd);
    expect([first.code, first.stdout]).toEqual([0, file()]);
    const { chosen, candidates } = JSON.parse(first.stdout) as {
      chosen: unknown;
      candidates: readonly { verdict: string; images: number; coordinates: unknown }[];
    };
    expect(chosen).toEqual({ 'adc.bits': 4 });
    expect(candidates.map(({ verdict, images }) => [verdict, images])).toEqual([
      ['rejected', 8],
      ['chosen', 24],
      ['notNeeded', 0],
    ]);

    const done = readdirSync(join(cwd, 'out/search/images-24/points'));
    expect(done).toHaveLength(1);
    rmSync(join(cwd, 'out/search/images-24/points', done[0]!));
    rmSync(join(cwd, 'out/search/search.json'));
    const again = mars([...words, '--max-loss', '0.05'], cwd);
    expect([again.code, file()]).toEqual([0, first.stdout]);
    expect(again.stdout).toMatch(/4 .* 24 .*chosen/);
  });

  it('says that none keeps it, after its file is written', () => {
    const ran = mars([...words, '--min-accuracy', '0.5', '--max', 'area=0.1'], cwd);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/none of 3 candidates keeps the accuracy within the bounds/);
    expect(JSON.parse(file())).toMatchObject({ chosen: null });
  });

  it.each([
    [[], /no accuracy is asked for/],
    [['--min-accuracy', '2'], /min-accuracy/],
    [['--min-accuracy', '0.5', '--max', 'beauty=1'], /max: "beauty=1" is not figure=number/],
    [['--min-accuracy', '0.5', '--vary', 'images=1,2'], /cannot be an axis of a search/],
  ])('refuses %j', (more, message) => {
    const ran = mars([...words, ...more], cwd);

    expect([ran.code, ran.stderr.trim().split('\n').length]).toEqual([2, 1]);
    expect(ran.stderr).toMatch(message);
  });
});
