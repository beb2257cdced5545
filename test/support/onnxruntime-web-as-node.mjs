// Stands in for onnxruntime-node in a command line that tests start: see onnxruntime-hook.mjs.
import { env, InferenceSession, Tensor } from 'onnxruntime-web';

env.wasm.numThreads = 1;

export { env, InferenceSession, Tensor };
