// Several processes on one machine: who does what, and what is said of one that fails.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { startWorkers } from '../../src/cli/sweep/workers.ts';
import { expandPlan } from '../../src/experiment/expand-plan.ts';
import { unitsOf } from '../../src/experiment/shard.ts';
import { itLong } from '../support/long.ts';
import { emptyFolder, mars, pointsIn, root } from '../support/mars.ts';

const bin = join(root, 'bin/mars.js');
const plan = {
  version: 1,
  base: { network: 'mnist-cnn', images: 0 },
  axes: [{ grid: { 'adc.bits': [3, 4, 5, 6], 'cores.count': [2, 4] } }],
} as const;
const units = unitsOf(expandPlan(plan).points, 1);

beforeAll(() => {
  mars(['--version']); // builds what is stale
});

describe('workers', () => {
  beforeAll(() => {
    const [node = ''] = process.argv;
    vi.spyOn(process, 'argv', 'get').mockReturnValue([node, bin]);
  });

  it('do every unit once, and tell of each', async () => {
    const out = emptyFolder();
    using workers = startWorkers({ out, backend: 'reference', workers: 3 });
    const seconds: number[] = [];
    await workers.work(units, (time) => seconds.push(time));

    expect(seconds).toHaveLength(units.length);
    expect(seconds.every((time) => time > 0)).toBe(true);
    expect(pointsIn(out)).toHaveLength(units.length);
  });

  it('are named when they fail, with their exit code, while the others do the work', async () => {
    const out = emptyFolder();
    // Another process knows no such backend; this one needs none, for there are no images.
    const backend = 'none' as 'reference';
    using workers = startWorkers({ out, backend, workers: 2 });

    await expect(workers.work(units, vi.fn())).rejects.toMatchObject({
      kind: 'environment',
      message: expect.stringMatching(
        /^worker 2 of 2 ended with exit code 2; see above; the results so far are kept/,
      ),
    });
    expect(pointsIn(out)).toHaveLength(units.length);
  });
});

describe('mars sweep --workers', () => {
  const noisy = ['sweep', '--backend', 'reference', '--images', '1'];
  const many = ['--vary', 'noise.read=0.1,0.2', '--chips', '8', '--workers', '2'];

  it('has one line for bad input, and no process waits on', () => {
    const ran = mars(['sweep', '--network', 'none', ...many]);

    expect(ran.code).toBe(2);
    expect(ran.stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^mars: .*no network is called "none"/),
    ]);
  });

  it('shares the images of the last points, for the same tables as one process', () => {
    const cwd = emptyFolder();
    const sweep = ['sweep', '--backend', 'wasm', '--images', '256', '--float-images', '100'];
    const points = ['--vary', 'noise.read=0,0.1', '--vary', 'adc.bits=4,5'];
    const two = mars([...sweep, ...points, '--workers', '2', '--out', 'two'], cwd);
    const one = mars([...sweep, ...points, '--out', 'one'], cwd);

    expect([one.code, two.code]).toEqual([0, 0]);
    expect(two.stderr).toMatch(/^10 of 10 results$/m);
    expect(readdirSync(join(cwd, 'two/parts'))).toHaveLength(8);
    for (const table of ['results.ndjson', 'results.csv', 'statistics.csv'])
      expect(readFileSync(join(cwd, 'two', table), 'utf8')).toBe(
        readFileSync(join(cwd, 'one', table), 'utf8'),
      );
  });

  it('takes turns with nobody that was not asked to', () => {
    const ran = mars(['sweep', '--take-turns']);

    expect(ran.code).toBe(2);
    expect(ran.stderr).toBe(
      'mars: take-turns: is for processes that mars sweep --workers starts\n',
    );
  });

  itLong(
    'ends the others when the first is killed, and says so when another is',
    async ({ skip }) => {
      if (process.platform !== 'linux') skip('needs /proc, to find the other process');
      const [first, other] = await Promise.all([killed('first'), killed('other')]);

      expect(first.points).toBeLessThan(16);
      // All but the one that it was at, if it was at one.
      expect(other.points).toBeGreaterThanOrEqual(15);
      expect(other.stderr).toContain(
        'mars: worker 2 of 2 was ended by SIGKILL; see above; the results so far are kept',
      );
      expect(other.code).toBe(1);
    },
  );

  /** Kills one of two processes once there are results, and waits for the end of both. */
  async function killed(which: 'first' | 'other') {
    const out = emptyFolder();
    const child = spawn(process.execPath, [bin, ...noisy, ...many, '--out', out], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.on('data', (text) => (stderr += text));
    const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
    await vi.waitFor(() => expect(pointsIn(out).length).toBeGreaterThan(1), 60_000);
    const [helper = 0] = childrenOf(child.pid ?? 0);
    process.kill(which === 'first' ? (child.pid ?? 0) : helper, 'SIGKILL');
    const code = await ended;
    await vi.waitFor(() => expect(existsSync(`/proc/${helper}`)).toBe(false), 60_000);
    return { code, stderr, points: pointsIn(out).length };
  }
});

const childrenOf = (pid: number): readonly number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
