// Several processes on this machine, each with its shard of the same folder. This process is the first of them.

import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { CimError } from '../../core/errors.ts';
import { type Shard, type Unit, unitsOfShard } from '../../experiment/shard.ts';
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

/** What this process does of its share, while the others do theirs. */
export type OwnWork = (units: readonly Unit[], threads: number) => Promise<void>;

/**
 * Shares the units of a folder's plan between this process, which `work` does the first share of, and others; waits for all.
 * @throws {CimError} of this process's own share
 * @throws {CimError} (environment) when another one fails; what it said is on stderr
 */
export async function runWorkers(
  folder: string,
  units: readonly Unit[],
  options: WorkerOptions,
  work: OwnWork,
): Promise<void> {
  const { workers, shard = { index: 1, count: 1 } } = options;
  const threads = options.threads ?? Math.max(1, Math.floor(availableParallelism() / workers));
  const shareOf = (worker: number): Shard => ({
    index: (shard.index - 1) * workers + worker,
    count: shard.count * workers,
  });
  // The others start first: they need a while to load.
  const others = Array.from({ length: workers - 1 }, async (_, i) => {
    const { index, count } = shareOf(i + 2);
    const words = shardWords(folder, { ...options, threads });
    return await exitCode([...words, '--shard', `${index}/${count}`]);
  });
  const [own, ...ends] = await Promise.allSettled([
    work(unitsOfShard(units, shareOf(1)), threads),
    ...others,
  ]);
  if (own.status === 'rejected') throw own.reason;
  for (const [i, end] of ends.entries()) {
    if (end.status === 'rejected') throw end.reason;
    if (end.value !== 0)
      throw new CimError('environment', {
        what: `worker ${i + 2} of ${workers} ended with exit code ${end.value}`,
        where: folder,
        todo: 'see above; the results so far are kept',
      });
  }
}

function shardWords(folder: string, options: WorkerOptions): readonly string[] {
  const { backend, parts, threads } = options;
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
