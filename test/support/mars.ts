// Runs the built command line as a person would: another process, its own folder.

import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** The repository. */
export const root: string = resolve(import.meta.dirname, '../..');

/** What a command gave. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** An empty folder. */
export const emptyFolder = (): string => mkdtempSync(join(tmpdir(), 'mars-test-'));

/** Runs `mars` with these arguments in `cwd`. */
export function mars(args: readonly string[], cwd: string = emptyFolder()): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bin/mars.js'), ...args],
    {
      cwd,
      encoding: 'utf8',
      timeout: 300_000,
      maxBuffer: 2 ** 28,
    },
  );
  return { code: status, stdout, stderr };
}
