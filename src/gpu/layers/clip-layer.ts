// Dot products less what the ADC clips, or every bit line where most of them could be clipped: the device counts and
// decides, batch by batch, so that nothing is read back.

import { largest } from '../../core/extremes.ts';
import type { MacroProgram } from '../../simulate/macro-program.ts';
import { indirectUsage } from '../buffer-pool.ts';
import type { DeviceContext } from '../device-context.ts';
import { type BoundBuffers, type Kernel, type KernelOf, linearWorkgroups } from '../kernel.ts';
import {
  choiceOffsets,
  choiceWords,
  chooseReads,
  chooseReadsParams,
} from '../kernels/choose-reads.ts';
import { clipFlags, clipFlagsInvocations, clipFlagsParams } from '../kernels/clip-flags.ts';
import { clipMac, clipTiling } from '../kernels/clip-mac.ts';
import { exactMac, exactMacConstants, exactTiling } from '../kernels/exact-mac.ts';
import { packTileParams, productUnits, type Tiling } from '../kernels/tile.ts';
import { bitLineTiling, bitLineValues, tiledAdcConstants, tiledMac } from '../kernels/tiled-mac.ts';
import { type LayerPart, layerParts } from '../layer-parts.ts';
import { bitLineWeights, bitLineWords, dotWeights, dotWords } from '../tile-weights.ts';
import { firstWords, storedDistances, wordDistance } from '../../simulate/word-map.ts';
import { groupTable, noNoise } from './group-table.ts';
import { type LayerBuffers, type LayerWay, layerWay, type PartRunner } from './layer-runner.ts';
import { wordMaps } from './word-maps.ts';

interface ClipKernels {
  readonly flag: KernelOf<typeof clipFlags>;
  readonly choose: KernelOf<typeof chooseReads>;
  readonly exact: KernelOf<typeof exactMac>;
  readonly clip: KernelOf<typeof clipMac>;
  readonly tiled: KernelOf<typeof tiledMac>;
}

/** The input as words of bytes, and as words of digits. */
type WordMaps = Readonly<Record<'bytes' | 'digits', GPUBuffer>>;

type Filled = Readonly<
  Record<
    'dots' | 'bits' | 'tileStarts' | 'offsets' | 'groups' | 'bias' | 'stored' | 'choice',
    GPUBuffer
  >
>;

/** Compiles what {@link LayerWay} needs for a layer whose column reads lose only what is clipped. */
export async function clipLayer(
  context: DeviceContext,
  program: MacroProgram,
  buffers: LayerBuffers,
): Promise<LayerWay> {
  const perGroup = 4 * Math.max(dotWords(program), bitLineWords(program));
  const tilings = tilingsOf(context, program);
  const workgroups = largest(tilings.map(({ slots, kernels }) => slots / kernels));
  const bytes = { perGroup, perTile: 4, fixed: 4 };
  const cut = layerParts(program, context.limits, bytes, workgroups);
  const [makeWords, kernels] = await Promise.all([
    wordMaps(context, program, buffers, 'bytes'),
    clipKernels(context, program, !cut.wide),
  ]);
  return layerWay(
    { path: 'dot product, clips corrected', cut, units: productUnits },
    (input) => ({ bytes: makeWords('bytes', input), digits: makeWords('digits', input) }),
    cut.parts.map((part, number) => partRunner(context, { part, number, buffers, kernels })),
  );
}

/** Of exact-mac, clip-mac and tiled-mac. */
const tilingsOf = (
  { workgroup }: DeviceContext,
  program: MacroProgram,
): readonly [Tiling, Tiling, Tiling] => [
  exactTiling(program, workgroup),
  clipTiling(program),
  bitLineTiling(program, workgroup),
];

/** A part, and what its runner needs. */
interface ClipPart {
  readonly part: LayerPart;
  readonly number: number;
  readonly buffers: LayerBuffers;
  readonly kernels: ClipKernels;
}

