// Threads of Node share the images of a batch; nothing else changes.

import { describe, expect, it } from 'vitest';
import { openNodeWasm } from '../../src/cli/wasm-threads.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { randomCase } from '../support/random-program.ts';
import { runCase } from '../support/run-case.ts';

describe('threads', () => {
  it.each([1, 2, 3])('%i of them give the reference’s numbers', async (threads) => {
    await using wasm = await openNodeWasm({ threads });

    for (let seed = 0; seed < 12; seed++) {
      const one = randomCase(seed, 'random', 'wide');
      const expected = await runCase(openReference(), one);
      expect(await runCase(wasm, one)).toEqual({ ...expected, path: expect.any(String) });
    }
    expect(wasm.device).toContain(`${threads} thread`);
  });
});
