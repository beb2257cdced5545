// ONNX Runtime for tests, where it is installed: it is no dependency of ours, so these tests can be left out.
import type { OnnxRuntime } from '../../src/train/runtime.ts';

const name: string = 'onnxruntime-node';

/** The runtime, or undefined where it is not installed. */
export const runtime: OnnxRuntime | undefined = await import(name).catch(() => undefined);

if (!runtime)
  process.stderr.write(
    'SKIPPED: tests of training graphs; for them run: npm install --no-save --ignore-scripts onnxruntime-node@1.30.0\n',
  );

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
  if (!runtime) throw new Error('this test should have been skipped');
  const { Tensor, InferenceSession } = runtime;
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