function partRunner(context: DeviceContext, one: ClipPart): PartRunner<WordMaps> {
  const { part, number, buffers, kernels } = one;
  const { program } = part;
  const own = filled(program, buffers);
  const { dots, bits, tileStarts: tile_starts, offsets, groups, bias, choice } = own;
  const { events } = buffers;
  const [exactTiles, clipTiles, readTiles] = tilingsOf(context, program);
  const params = (images: number, name: string, tiling: Tiling): GPUBuffer =>
    buffers.uniform(`${name} ${number} ${images}`, () =>
      // At step 1 and offset 0 a level is a unit discharge.
      packTileParams(part, images, tiling, { noise: noNoise, units: productUnits }),
    );
  return ({ images }, { bytes, digits }, sums) => {
    const flags = findClips(context, one, own, { images, digits });
    const run = <Name extends string>(
      kernel: Kernel<Name>,
      way: keyof typeof choiceOffsets,
      bound: BoundBuffers<NoInfer<Name>>,
    ): void => context.run(kernel, bound, { buffer: choice, offset: choiceOffsets[way] });
    const exactParams = params(images, 'exact-mac', exactTiles);
    const clipParams = params(images, 'clip-mac', clipTiles);
    const tiledParams = params(images, 'tiled-mac', readTiles);
    const first_words = buffers.table(`first words ${images}`, () => firstWords(program, images));
    const common = { tile_starts, bias, sums, events };
    const dotProducts = { words: bytes, weights: dots, offsets, first_words };
    run(kernels.exact, 'exact', { ...common, ...dotProducts, params: exactParams });
    const bitLines = { ...common, words: digits, weights: bits, groups };
    run(kernels.clip, 'clip', { ...bitLines, flags, params: clipParams });
    run(kernels.tiled, 'tiled', { ...bitLines, first_words, params: tiledParams });
    context.pool.give(flags);
  };
}

/** Records how a part's reads are chosen; gives the flags of phases that could clip. */
function findClips(
  context: DeviceContext,
  { part: { program }, number, buffers, kernels }: ClipPart,
  { stored, choice }: Filled,
  { images, digits }: { readonly images: number; readonly digits: GPUBuffer },
): GPUBuffer {
  const invocations = clipFlagsInvocations(program, images);
  const flags = context.pool.take(4 * invocations, `${program.name}.flags`);
  const flagParams = buffers.uniform(`clip-flags ${number} ${images}`, () =>
    clipFlagsParams(program, images),
  );
  const found = { params: flagParams, words: digits, stored, flags, choice };
  context.run(kernels.flag, found, linearWorkgroups(invocations));
  const chooseParams = buffers.uniform(`choose-reads ${number} ${images}`, () =>
    chooseReadsParams(program, images, context.workgroup),
  );
  context.run(kernels.choose, { params: chooseParams, choice }, [1, 1, 1]);
  return flags;
}

/** What does not depend on the batch. */
function filled(program: MacroProgram, buffers: LayerBuffers): Filled {
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

async function clipKernels(
  context: DeviceContext,
  program: MacroProgram,
  finish: boolean,
): Promise<ClipKernels> {
  const unit = { multiplier: 1, addend: 0, shift: 0 };
  const [exactTiles, clipTiles, readTiles] = tilingsOf(context, program);
  const clipValues = bitLineValues(program, unit, clipTiles, finish);
  const flagValues = Object.fromEntries(
    Object.entries(clipValues).filter(
      ([name]) => name === 'PHASES' || tiledAdcConstants.includes(name),
    ),
  );
  const [flag, choose, exact, clip, tiled] = await Promise.all([
    context.kernel(clipFlags, flagValues),
    context.kernel(chooseReads, {}),
    context.kernel(exactMac, exactMacConstants(program, exactTiles, false)),
    context.kernel(clipMac, clipValues),
    context.kernel(tiledMac, bitLineValues(program, unit, readTiles, finish)),
  ]);
  return { flag, choose, exact, clip, tiled };
}
