// A thread of the WebAssembly backend in a page.

import { Thread, type ThreadMessage } from '../../wasm/thread.ts';

/** The part of a worker's global scope that is used; this fence has the window's types. */
interface WorkerScope {
  addEventListener(kind: 'message', hear: (event: MessageEvent<ThreadMessage>) => void): void;
  postMessage(message: ThreadMessage): void;
}

const scope = globalThis as unknown as WorkerScope;
const thread = new Thread((message) => scope.postMessage(message));
scope.addEventListener('message', ({ data }) => thread.take(data));
