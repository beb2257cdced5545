// A real Slurm runs a sweep as a job array; one task is killed in the middle and requeued. What is merged is what one
// process computes, byte for byte. Without root on Debian it is skipped, and says so.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { emptyFolder, mars } from '../support/mars.ts';
import { missingSlurm, startSlurm, until } from '../support/slurm.ts';

const sweep = [
  'sweep',
  '--images',
  '16',
  '--backend',
  'reference',
  '--vary',
  'adc.bits=4,5',
  '--vary',
  'noise.read=0.1,0.3',
  '--chips',
  '2',
];
const tables = ['results.ndjson', 'results.csv', 'statistics.csv'];

describe('a sweep under Slurm', () => {
  it('survives a task that is killed, to the byte', { timeout: 900_000 }, async ({ skip }) => {
    const missing = missingSlurm();
    if (missing !== undefined) {
      process.stderr.write(`SKIPPED: ${missing}\n`);
      skip(missing);
    }
    const out = join(emptyFolder(), 'results');
    const written = mars([...sweep, '--parts', '2', '--slurm', '2', '--out', out]);
    expect(written.stderr).not.toMatch(/^mars:/m);
    expect(written.code).toBe(0);
    const results = (): number =>
      readdirSync(out).includes('parts') ? readdirSync(join(out, 'parts')).length : 0;

    const slurm = await startSlurm(emptyFolder());
    try {
      const submitted = spawnSync('sh', [join(out, 'submit.sh'), '--mem=1G', '--cpus-per-task=1'], {
        encoding: 'utf8',
        env: { ...process.env, ...slurm.env },
      });
      expect(submitted.stderr).toBe('');
      const [, array, merge] = /^array (\d+), merge (\d+)/.exec(submitted.stdout)!;
      await until(() => results() >= 2, 'the first results', 300);

      const before = results();
      expect(before).toBeLessThan(16);
      slurm.ask('scontrol', 'requeue', `${array}_1`);
      await until(
        () => /Restarts=1/.test(slurm.ask('scontrol', 'show', 'job', `${array}_1`)),
        'the task to be requeued',
      );
      // A requeued task waits for two minutes, unless someone releases it.
      await until(
        () => {
          const state = slurm.ask('squeue', '-h', '-j', `${array}_1`, '-o', '%T');
          if (state === 'PENDING')
            slurm.ask('scontrol', 'update', `jobid=${array}_1`, 'starttime=now');
          return state !== 'PENDING';
        },
        'the task to start again',
        300,
      );

      await until(
        () => slurm.ask('squeue', '-h', '-j', `${array},${merge}`) === '',
        'all jobs',
        600,
      );
    } finally {
      slurm.stop();
    }
    const logs = readdirSync(join(out, 'logs'));
    expect(logs.filter((name) => /^\d+_\d+\.log$/.test(name))).toHaveLength(2);

    const local = join(emptyFolder(), 'local');
    expect(mars([...sweep, '--out', local]).code).toBe(0);
    for (const table of tables)
      expect(readFileSync(join(out, table), 'utf8')).toBe(readFileSync(join(local, table), 'utf8'));
  });
});
