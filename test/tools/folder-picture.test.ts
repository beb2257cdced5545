import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/mars.ts';

it('the picture of the folders shows the imports of today', () => {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'tools/folder-picture.mjs'), '--check'],
    { encoding: 'utf8' },
  );

  expect(stderr).toBe('');
  expect(status).toBe(0);
});
