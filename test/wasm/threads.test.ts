// Threads of Node share the images of a batch; nothing else changes. A thread that dies or is stopped ends the run.

import { describe, expect, it } from 'vitest';
import { openNodeWasm } from '../../src/cli/wasm-threads.ts';
import { hasKind } from '../../src/core/errors.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { openHere, type ThreadEvents } from '../../src/wasm/thread-link.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { randomCase } from '../support/random-program.ts';
import { runCase } from '../support/run-case.ts';

/** A layer of this case on `backend`, not waited for. */
async function started(backend: MacroBackend, signal?: AbortSignal): Promise<Int32Array> {
  const one = randomCase(1, 'random', 'wide');
  const prepared = await backend.prepare(one.program);
  const residual = one.residual && backend.upload(one.residual);
  const result = backend.runMacro(prepared, backend.upload(one.input), residual);
  return await backend.download(result, signal);
}

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

  it('stop when told to, and keep nobody waiting', async () => {
    await using wasm = await openNodeWasm({ threads: 2 });
    const stop = new AbortController();

    const running = started(wasm, stop.signal);
    stop.abort();

    await expect(running).rejects.toMatchObject({ kind: 'cancelled' });
    await expect(started(wasm)).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('end the run with the cause when one dies', async () => {
    let events: ThreadEvents | undefined;
    await using wasm = await openWasm({
      openThread: (own) => {
        events = own;
        return openHere(own);
      },
    });
    events?.onDeath('out of memory');

    await expect(started(wasm)).rejects.toThrow(
      /^a thread of the simulation has stopped: out of memory; run it again/,
    );
  });

  it('say what does not fit, and go on', async () => {
    await using wasm = await openNodeWasm({ threads: 2, maxMemory: 2 * 2 ** 20 });
    const one = randomCase(3, 'random', 'wide');
    const expected = await runCase(openReference(), one);
    const size = one.input.data.length / one.input.images;
    const images = Math.ceil((8 * 2 ** 20) / size);
    const data = new Uint8Array(images * size);

    const prepared = await wasm.prepare(one.program);
    const map = wasm.upload({ ...one.input, images, data });
    const refused = await wasm.download(map).catch((error: unknown) => error);
    wasm.release(map);

    expect(hasKind(refused, 'memory')).toBe(true);
    wasm.release(prepared);
    expect((await runCase(wasm, one)).values).toEqual(expected.values);
  });
});
