// A thread of the WebAssembly backend in Node. Bundled as text: see wasm-threads.ts.

import { parentPort } from 'node:worker_threads';
import type { ToThread } from '../wasm/messages.ts';
import { Thread } from '../wasm/thread.ts';

const thread = new Thread((message) => parentPort?.postMessage(message));
parentPort?.on('message', (message: ToThread) => thread.take(message));
