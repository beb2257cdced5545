// Writes a bench's result where it can be compared later, with what it ran on.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join, resolve } from 'node:path';

const folder = resolve(import.meta.dirname, '../results');

/** Writes `bench/results/<date>-<question>.json` and prints it as a table. */
export function record(question: string, device: string, rows: readonly object[]): void {
  const date = new Date().toISOString().slice(0, 10);
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: folder,
    encoding: 'utf8',
  }).trim();
  const machine = `${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}, Node ${process.version}`;
  mkdirSync(folder, { recursive: true });
  const result = { question, date, commit, machine, device, rows };
  writeFileSync(join(folder, `${date}-${question}.json`), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`\n${question}: ${device}; ${machine}; commit ${commit}\n`);
  // oxlint-disable-next-line no-console -- a bench is read in a terminal
  console.table(rows);
}
