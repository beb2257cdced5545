// The worker: a simulator behind messages.

import { assert } from '../../core/errors.ts';
import type { FromWorker, ToWorker } from './messages.ts';
import { plainError } from './plain-error.ts';
import { Simulator } from './simulator.ts';

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
  else if (message.kind === 'ask') ask(message);
  else void run(message);
});
scope.postMessage({ kind: 'ready' });

function ask({ id, run: asked, question }: ToWorker & { readonly kind: 'ask' }): void {
  try {
    assert(simulator !== undefined, 'a worker is opened before it is asked');
    scope.postMessage({ kind: 'answer', id, answer: simulator.ask(asked, question) });
  } catch (error) {
    scope.postMessage({ kind: 'error', id, error: plainError(error) });
  }
}

async function run({ id, request }: ToWorker & { readonly kind: 'run' }): Promise<void> {
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    assert(simulator !== undefined, 'a worker is opened before it runs');
    const result = await simulator.run(id, request, {
      signal: stop.signal,
      onProgress: (progress) => scope.postMessage({ kind: 'progress', id, progress }),
      onPartial: (partial) => scope.postMessage({ kind: 'partial', id, partial }),
    });
    scope.postMessage({ kind: 'result', id, result });
  } catch (error) {
    scope.postMessage({ kind: 'error', id, error: plainError(error) });
  } finally {
    stops.delete(id);
  }
}
