// What we need of ONNX Runtime. The modules onnxruntime-node and onnxruntime-web fit as they are; which one, and how it
// is loaded, is the caller's business.

import { assert } from '../../core/errors.ts';

/** A tensor of ONNX Runtime, in main memory or on a GPU. */
export interface RuntimeTensor {
  readonly dims: readonly number[];
  /** Its numbers, from wherever they are. */
  getData(): Promise<unknown>;
}

/** A loaded graph. */
export interface RuntimeSession {
  /** Computes all outputs. */
  run(
    inputs: Readonly<Record<string, RuntimeTensor>>,
  ): Promise<Readonly<Record<string, RuntimeTensor>>>;
  /** Gives its memory back. */
  release(): Promise<void>;
}

/** ONNX Runtime. */
export interface OnnxRuntime {
  /** Makes tensors of 32-bit floats. */
  readonly Tensor: new (
    type: 'float32',
    data: Float32Array,
    dims: readonly number[],
  ) => RuntimeTensor;
  readonly InferenceSession: {
    /** Loads a graph from its bytes. */
    create(
      model: Uint8Array,
      options?: { readonly intraOpNumThreads?: number },
    ): Promise<RuntimeSession>;
  };
}

/** The numbers of a float tensor. */
export async function floatsOf(tensor: RuntimeTensor | undefined): Promise<Float32Array> {
  const data = await tensor?.getData();
  assert(data instanceof Float32Array, 'the output exists and holds 32-bit floats');
  return data;
}

/** The number of a tensor that holds one. */
export async function numberOf(tensor: RuntimeTensor | undefined): Promise<number> {
  const [value] = await floatsOf(tensor);
  assert(value !== undefined, 'the output holds a number');
  return value;
}
