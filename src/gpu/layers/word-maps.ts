// The word map of a layer's input: what every tiled layer starts with.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import type { GpuMap } from '../gpu-map.ts';
import { linearWorkgroups } from '../kernel.ts';
import {
  inputWords,
  inputWordsBytes,
  inputWordsConstants,
  inputWordsParams,
  type WordKind,
} from '../kernels/input-words.ts';
import { readsOfWords, wordCount } from '../../simulate/word-map.ts';
import type { LayerBuffers } from './layer-runner.ts';

/** Records the making of a word map. */
export type MakeWords = (kind: WordKind, input: GpuMap) => GPUBuffer;

/**
 * Compiles what {@link MakeWords} needs.
 * @param counting the kind that a layer makes once per batch: making it counts the layer's zero phases as well
 */
export async function wordMaps(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
  counting: WordKind,
): Promise<MakeWords> {
  const [bytes, digits] = await Promise.all([
    context.kernel(inputWords, inputWordsConstants(program, 'bytes', counting === 'bytes')),
    context.kernel(inputWords, inputWordsConstants(program, 'digits', counting === 'digits')),
  ]);
  const reads = buffers.filled(readsOfWords(program), 'reads');
  return (kind, { images, buffer }) => {
    const words = context.pool.take(inputWordsBytes(program, images), `${program.name}.${kind}`);
    const params = buffers.uniform(`input-words ${images}`, () =>
      inputWordsParams(program, images),
    );
    context.run(
      kind === 'bytes' ? bytes : digits,
      { params, activations: buffer, words, reads, events: buffers.events },
      linearWorkgroups(wordCount(program, images)),
    );
    return words;
  };
}
