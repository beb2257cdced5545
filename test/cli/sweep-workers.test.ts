// What the command says of a worker that fails beside it.

import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { runWorkers } from '../../src/cli/sweep/workers.ts';
import { emptyFolder, mars, root } from '../support/mars.ts';

const options = { backend: 'reference', parts: 1, workers: 2, shard: undefined } as const;

it('names the worker and its exit code, once its own share is done', async () => {
  mars(['--version']); // builds what is stale
  const folder = emptyFolder(); // has no plan.json
  const own = vi.fn<() => Promise<void>>(() => Promise.resolve());
  const [node = ''] = process.argv;
  vi.spyOn(process, 'argv', 'get').mockReturnValue([node, join(root, 'bin/mars.js')]);

  await expect(runWorkers(folder, [], options, own)).rejects.toMatchObject({
    kind: 'environment',
    message: expect.stringMatching(/worker 2 of 2 ended with exit code 1\b/),
  });
  expect(own).toHaveBeenCalledOnce();
});

it('tells an error of its own share instead', async () => {
  const fault = new Error('the share of this process');

  await expect(
    runWorkers(emptyFolder(), [], { ...options, workers: 1 }, () => Promise.reject(fault)),
  ).rejects.toBe(fault);
});
