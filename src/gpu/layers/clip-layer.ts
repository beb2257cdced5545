// Dot products less what the ADC clips, or every bit line where most of them could be clipped: the device counts and
// decides, batch by batch, so that nothing is read back.

import type { MacroProgram } from '../../simulate/macro-program.ts';
import { indirectUsage } from '../buffer-pool.ts';
import type { DeviceContext } from '../device-context.ts';
import { outputCount, type GpuMap } from '../gpu-map.ts';
import { type Kernel, linearWorkgroups } from '../kernel.ts';
import {
  choiceOffsets,
  choiceWords,
  chooseReads,
  chooseReadsParams,
} from '../kernels/choose-reads.ts';
import { clipFlags, clipFlagsInvocations, clipFlagsParams } from '../kernels/clip-flags.ts';
import { clipMac, clipTiling } from '../kernels/clip-mac.ts';
import { exactMac, exactMacConstants, exactTiling } from '../kernels/exact-mac.ts';
import { packTileParams, type Tiling } from '../kernels/tile.ts';
import { bitLineTiling, bitLineValues, tiledAdcConstants, tiledMac } from '../kernels/tiled-mac.ts';
import { bitLineWeights, dotWeights } from '../tile-weights.ts';
import { firstWords, storedDistances, wordDistance } from '../word-map.ts';
import { groupTable, noNoise } from './group-table.ts';
import type { LayerBuffers, LayerRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

interface ClipKernels {
  readonly flag: Kernel;
  readonly choose: Kernel;
  readonly exact: Kernel;
  readonly clip: Kernel;
  readonly tiled: Kernel;
}

type FilledName =
  | 'dots'
  | 'bits'
  | 'tileStarts'
  | 'offsets'
  | 'groups'
  | 'bias'
  | 'stored'
  | 'choice';

/** Compiles what {@link LayerRunner} needs for a layer whose column reads lose only what is clipped. */
export async function clipLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerRunner> {
  const [makeWords, kernels] = await Promise.all([
    wordMaps(context, program, buffers, 'bytes'),
    clipKernels(context, program),
  ]);
  const { dots, bits, tileStarts, offsets, groups, bias, stored, choice } = filled(
    program,
    buffers,
  );
  const { events } = buffers;
  const params = (images: number, name: string, tiling: Tiling): GPUBuffer =>
    buffers.uniform(`${name} ${images}`, () => packTileParams(program, images, tiling, noNoise));
  const findClips = (images: number, words: GPUBuffer): GPUBuffer => {
    const invocations = clipFlagsInvocations(program, images);
    const flags = context.pool.take(4 * invocations, `${program.name}.flags`);
    const flagParams = buffers.uniform(`clip-flags ${images}`, () =>
      clipFlagsParams(program, images),
    );
    const found = [flagParams, words, stored, flags, choice];
    context.run(kernels.flag, found, linearWorkgroups(invocations));
    const chooseParams = buffers.uniform(`choose-reads ${images}`, () =>
      chooseReadsParams(program, images, context.workgroup),
    );
    context.run(kernels.choose, [chooseParams, choice], [1, 1, 1]);
    return flags;
  };
  const record = (input: GpuMap): GPUBuffer => {
    const { images } = input;
    const bytes = makeWords('bytes', input);
    const digits = makeWords('digits', input);
    const flags = findClips(images, digits);
    const sums = context.pool.take(4 * outputCount(program.output, images), `${program.name}.sums`);
    const run = (kernel: Kernel, way: keyof typeof choiceOffsets, bound: GPUBuffer[]): void =>
      context.run(kernel, bound, { buffer: choice, offset: choiceOffsets[way] });
    const exactParams = params(images, 'exact-mac', exactTiling(program, context.workgroup));
    const clipParams = params(images, 'clip-mac', clipTiling(program));
    const tiledParams = params(images, 'tiled-mac', bitLineTiling(program, context.workgroup));
    const first = buffers.table(`first words ${images}`, () => firstWords(program, images));
    const lists = [tileStarts, groups, bias];
    const exact = [exactParams, bytes, dots, tileStarts, offsets, bias, sums, events, first];
    run(kernels.exact, 'exact', exact);
    run(kernels.clip, 'clip', [clipParams, digits, bits, ...lists, flags, sums, events]);
    run(kernels.tiled, 'tiled', [tiledParams, digits, bits, ...lists, sums, events, first]);
    for (const buffer of [bytes, digits, flags]) context.pool.give(buffer);
    return sums;
  };
  return { path: 'dot product, clips corrected', record };
}

/** What does not depend on the batch. */
function filled(
  program: MacroProgram,
  buffers: LayerBuffers,
): Readonly<Record<FilledName, GPUBuffer>> {
  const distances = program.codes.map((code) => wordDistance(program, code));
  return {
    dots: buffers.filled(dotWeights(program), 'dotWeights'),
    bits: buffers.filled(bitLineWeights(program), 'bitLineWeights'),
    tileStarts: buffers.filled(program.tileStarts, 'tileStarts'),
    offsets: buffers.filled(distances, 'offsets'),
    groups: buffers.filled(groupTable(program, 'number of stored code'), 'groups'),
    bias: buffers.filled(program.bias, 'bias'),
    stored: buffers.filled(storedDistances(program), 'stored'),
    choice: buffers.filled(new Uint32Array(choiceWords), 'choice', indirectUsage),
  };
}

async function clipKernels(context: DeviceContext, program: MacroProgram): Promise<ClipKernels> {
  const unit = { multiplier: 1, addend: 0, shift: 0 };
  const clipValues = bitLineValues(program, unit, clipTiling(program));
  const flagValues = Object.fromEntries(
    Object.entries(clipValues).filter(
      ([name]) => name === 'PHASES' || tiledAdcConstants.includes(name),
    ),
  );
  const [flag, choose, exact, clip, tiled] = await Promise.all([
    context.kernel(clipFlags, flagValues),
    context.kernel(chooseReads, {}),
    context.kernel(
      exactMac,
      exactMacConstants(program, exactTiling(program, context.workgroup), false),
    ),
    context.kernel(clipMac, clipValues),
    context.kernel(
      tiledMac,
      bitLineValues(program, unit, bitLineTiling(program, context.workgroup)),
    ),
  ]);
  return { flag, choose, exact, clip, tiled };
}
