// The training worker: one training behind messages. Nothing of ONNX Runtime is loaded before it is asked for.

import { errorData } from '../../../core/errors.ts';
import { holdLifeLock } from '../worker-life.ts';
import type { FromTrainer, ToTrainer, TrainingRequest } from './training-messages.ts';

/** The part of a worker's global scope that is used; this fence has the window's types. */
interface WorkerScope {
  addEventListener(kind: 'message', hear: (event: MessageEvent<ToTrainer>) => void): void;
  postMessage(message: FromTrainer): void;
}

const scope = globalThis as unknown as WorkerScope;
const stop = new AbortController();

scope.addEventListener('message', ({ data: message }) => {
  if (message.kind === 'stop') stop.abort();
  else void run(message.request);
});

void holdLifeLock().then((lock) => scope.postMessage({ kind: 'ready', lock }));

async function run(request: TrainingRequest): Promise<void> {
  try {
    // Here, and not above: what is wrong while modules are loaded is told as an error, too.
    const { trainInPage } = await import('./train-in-page.ts');
    const result = await trainInPage(request, {
      signal: stop.signal,
      onProgress: (progress) => scope.postMessage({ kind: 'progress', progress }),
      onEpoch: (record) => scope.postMessage({ kind: 'epoch', record }),
      onGroups: (layers) => scope.postMessage({ kind: 'groups', layers }),
      onCheckpoint: (bytes) => scope.postMessage({ kind: 'checkpoint', bytes }),
    });
    scope.postMessage({ kind: 'result', result });
  } catch (error) {
    scope.postMessage({ kind: 'error', error: errorData(error) });
  }
}
