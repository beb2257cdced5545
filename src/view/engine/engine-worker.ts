// The worker: a simulator behind messages.

import { assert, errorData } from '../../core/errors.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { Simulator } from './simulator.ts';
import { holdLifeLock } from './worker-life.ts';

/** The part of a worker's global scope that is used; this fence has the window's types. */
interface WorkerScope {
  addEventListener(kind: 'message', hear: (event: MessageEvent<ToWorker>) => void): void;
  postMessage(message: FromWorker): void;
}

const scope = globalThis as unknown as WorkerScope;
const stops = new Map<number, AbortController>();
let simulator: Simulator | undefined;

scope.addEventListener('message', ({ data: message }) => {
  if (message.kind === 'open') simulator = new Simulator(message.place);
  else if (message.kind === 'cancel') stops.get(message.id)?.abort();
  else if (message.kind === 'forget') simulator?.forget(message.run);
  else if (message.kind === 'ask') void ask(message);
  else if (message.kind === 'sweep') void sweep(message);
  else void run(message);
});
void holdLifeLock().then((lock) => scope.postMessage({ kind: 'ready', lock }));

async function ask(call: ToWorker & { readonly kind: 'ask' }): Promise<void> {
  const { id } = call;
  try {
    assert(simulator !== undefined, 'a worker is opened before it is asked');
    const answer = await simulator.ask(call.run, call.question, call.recipe);
    scope.postMessage(answer ? { kind: 'answer', id, answer } : { kind: 'gone', id });
  } catch (error) {
    scope.postMessage({ kind: 'error', id, error: errorData(error) });
  }
}

async function run(call: ToWorker & { readonly kind: 'run' }): Promise<void> {
  const { id, request, isKept } = call;
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    assert(simulator !== undefined, 'a worker is opened before it runs');
    const outcome = await simulator.run(id, request, {
      isKept,
      signal: stop.signal,
      onProgress: (progress) => scope.postMessage({ kind: 'progress', id, progress }),
      onPartial: (partial) => scope.postMessage({ kind: 'partial', id, partial }),
    });
    scope.postMessage({ kind: 'result', id, outcome });
  } catch (error) {
    scope.postMessage({ kind: 'error', id, error: errorData(error) });
  } finally {
    stops.delete(id);
  }
}

async function sweep({ id, request }: ToWorker & { readonly kind: 'sweep' }): Promise<void> {
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    assert(simulator !== undefined, 'a worker is opened before it sweeps');
    await simulator.sweep(request, {
      signal: stop.signal,
      onPoint: (file) => scope.postMessage({ kind: 'point', id, file }),
    });
    scope.postMessage({ kind: 'swept', id });
  } catch (error) {
    scope.postMessage({ kind: 'error', id, error: errorData(error) });
  } finally {
    stops.delete(id);
  }
}
