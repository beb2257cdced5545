// The API reference: whatever an exported name refers to is exported and documented.

import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { root } from './support/mars.ts';

it('the API reference is written without a warning', () => {
  const typedoc = ['node_modules/typedoc/bin/typedoc', '--logLevel', 'Warn', '--emit', 'none'];
  const { status, stdout, stderr } = spawnSync(process.execPath, typedoc, {
    cwd: root,
    encoding: 'utf8',
  });

  expect(stdout + stderr).toBe('');
  expect(status).toBe(0);
});
