// The random programs with which a self-check begins reach every kernel.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openNodeHost } from '../../../src/cli/node-host.ts';
import { checkRandomPrograms } from '../../../src/measure/check/random-programs.ts';
import type { Row } from '../../../src/measure/result.ts';
import { root } from '../../support/mars.ts';

describe('the first random programs of a self-check', () => {
  it('are right in every way, and run every kernel', async () => {
    const rows: Row[] = [];
    const notes: string[] = [];
    const shaders = readdirSync(join(root, 'shaders'))
      .filter((name) => name.endsWith('.wgsl'))
      .map((name) => name.slice(0, -'.wgsl'.length));

    await checkRandomPrograms(
      {
        host: await openNodeHost(),
        hasTime: () => true,
        secondsLeft: () => Infinity,
        add: (row) => void rows.push(row),
        note: (text) => void notes.push(text),
        skip: () => undefined,
      },
      { first: 0, count: 6 },
    );

    expect(rows.map(({ facts }) => facts['cases'])).toEqual([6, 6, 6, 6]);
    expect(notes).toEqual([`kernels that ran so far: ${shaders.toSorted().join(', ')}`]);
  });
});
