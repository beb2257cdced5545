// The word map of a layer's input, and the count of its zero phases: what every tiled layer starts with.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import type { DeviceContext } from '../device-context.ts';
import { linearWorkgroups } from '../kernel.ts';
import {
  inputWords,
  inputWordsBytes,
  inputWordsConstants,
  inputWordsInvocations,
  inputWordsParams,
  type WordKind,
} from '../kernels/input-words.ts';
import {
  storedTable,
  zeroPhases,
  zeroPhasesConstants,
  zeroPhasesParams,
} from '../kernels/zero-phases.ts';
import { outputCount, type GpuMap } from '../gpu-map.ts';
import type { LayerBuffers } from './layer-runner.ts';

/** Makes the word maps of a layer. */
export interface WordMaps {
  /** Table of the stored index codes; see shaders/zero-phases.wgsl. */
  readonly stored: GPUBuffer;
  /** Records the making of a word map, and for `bytes` the count of its zero phases. */
  make(kind: WordKind, input: GpuMap): GPUBuffer;
}

/** Compiles what {@link WordMaps} needs. */
export async function wordMaps(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<WordMaps> {
  const [bytes, digits, count] = await Promise.all([
    context.kernel(inputWords, inputWordsConstants(program, 'bytes')),
    context.kernel(inputWords, inputWordsConstants(program, 'digits')),
    context.kernel(zeroPhases, zeroPhasesConstants(program)),
  ]);
  const stored = buffers.filled(storedTable(program), 'stored');
  const countZeroPhases = (words: GPUBuffer, images: number): void => {
    const params = buffers.uniform(`zero-phases ${images}`, () =>
      zeroPhasesParams(program, images),
    );
    const pixels = outputCount({ ...program.output, channels: 1 }, images);
    context.run(count, [params, words, stored, buffers.events], linearWorkgroups(pixels));
  };
  return {
    stored,
    make: (kind, { images, buffer }) => {
      const words = context.pool.take(inputWordsBytes(program, images), `${program.name}.${kind}`);
      const params = buffers.uniform(`input-words ${images}`, () =>
        inputWordsParams(program, images),
      );
      context.run(
        kind === 'bytes' ? bytes : digits,
        [params, buffer, words],
        linearWorkgroups(inputWordsInvocations(program, images)),
      );
      if (kind === 'bytes') countZeroPhases(words, images);
      return words;
    },
  };
}
