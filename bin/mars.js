#!/usr/bin/env node
// The command `mars`: runs dist/cli.js. In a git clone it first lets tools/setup.mjs install and build what is missing
// or out of date, with its output on stderr so that stdout stays the command's own.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url));

if (
  existsSync(here('src')) &&
  existsSync(here('tools/setup.mjs')) &&
  process.env.MARS_SETUP_RUNNING === undefined
) {
  const { whatIsStale } = await import('../tools/setup.mjs');
  if (whatIsStale().length > 0) {
    const { status } = spawnSync(process.execPath, [here('tools/setup.mjs')], {
      stdio: ['ignore', 2, 2],
    });
    if (status !== 0) process.exit(status ?? 1);
  }
}

await import('../dist/cli.js');
