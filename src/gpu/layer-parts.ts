// Cuts a layer into parts, where one binding does not hold its weights, one dispatch not its kernels, or 32 bits not the
// sums of a whole group list. A part is a program of its own: some kernel tiles, and a stretch of each one's list.

import { CimError } from '../core/errors.ts';
import { fitsWords, largestCodes, longestList } from '../simulate/sum-bounds.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';

/** A part of a layer. */
export interface LayerPart {
  /** Its tiles and groups as a program: kernel 0 is the part's first. */
  readonly program: MacroProgram;
  /** Number in the layer of its first kernel. */
  readonly firstKernel: number;
  /** Kernels of the whole layer. */
  readonly allKernels: number;
}

/** How a layer is cut. */
export interface LayerParts {
  readonly parts: readonly LayerPart[];
  /**
   * Whether parts give codes that are to be added up in 64 bits and finished afterwards; else each kernel is in one
   * part, which gives its sums.
   */
  readonly wide: boolean;
}

/** Bytes of the largest buffer that a kernel binds for the weights of a part. */
export interface WeightBytes {
  readonly perGroup: number;
  readonly perTile: number;
  readonly fixed: number;
}

/** What a part may take. */
export interface PartLimits {
  /** Bytes of a binding. */
  readonly binding: number;
  /** Largest magnitude of codes that a part may add up: below 2^31. */
  readonly codes: number;
}

/** The least that WebGPU promises for maxComputeWorkgroupsPerDimension. */
const workgroupsPerDimension = 65535;

/**
 * Cuts a layer.
 * @param workgroupsPerTile of a dispatch, along its first dimension
 * @throws {CimError} (memory) when not even one group fits a binding, or one tile a dispatch
 */
export function layerParts(
  program: MacroProgram,
  limits: PartLimits,
  bytes: WeightBytes,
  workgroupsPerTile: number,
): LayerParts {
  const longest = longestList(program);
  const maxGroups = Math.floor((limits.binding - bytes.fixed - bytes.perTile) / bytes.perGroup);
  const maxAdded = Math.floor(limits.codes / Math.max(1, largestCodes(program)));
  checkOneGroup(program, maxGroups, workgroupsPerTile);
  const fits = fitsWords(program) && longest * largestCodes(program) <= limits.codes;
  const stretch = Math.max(1, Math.min(maxGroups, fits ? longest : maxAdded));
  const parts: LayerPart[] = [];
  for (let first = 0; first === 0 || first < longest; first += stretch) {
    const lists = { first, end: first + stretch };
    for (const tiles of tileRanges(program, lists, (tileCount, groups) => {
      const size = bytes.fixed + tileCount * bytes.perTile + groups * bytes.perGroup;
      return size <= limits.binding && tileCount * workgroupsPerTile <= workgroupsPerDimension;
    }))
      parts.push(partOf(program, tiles, lists));
  }
  return { parts, wide: !fits || stretch < longest };
}

/** A range of numbers: of tiles, or of places in a group list. */
interface Range {
  readonly first: number;
  readonly end: number;
}

/** Neighbouring tiles, as many at a time as fit with the groups of `lists`; those without any are left out of later stretches. */
function tileRanges(
  program: MacroProgram,
  lists: Range,
  fits: (tiles: number, groups: number) => boolean,
): readonly Range[] {
  const ranges: Range[] = [];
  const tiles = program.tileStarts.length - 1;
  let first = 0;
  let groups = 0;
  const close = (end: number): void => {
    if (end > first && (groups > 0 || lists.first === 0)) ranges.push({ first, end });
    first = end;
    groups = 0;
  };
  for (let tile = 0; tile < tiles; tile++) {
    const { first: from, end } = groupsOf(program, tile, lists);
    if (!fits(tile + 1 - first, groups + end - from)) close(tile);
    groups += end - from;
  }
  close(tiles);
  return ranges;
}

/** The groups of a tile in a stretch of its list, by their number in the layer. */
function groupsOf({ tileStarts }: MacroProgram, tile: number, lists: Range): Range {
  const start = tileStarts[tile] as number;
  const stop = tileStarts[tile + 1] as number;
  return { first: Math.min(stop, start + lists.first), end: Math.min(stop, start + lists.end) };
}

/** The stretch `lists` of the group lists of `tiles` as a program of its own. */
export function partOf(program: MacroProgram, tiles: Range, lists: Range): LayerPart {
  const { kernelsPerTile, output } = program;
  const count = tiles.end - tiles.first;
  const firstKernel = tiles.first * kernelsPerTile;
  const kernels = Math.min(output.channels - firstKernel, count * kernelsPerTile);
  const ranges = Array.from({ length: count }, (_, i) => groupsOf(program, tiles.first + i, lists));
  const tileStarts = new Uint32Array(count + 1);
  ranges.forEach(({ first, end }, i) => {
    tileStarts[i + 1] = (tileStarts[i] as number) + end - first;
  });
  const { noise } = program;
  const columns = kernelsPerTile * program.columns.factors.length;
  const part: MacroProgram = {
    ...program,
    output: { ...output, channels: kernels },
    tileStarts,
    codes: gathered(program.codes, ranges, 1),
    weights: gathered(program.weights, ranges, kernelsPerTile * program.wordLinesOn),
    bias: program.bias.subarray(firstKernel, firstKernel + kernels),
    noise: noise && {
      ...noise,
      columnOffsets: noise.columnOffsets.subarray(tiles.first * columns, tiles.end * columns),
      columnGains: noise.columnGains.subarray(tiles.first * columns, tiles.end * columns),
      cellErrors:
        noise.cellErrors && gathered(noise.cellErrors, ranges, columns * program.wordLinesOn),
    },
  };
  return { program: part, firstKernel, allKernels: output.channels };
}

/** What belongs to the groups of `ranges`, `perGroup` elements each: without a copy where they follow each other. */
function gathered<T extends Uint32Array | Int8Array>(
  whole: T,
  ranges: readonly Range[],
  perGroup: number,
): T {
  const filled = ranges.filter(({ first, end }) => end > first);
  const isOne = filled.every(({ first }, i) => i === 0 || first === filled[i - 1]?.end);
  const slice = (first: number, end: number): T =>
    whole.subarray(first * perGroup, end * perGroup) as T;
  if (isOne) return slice(filled[0]?.first ?? 0, filled.at(-1)?.end ?? 0);
  const groups = filled.reduce((sum, { first, end }) => sum + end - first, 0);
  const length = groups * perGroup;
  const target = (
    whole instanceof Int8Array ? new Int8Array(length) : new Uint32Array(length)
  ) as T;
  let at = 0;
  for (const { first, end } of filled) {
    target.set(slice(first, end), at);
    at += (end - first) * perGroup;
  }
  return target;
}

function checkOneGroup(program: MacroProgram, maxGroups: number, workgroupsPerTile: number): void {
  if (maxGroups >= 1 && workgroupsPerTile <= workgroupsPerDimension) return;
  throw new CimError('memory', {
    what: `the ${program.kernelsPerTile} kernels that run together are more than the adapter binds or dispatches at once`,
    where: program.name,
    todo: 'use a chip with fewer macros per core, or the reference backend',
  });
}
