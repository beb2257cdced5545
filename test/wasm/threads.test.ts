// Threads of Node share the images of a batch; nothing else changes. A thread that dies or is stopped ends the run.

import { describe, expect, it } from 'vitest';
import { openNodeWasm } from '../../src/cli/wasm-threads.ts';
import { hasKind } from '../../src/core/errors.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import type { ToThread } from '../../src/wasm/messages.ts';
import { openHere, type OpenThread, type ThreadEvents } from '../../src/wasm/thread-link.ts';
import { openWasm } from '../../src/wasm/wasm-backend.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { mapped } from '../support/mapped.ts';
import { randomCase } from '../../src/measure/random-program.ts';
import { runCase } from '../../src/measure/run-case.ts';
import { noise } from '../support/small-networks.ts';

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

describe('threads that share one image', () => {
  /** Threads in this one, and what is asked of them. */
  function counted(): { readonly openThread: OpenThread; readonly asked: Map<string, number> } {
    const asked = new Map<string, number>();
    const openThread: OpenThread = (events) => {
      const port = openHere(events);
      return {
        ...port,
        post: (posted) => {
          const message = posted as ToThread;
          const kind = 'question' in message ? message.question.kind : '';
          asked.set(kind, (asked.get(kind) ?? 0) + 1);
          port.post(posted);
        },
      };
    };
    return { openThread, asked };
  }

  it('give the numbers and the counts of one, in every layer of a network', async () => {
    const settings = ['adc.bits=5', 'noise.read=0.3', 'noise.cell=0.03'];
    const mapping = mapped(resnet20({ width: 4 }), { settings });
    const images = noise(mapping.network.input, 1, 5);
    const { openThread, asked } = counted();
    await using alone = await openWasm();
    await using together = await openWasm({ threads: 3, openThread });

    const expected = await simulate(mapping, images, { backend: alone });
    const actual = await simulate(mapping, images, { backend: together });

    expect(actual.outputs).toEqual(expected.outputs);
    expect(actual.activity).toEqual(expected.activity);
    // Large layers are shared, each of three threads is asked for its part; small ones are not.
    const exchanged = (asked.get('takeShare') ?? 0) / 3;
    expect(exchanged).toBeGreaterThan(0);
    expect(exchanged).toBeLessThan(mapping.layers.filter(({ kind }) => kind === 'macro').length);
  });

  it.each([true, false])('give the reference’s numbers, with shortcuts: %s', async (shortcuts) => {
    const { openThread } = counted();
    await using wasm = await openWasm({ threads: 4, openThread, shortcuts });

    for (const style of ['any', 'mars', 'other', 'wide'] as const)
      for (let seed = 0; seed < 6; seed++) {
        const one = randomCase(seed, 'random', style);
        const expected = await runCase(openReference(), one);
        expect(await runCase(wasm, one), one.title).toEqual({
          ...expected,
          path: expect.any(String),
        });
      }
  });

  it('on workers, and with a second image that comes later', async () => {
    const mapping = mapped(resnet20({ width: 4 }), { settings: ['adc.bits=4'] });
    const images = noise(mapping.network.input, 3, 6);
    await using alone = await openWasm();
    await using together = await openNodeWasm({ threads: 2 });

    const expected = await simulate(mapping, images, { backend: alone });
    const actual = await simulate(mapping, images, { backend: together, batch: 2 });

    expect(actual.outputs).toEqual(expected.outputs);
    expect(actual.activity).toEqual(expected.activity);
  });

  it('say what went wrong in one of them, once', async () => {
    const { openThread } = counted();
    await using wasm = await openWasm({
      threads: 3,
      openThread,
      shortcuts: false,
      maxMemory: 2 * 2 ** 20,
    });
    const one = randomCase(3, 'random', 'wide');
    const large = { ...one.input, images: 1, height: 2000, width: 2000 };
    const data = new Uint8Array(2000 * 2000 * large.channels);
    const map = wasm.upload({ ...large, data });
    const refused = await wasm.download(map).catch((error: unknown) => error);
    wasm.release(map);

    expect(hasKind(refused, 'memory')).toBe(true);
    const expected = await runCase(openReference(), one);
    expect((await runCase(wasm, one)).values).toEqual(expected.values);
  });
});
