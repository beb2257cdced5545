// One engine for all elements of a page: opened for the first run, ended a little after the last element goes.

import { CimError } from '../../core/errors.ts';
import type { Engine } from '../engine/engine.ts';

/** A run that waits for its turn. */
export interface Turn<T> {
  /** Whether it may start; asked again after each `wake`. */
  readonly isReady: () => boolean;
  /** Does it; nothing else runs meanwhile. */
  readonly start: (engine: Engine) => Promise<T>;
  readonly signal: AbortSignal;
}

/** One element's hold on the engine. */
export interface EngineHold {
  /**
   * Does `turn.start` when nothing else runs and the turn is ready; turns go first come, first served among the ready.
   * @throws {CimError} (cancelled) when the signal says so before the start; else what `start` throws
   */
  run<T>(turn: Turn<T>): Promise<T>;
  /** To be called when a turn may have become ready. */
  wake(): void;
  /** Lets go; a second call does nothing. */
  release(): void;
}

/** Who hands the engine out. */
export interface EnginePool {
  /** Keeps the engine open, or opens it for the first run, until the hold is released. */
  hold(): EngineHold;
  /** How many hold on. */
  readonly holders: number;
  readonly isOpen: boolean;
}

/** Time that the engine is kept for an element that comes next, such as one moved by a framework, in milliseconds. */
const defaultLinger = 3000;

interface Waiting {
  readonly isReady: () => boolean;
  /** Never rejects: it tells whoever waits. */
  readonly begin: () => Promise<void>;
}

/**
 * A pool of one engine.
 * @param open opens it; called for the first run, and again for a run after it was ended
 * @param lingerMs from the last `release` to the end of the engine, 3000 by default
 */
export function createEnginePool(open: () => Engine, lingerMs: number = defaultLinger): EnginePool {
  let engine: Engine | undefined;
  let holders = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const queue = createQueue();

  const run = <T>({ isReady, start, signal }: Turn<T>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      if (signal.aborted) return reject(cancelled());
      const leave = (): void => {
        queue.remove(entry);
        reject(cancelled());
      };
      const entry: Waiting = {
        isReady,
        begin: async () => {
          signal.removeEventListener('abort', leave);
          try {
            resolve(await start((engine ??= open())));
          } catch (error) {
            reject(error);
          }
        },
      };
      signal.addEventListener('abort', leave, { once: true });
      queue.add(entry);
    });
  const release = (): void => {
    holders--;
    if (holders > 0) return;
    timer = setTimeout(() => {
      engine?.dispose();
      engine = undefined;
    }, lingerMs);
  };

  return {
    hold: () => {
      holders++;
      clearTimeout(timer);
      let isHeld = true;
      return {
        run,
        wake: queue.next,
        release: () => {
          if (isHeld) release();
          isHeld = false;
        },
      };
    },
    get holders() {
      return holders;
    },
    get isOpen() {
      return engine !== undefined;
    },
  };
}

/** One at a time, the first that is ready. */
function createQueue(): {
  readonly add: (entry: Waiting) => void;
  readonly remove: (entry: Waiting) => void;
  readonly next: () => void;
} {
  const waiting: Waiting[] = [];
  let busy = false;
  const goOn = async (): Promise<void> => {
    const index = waiting.findIndex((one) => one.isReady());
    const [entry] = busy || index < 0 ? [] : waiting.splice(index, 1);
    if (entry === undefined) return;
    busy = true;
    await entry.begin();
    busy = false;
    await goOn();
  };
  const next = (): void => void goOn();
  return {
    add: (entry) => {
      waiting.push(entry);
      next();
    },
    remove: (entry) => {
      const index = waiting.indexOf(entry);
      if (index >= 0) waiting.splice(index, 1);
    },
    next,
  };
}

const cancelled = (): CimError => new CimError('cancelled', { what: 'cancelled' });
