// A thread of the WebAssembly backend in Node. Bundled as text: see wasm-threads.ts.

import { parentPort } from 'node:worker_threads';
import { Thread, type ThreadMessage } from '../wasm/thread.ts';

const thread = new Thread((message) => parentPort?.postMessage(message));
parentPort?.on('message', (message: ThreadMessage) => thread.take(message));
