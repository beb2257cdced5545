// A network in ONNX Runtime, in real arithmetic or in integers: the same numbers as floatForward and integerForward, but
// fast enough to look at often.

import type { CompressedNetwork } from '../../compress/compressed-network.ts';
import { imageCodes } from '../../compress/image-codes.ts';
import type { GroupShape } from '../../compress/weight-group.ts';
import { assert } from '../../core/errors.ts';
import { withBorder } from '../../core/image-border.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import type { Network } from '../../network/network.ts';
import { fuse } from '../../network/passes/fuse.ts';
import type { OnnxRuntime } from '../autodiff/runtime.ts';
import { evaluationGraph } from '../graphs/evaluation-graph.ts';
import { integerGraph } from '../graphs/integer-graph.ts';
import { parametersOf } from '../graphs/parameters.ts';
import type { ColumnReadout } from '../operators/column-codes.ts';
import { integerPixels, realPixels } from './batches.ts';
import { batchSizeFor, runInBatches } from './run-in-batches.ts';

/**
 * The network's outputs for every image of `set`, order (image, class).
 * @throws {CimError} (network) naming a layer with another activation than ReLU
 */
export const evaluate = (
  network: Network,
  set: ImageSet,
  runtime: OnnxRuntime,
): Promise<Float32Array> => evaluateLayers(fuse(network), set, runtime);

/** {@link evaluate} for a network whose layers are fused already. */
export async function evaluateLayers(
  network: FusedNetwork,
  set: ImageSet,
  runtime: OnnxRuntime,
): Promise<Float32Array> {
  const batchSize = batchSizeFor(set);
  const model = evaluationGraph(network, batchSize);
  const arrays = parametersOf(network);
  const { classes } = network;
  const graph = { model, batchSize, arrays, output: 'logits', classes, pixels: realPixels };
  return await runInBatches(graph, set, runtime);
}

/** How to run an integer network. */
export interface IntegerRun {
  /** Of the runtime; its own choice by default. */
  readonly threads?: number | undefined;
  /** Reads the columns as the chip does, without noise; undefined: sums are exact. */
  readonly columns?: ColumnReadout | undefined;
  /** Word lines that are on together, and kernels that run together: needed with `columns`. */
  readonly groupShape?: GroupShape | undefined;
}

/**
 * The outputs of the integer network for every image of `set`, order (image, class): those of `integerForward`, or with
 * `columns` those of the macros.
 */
export async function evaluateIntegers(
  network: CompressedNetwork,
  set: ImageSet,
  runtime: OnnxRuntime,
  { threads, columns: readout, groupShape: shape }: IntegerRun = {},
): Promise<Float32Array> {
  const batchSize = batchSizeFor(set);
  assert(!readout || shape !== undefined, 'columns are read in groups');
  const columns = readout && shape && { readout, shape };
  const { model, arrays } = integerGraph(network, batchSize, columns);
  const { classes, imageTable, activationBits } = network;
  // What a table makes of pixels are codes already.
  const pixels = integerPixels(imageTable ? 8 : activationBits);
  const stored = withBorder(set.images, network.border);
  const data = imageTable ? imageCodes(network, stored) : stored.data;
  const graph = { model, batchSize, arrays, output: 'sums', classes, pixels, threads };
  return await runInBatches(graph, { ...set, images: { ...stored, data } }, runtime);
}
