// ONNX Runtime for tests: the WebAssembly that the page trains with runs in Node too.
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import type { OnnxRuntime } from '../../src/train/autodiff/runtime.ts';

// One thread: sums of floats are then added in one order on every machine.
env.wasm.numThreads = 1;

/** The runtime. */
export const runtime: OnnxRuntime = { InferenceSession, Tensor };

/** An array and its shape. */
export interface Filled {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Runs a graph: named arrays in, named arrays out. */
export type RunGraph = (
  inputs: Readonly<Record<string, Filled>>,
) => Promise<Readonly<Record<string, Float32Array>>>;

/** Loads a graph, to be run as often as wanted. */
export async function openGraph(model: Uint8Array): Promise<RunGraph> {
  const session = await InferenceSession.create(model, { intraOpNumThreads: 1 });
  return async (inputs) => {
    const tensors = Object.entries(inputs).map(([key, { data, shape }]) => [
      key,
      new Tensor('float32', data, shape),
    ]);
    const outputs: Record<string, Float32Array> = {};
    for (const [key, tensor] of Object.entries(await session.run(Object.fromEntries(tensors))))
      outputs[key] = (await tensor.getData()) as Float32Array;
    return outputs;
  };
}
