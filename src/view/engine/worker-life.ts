// Notices the death of a worker. One that ends itself or runs out of memory fires no event; but the browser then lets go
// of the locks it held, so that whoever waits for such a lock hears of it.

import { CimError } from '../../core/errors.ts';

/** What a page does about a worker. */
export interface WorkerWatch {
  /** Also waits for the worker's lock; undefined: there is none. */
  watchLock(name: string | undefined): void;
  /** Ends the worker on purpose: no death is reported then. */
  end(): void;
}

/** Older browsers and insecure pages have no locks, whatever the types say. */
const locksHere = (): LockManager | undefined =>
  (globalThis as { readonly navigator?: { readonly locks?: LockManager } }).navigator?.locks;

/**
 * In a worker: takes a lock that it holds as long as it lives.
 * @returns its name, for `watchLock`; undefined where there are no locks, as in a sandboxed frame
 */
export function holdLifeLock(): Promise<string | undefined> {
  const locks = locksHere();
  if (!locks) return Promise.resolve(undefined);
  const name = `mars-cim worker ${performance.timeOrigin} ${Math.random()}`;
  return new Promise((resolve) => {
    const whileAlive = (): Promise<never> => {
      resolve(name);
      return new Promise(() => undefined);
    };
    locks.request(name, whileAlive).catch(() => resolve(undefined));
  });
}

/**
 * In a page: watches a worker until it ends.
 * @param onDeath called once when the worker dies by itself; the worker is terminated before
 */
export function watchWorker(worker: Worker, onDeath: (why: string) => void): WorkerWatch {
  const stop = new AbortController();
  const end = (): void => {
    stop.abort();
    worker.terminate();
  };
  const die = (why: string): void => {
    if (stop.signal.aborted) return;
    end();
    onDeath(why);
  };
  worker.addEventListener('error', ({ message }) => die(message));
  worker.addEventListener('messageerror', () => die('its message cannot be read'));
  return {
    end,
    watchLock: (name) => {
      const locks = locksHere();
      if (name === undefined || !locks || stop.signal.aborted) return;
      const { signal } = stop;
      // Rejects when the watch ends, and where locks are forbidden: errors alone are heard then.
      locks.request(name, { signal }, () => die('')).catch(() => undefined);
    },
  };
}

/** What those are told who wait for a worker that has died. */
export const deadWorker = (whose: string, why: string, todo: string): CimError =>
  new CimError('environment', {
    what: `the worker of ${whose} has stopped${why === '' ? '' : `: ${why}`}`,
    todo,
  });
