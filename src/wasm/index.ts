// WebAssembly: `import { openWasm } from 'mars-cim/wasm'`, for machines without a GPU. Its types name none of
// WebAssembly's, which Node's do not have.

export { useWasmConvolutions } from './convolutions.ts';
export { Thread, type ThreadMessage } from './thread.ts';
export type { OpenThread, ThreadEvents, ThreadPort } from './thread-link.ts';
export { openWasm, type WasmOptions } from './wasm-backend.ts';
