// Runs the built command line as a person would: another process, its own folder.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll } from 'vitest';

/** The repository. */
export const root: string = resolve(import.meta.dirname, '../..');

/** What a command gave. */
export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const folders: string[] = [];

/** An empty folder, which is removed after the tests of the file. */
export function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'mars-test-'));
  folders.push(folder);
  return folder;
}

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

/** Names of the results that a sweep has in its folder so far. */
export const pointsIn = (folder: string): readonly string[] =>
  existsSync(join(folder, 'points'))
    ? readdirSync(join(folder, 'points')).filter((name) => name.endsWith('.json'))
    : [];

/**
 * Whether the command has been built by this process: `bin/mars.js` looks for stale builds at its start, which takes a
 * quarter of a second, and nothing changes under a test file that runs.
 */
let isBuilt = false;

/** The environment of a command, without colours, which CI services turn on. */
function environment(more: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const built = isBuilt ? { MARS_SETUP_RUNNING: '1' } : {};
  isBuilt = true;
  return { ...process.env, NO_COLOR: '1', ...built, ...more };
}

/** Runs `mars` with these arguments in `cwd`, with some more variables of the environment. */
export function mars(
  args: readonly string[],
  cwd: string = emptyFolder(),
  env: Readonly<Record<string, string>> = {},
): Ran {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(root, 'bin/mars.js'), ...args],
    {
      cwd,
      encoding: 'utf8',
      timeout: 300_000,
      maxBuffer: 2 ** 28,
      env: environment(env),
    },
  );
  return { code: status, stdout, stderr };
}

/**
 * Runs a line of a shell in `cwd`, where `mars` is the command; for what only a shell can do with stdin and stdout.
 * Its last command is never `mars` itself, so that the shell lives as long.
 */
export function inShell(
  line: string,
  cwd: string = emptyFolder(),
  env: Readonly<Record<string, string>> = {},
): Ran {
  const script = `mars() { "$NODE" "$MARS" "$@"; }\n${line}\n`;
  const { status, stdout, stderr } = spawnSync('sh', ['-c', script], {
    cwd,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 2 ** 28,
    env: environment({ NODE: process.execPath, MARS: join(root, 'bin/mars.js'), ...env }),
  });
  return { code: status, stdout, stderr };
}
