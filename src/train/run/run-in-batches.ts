// A graph that gives outputs for a batch of images, over a whole image set.

import { activationsPerImage } from '../../core/feature-map.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import { copyImage, unchanged } from './batches.ts';
import { floatsOf, type OnnxRuntime } from '../autodiff/runtime.ts';

/** A graph with the input `images` (N, C, H, W). */
export interface BatchGraph {
  readonly model: Uint8Array;
  readonly batchSize: number;
  /** Its other inputs. */
  readonly arrays: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[];
  /** Name of the output, (N, classes). */
  readonly output: string;
  readonly classes: number;
  /** Makes 8-bit pixels what the graph wants. */
  readonly pixels: (typeof unchanged)['pixels'];
  /** Threads of the runtime; its own choice by default. */
  readonly threads?: number | undefined;
}

/** Images of a batch: few enough for any graph. */
export const batchSizeFor = (set: ImageSet): number => Math.min(100, set.images.images);

/** The outputs for every image of `set`, order (image, class). */
export async function runInBatches(
  graph: BatchGraph,
  set: ImageSet,
  runtime: OnnxRuntime,
): Promise<Float32Array> {
  const { model, batchSize, classes, pixels, threads } = graph;
  const { images: count, channels, height, width } = set.images;
  const session = await runtime.InferenceSession.create(
    model,
    threads === undefined ? {} : { intraOpNumThreads: threads },
  );
  const arrays = Object.fromEntries(
    graph.arrays.map(({ name, shape, data }) => [name, new runtime.Tensor('float32', data, shape)]),
  );
  const size = activationsPerImage(set.images);
  const change = { ...unchanged, pixels };
  try {
    const all = new Float32Array(count * classes);
    for (let first = 0; first < count; first += batchSize) {
      // The last batch is moved back to be full: some images are computed twice.
      const start = Math.min(first, count - batchSize);
      const batch = new Float32Array(batchSize * size);
      for (let i = 0; i < batchSize; i++)
        copyImage(set, start + i, batch.subarray(i * size, (i + 1) * size), change);
      const images = new runtime.Tensor('float32', batch, [batchSize, channels, height, width]);
      const { [graph.output]: outputs } = await session.run({ images, ...arrays });
      all.set(await floatsOf(outputs), start * classes);
    }
    return all;
  } finally {
    await session.release();
  }
}
