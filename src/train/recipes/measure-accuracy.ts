// Accuracy of a network on a whole test set: in real arithmetic and in integers.

import { compress } from '../../compress/compress.ts';
import type { CompressedNetwork } from '../../compress/compressed-network.ts';
import { assert } from '../../core/errors.ts';
import { firstImages, type ImageSet } from '../../datasets/image-set.ts';
import { floatOutputs } from '../../network/float-forward.ts';
import { type Network, networkMacs } from '../../network/network.ts';
import { integerForward } from '../../reference/integer-network.ts';
import { accuracy } from '../../core/accuracy.ts';
import { evaluate, evaluateIntegers } from '../run/evaluate.ts';
import { isTrainable } from '../graphs/forward.ts';
import type { OnnxRuntime } from '../autodiff/runtime.ts';
import type { TrainOptions } from '../run/train-options.ts';
import { fuse, hasImageNorm } from '../../network/passes/fuse.ts';

/** What our own plain loops do in a minute or two; beyond, ONNX Runtime computes. */
const plainMacs = 2.5e10;
/** Images whose integers are compared with those of our own plain loops. */
const comparedImages = 5;

/** Shares of images classified rightly. */
export interface Accuracies {
  readonly real: number;
  /** Null where quantization was not trained. */
  readonly quantized: number | null;
  /** On the chip whose columns are read so; null where nothing is lost there. */
  readonly onChip: number | null;
}

/** Accuracy of a network as it was trained; `columns` and `groupShape` are those of the chip. */
export async function measureAccuracy(
  network: Network,
  test: ImageSet,
  runtime: OnnxRuntime,
  { columns, groupShape }: Pick<TrainOptions, 'columns' | 'groupShape'>,
): Promise<Accuracies> {
  const real = await realAccuracy(network, test, runtime);
  if (!network.precision) return { real, quantized: null, onChip: null };
  const compressed = compress(network);
  const quantized = await integerAccuracy(compressed, test, runtime);
  if (!columns) return { real, quantized, onChip: null };
  const outputs = await evaluateIntegers(compressed, test, runtime, { columns, groupShape });
  return { real, quantized, onChip: accuracy(outputs, test.labels, network.classes) };
}

/** Accuracy in real arithmetic; without ONNX Runtime by our own loops, however long they take. */
export async function realAccuracy(
  network: Network,
  test: ImageSet,
  runtime: OnnxRuntime | undefined,
): Promise<number> {
  // By our own plain forward pass where possible: what the file claims should not depend on the runtime.
  const isSmall = networkMacs(network) * test.images.images < plainMacs;
  // Its graphs have pads of pixels of 0 around normalised images.
  const outputs =
    isSmall || hasImageNorm(network) || !runtime || !fuse(network).layers.every(isTrainable)
      ? floatOutputs(network, test.images)
      : await evaluate(network, test, runtime);
  return accuracy(outputs, test.labels, network.classes);
}

/** Accuracy of an integer network, by ONNX Runtime, or by our own loops where there is none. */
export async function integerAccuracy(
  network: CompressedNetwork,
  test: ImageSet,
  runtime: OnnxRuntime | undefined,
): Promise<number> {
  if (!runtime) return accuracy(integerForward(network, test.images), test.labels, network.classes);
  const outputs = await evaluateIntegers(network, test, runtime);
  const some = firstImages(test, Math.min(comparedImages, test.images.images));
  integerForward(network, some.images).forEach((sum, i) =>
    assert(Math.fround(sum) === outputs[i], `output ${i} of ${network.name} in ONNX Runtime`),
  );
  return accuracy(outputs, test.labels, network.classes);
}
