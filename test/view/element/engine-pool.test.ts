import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEnginePool } from '../../../src/view/element/engine-pool.ts';
import type { Engine } from '../../../src/view/engine/engine.ts';
import { caughtEventually } from '../../support/caught.ts';

let opened = 0;
let disposed = 0;

const open = (): Engine => {
  opened++;
  return {
    device: undefined,
    sweep: () => Promise.resolve(),
    run: () => Promise.reject(new Error('not asked for here')),
    ask: () => Promise.reject(new Error('not asked for here')),
    forget: () => undefined,
    dispose: () => disposed++,
  };
};

function withResolvers() {
  let resolve: (text: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<string>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** A turn whose end is in the test's hands. */
function turn(isReady: () => boolean = () => true) {
  const stop = new AbortController();
  const done = withResolvers();
  const state = { begun: false };
  const start = (): Promise<string> => {
    state.begun = true;
    return done.promise;
  };
  return { isReady, start, signal: stop.signal, stop, done, state };
}

/** Lets all microtasks run. */
const settle = (): Promise<void> => vi.advanceTimersByTimeAsync(0).then(() => {});

beforeEach(() => {
  opened = 0;
  disposed = 0;
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the pool of one engine', () => {
  it('opens it for the first run, not before, and once for all', async () => {
    const pool = createEnginePool(open);
    const [a, b] = [pool.hold(), pool.hold()];
    expect([opened, pool.holders]).toEqual([0, 2]);

    await a.run({ ...turn(), start: () => Promise.resolve('a') });
    await b.run({ ...turn(), start: () => Promise.resolve('b') });

    expect(opened).toBe(1);
  });

  it('does one run at a time, in order, and passes over those that are not ready', async () => {
    const pool = createEnginePool(open);
    const hold = pool.hold();
    let isSeen = false;
    const [first, unseen, third] = [turn(), turn(() => isSeen), turn()];
    const results = [first, unseen, third].map((one) => hold.run(one));
    const begun = () => [first, unseen, third].map(({ state }) => state.begun);
    await settle();
    expect(begun()).toEqual([true, false, false]);

    first.done.resolve('1');
    await settle();
    expect(begun()).toEqual([true, false, true]);

    isSeen = true;
    hold.wake();
    await settle();
    expect(begun(), 'the third still runs').toEqual([true, false, true]);

    third.done.reject(new Error('fails'));
    await expect(results[2]).rejects.toThrow('fails');
    await settle();
    expect(begun(), 'a failure does not stop the queue').toEqual([true, true, true]);

    unseen.done.resolve('2');
    await expect(Promise.all(results.slice(0, 2))).resolves.toEqual(['1', '2']);
  });

  it('starts a waiting turn when it is woken', async () => {
    const hold = createEnginePool(open).hold();
    let isSeen = false;
    const one = turn(() => isSeen);
    void hold.run(one);
    await settle();
    expect(one.state.begun).toBe(false);

    isSeen = true;
    hold.wake();

    expect(one.state.begun).toBe(true);
  });

  it('forgets a turn that is cancelled while it waits', async () => {
    const hold = createEnginePool(open).hold();
    const [first, second] = [turn(), turn()];
    void hold.run(first);
    const waiting = hold.run(second);

    second.stop.abort();

    const error = await caughtEventually(() => waiting);
    expect(error.kind).toBe('cancelled');
    first.done.resolve('');
    await settle();
    expect(second.state.begun).toBe(false);
  });

  it('tells the one who waits when the engine cannot be opened, and tries again for the next', async () => {
    let attempts = 0;
    const hold = createEnginePool(() => {
      attempts++;
      throw new Error(`attempt ${attempts}`);
    }).hold();

    await expect(hold.run(turn())).rejects.toThrow('attempt 1');
    await expect(hold.run(turn())).rejects.toThrow('attempt 2');
  });

  it('ends the engine a while after the last has let go, and opens another later', async () => {
    const pool = createEnginePool(open, 1000);
    const [a, b] = [pool.hold(), pool.hold()];
    await a.run({ ...turn(), start: () => Promise.resolve('') });

    a.release();
    a.release();
    await vi.advanceTimersByTimeAsync(5000);
    expect([pool.holders, disposed], 'b still holds on').toEqual([1, 0]);

    b.release();
    await vi.advanceTimersByTimeAsync(999);
    expect(disposed).toBe(0);
    const c = pool.hold();
    await vi.advanceTimersByTimeAsync(5000);
    expect([disposed, pool.isOpen], 'c came in time').toEqual([0, true]);

    c.release();
    await vi.advanceTimersByTimeAsync(1000);
    expect([disposed, pool.isOpen]).toEqual([1, false]);

    await pool.hold().run({ ...turn(), start: () => Promise.resolve('') });
    expect(opened).toBe(2);
  });
});
