// Stands in for onnxruntime-node in a command line that tests start: see onnxruntime-hook.mjs. With
// MARS_TEST_SIGNAL=SIGINT:9 the process gets that signal at the ninth run of a graph, however fast the machine is.
import { setImmediate } from 'node:timers/promises';
import { env, InferenceSession as Web, Tensor } from 'onnxruntime-web';

env.wasm.numThreads = 1;

const [signal, at] = (process.env.MARS_TEST_SIGNAL ?? '').split(':');
let runs = 0;

const InferenceSession = {
  create: async (...args) => {
    const session = await Web.create(...args);
    return {
      release: () => session.release(),
      run: async (inputs) => {
        runs += 1;
        if (signal !== '' && runs === Number(at)) process.kill(process.pid, signal);
        await setImmediate(); // WebAssembly blocks its thread: signals are heard between runs
        return session.run(inputs);
      },
    };
  },
};

export { env, InferenceSession, Tensor };
