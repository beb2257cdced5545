// Several processes on this machine, each with its shard of the same folder.

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CimError } from '../../core/errors.ts';
import type { Shard } from '../../experiment/shard.ts';
import { commandWords } from './slurm.ts';
import type { SweepBackend } from './sweep-work.ts';

interface WorkerOptions {
  readonly backend: SweepBackend;
  readonly parts: number;
  readonly workers: number;
  readonly shard: Shard | undefined;
  /** Of each worker; by default they share the processors. */
  readonly threads?: number | undefined;
}

/**
 * Runs the plan of a folder in processes of their own and waits for them.
 * @throws {CimError} (environment) when one of them fails; what it said is on stderr
 */
export async function runWorkers(folder: string, options: WorkerOptions): Promise<void> {
  const { workers, shard = { index: 1, count: 1 } } = options;
  const codes = await Promise.all(
    Array.from({ length: workers }, async (_, i) => {
      const own = `${(shard.index - 1) * workers + i + 1}/${shard.count * workers}`;
      return await exitCode([...shardWords(folder, options), '--shard', own]);
    }),
  );
  const failed = codes.findIndex((code) => code !== 0);
  if (failed < 0) return;
  throw new CimError('environment', {
    what: `worker ${failed + 1} of ${workers} ended with exit code ${codes[failed]}`,
    where: folder,
    todo: 'see above; the results so far are kept',
  });
}

function shardWords(folder: string, options: WorkerOptions): readonly string[] {
  const { backend, parts, workers } = options;
  const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / workers));
  const plan = ['sweep', join(folder, 'plan.json'), '--out', folder, '--backend', backend];
  return [...plan, '--threads', String(threads), '--parts', String(parts)];
}

function exitCode(words: readonly string[]): Promise<number | null> {
  const [program = '', ...first] = commandWords();
  return new Promise((resolve, reject) => {
    const child = spawn(program, [...first, ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
    child.on('error', reject);
    child.on('exit', resolve);
  });
}
