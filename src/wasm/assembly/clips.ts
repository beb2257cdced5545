// What an ADC clips off exact dot products. Only phases whose digits add up to more than the largest code can clip: their
// column sums are looked up, and what exceeds that code is taken off. Twin of shaders/clip-mac.wgsl.

import { nibblesOf, weigh } from './bit-lines';
import { addBytes, sumOfBytes, sumOfFourAt, sumOfFours } from './column-sums';
import { paddedKernels } from './dot';
import { Layer } from './layer';
import { foursOf, tableBytes, tableOfFour } from './tables';

/** Of each word: which phases can clip, a bit each. */
export function findClips(layer: Layer): void {
  const count = layer.mapHeight * layer.mapWidth * layer.blocks;
  const mask = i8x16.splat(<i8>(<i32>(1 << layer.bitsPerPhase) - 1));
  for (let word = 0; word < count; word++) {
    const from = layer.words + <usize>(word * layer.lanes);
    let phases = 0;
    for (let phase = 0; phase < layer.phases; phase++) {
      let sum = 0;
      for (let lane = 0; lane < layer.lanes; lane += 16) {
        const bytes = v128.load(from + <usize>lane);
        sum += sumOfBytes(v128.and(i8x16.shr_u(bytes, phase * layer.bitsPerPhase), mask));
      }
      if (sum > layer.largest) phases |= 1 << phase;
    }
    store<u8>(layer.clipPhases + <usize>word, <u8>phases);
  }
}

/** Whether reading every bit line of a pixel is less work than taking off what clips: where many phases can clip. */
export function clipsOften(layer: Layer, pixel: i32): bool {
  const base = load<u32>(layer.bases + 4 * <usize>pixel);
  let found = 0;
  for (let code = 0; code < layer.storedCodes; code++) {
    const word = base + load<u32>(layer.storedDistances + 4 * <usize>code);
    found += popcnt<i32>(<i32>load<u8>(layer.clipPhases + <usize>word));
  }
  return 4 * found > layer.storedCodes * layer.phases;
}

/** Takes off the clips of a pixel from its `totals`, order (tile, padded kernel); `spare` has room for a tile's. */
export function takeOffClips(layer: Layer, pixel: i32, totals: usize, spare: usize): void {
  if (!makeClipTables(layer, pixel)) return;
  const stride = paddedKernels(layer);
  for (let tile = 0; tile < layer.tiles; tile++) {
    if (!listClips(layer, tile)) continue;
    memory.fill(layer.work, 0, 4 * <usize>layer.bitLines);
    for (let phase = 0; phase < layer.phases; phase++) addExcess(layer, tile, phase);
    weigh(layer, spare);
    const to = totals + 4 * <usize>(tile * stride);
    for (let kernel = 0; kernel < layer.kernelsPerTile; kernel++) {
      const at: usize = 4 * <usize>kernel;
      store<i32>(to + at, load<i32>(to + at) - load<i32>(spare + at));
    }
  }
}

/** Tables of the phases of a pixel that can clip; false if there are none. */
function makeClipTables(layer: Layer, pixel: i32): bool {
  const fours = foursOf(layer);
  const base = load<u32>(layer.bases + 4 * <usize>pixel);
  let isAny = false;
  for (let code = 0; code < layer.storedCodes; code++) {
    const word = base + load<u32>(layer.storedDistances + 4 * <usize>code);
    const phases = load<u8>(layer.clipPhases + <usize>word);
    store<u8>(layer.flags + <usize>code, phases);
    if (phases == 0) continue;
    isAny = true;
    const from = layer.words + <usize>word * <usize>layer.lanes;
    const to = layer.tables + tableBytes(layer) * <usize>code;
    for (let phase = 0; phase < layer.phases; phase++)
      if ((phases >> <u8>phase) & 1)
        for (let four = 0; four < fours; four++)
          v128.store(
            to + <usize>(16 * (phase * fours + four)),
            tableOfFour(layer, load<u32>(from + 4 * <usize>four), phase),
          );
  }
  return isAny;
}

/** The list of a phase: how many entries, then address of the tables and distance of the cells of each. */
// @ts-ignore: decorator
@inline
function listOf(layer: Layer, phase: i32): usize {
  return layer.list + <usize>(phase * layer.listBytes);
}

/** Lists the groups of a tile that can clip, by phase; false if there are none. */
function listClips(layer: Layer, tile: i32): bool {
  const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
  const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
  const fours = foursOf(layer);
  let isAny = false;
  for (let phase = 0; phase < layer.phases; phase++) store<u32>(listOf(layer, phase), 0);
  for (let group = start; group < end; group++) {
    const slot = load<u32>(layer.slots + 4 * <usize>group);
    const phases = load<u8>(layer.flags + <usize>slot);
    if (phases == 0) continue;
    isAny = true;
    const tables = layer.tables + tableBytes(layer) * <usize>slot;
    for (let phase = 0; phase < layer.phases; phase++) {
      if (((phases >> <u8>phase) & 1) == 0) continue;
      const list = listOf(layer, phase);
      const found = load<u32>(list) + 1;
      store<u32>(list, found);
      const entry = list + 8 * <usize>found;
      store<u32>(entry, <u32>(tables + <usize>(16 * phase * fours)));
      store<u32>(entry, (group - start) * <u32>(16 * fours), 4);
    }
  }
  return isAny;
}

/** Adds what exceeds the largest code in a phase to the bit lines of a tile. */
function addExcess(layer: Layer, tile: i32, phase: i32): void {
  const list = listOf(layer, phase);
  const found = load<i32>(list);
  if (found == 0) return;
  const fours = foursOf(layer);
  const largest = i8x16.splat(<i8>layer.largest);
  const zero = i8x16.splat(0);
  const shift = phase * layer.bitsPerPhase;
  for (let sixteen = 0, vectors = layer.bitLines >> 4; sixteen < vectors; sixteen++) {
    const nibbles = nibblesOf(layer, tile, sixteen, fours);
    const mask = v128.load(layer.masks + <usize>(tile * layer.bitLines + 16 * sixteen));
    let next = 1;
    while (next <= found) {
      const stop = min(found, next + layer.togetherExcess - 1);
      let excess = zero;
      let clipped = zero;
      for (; next <= stop; next++) {
        const entry = list + 8 * <usize>next;
        const tables = <usize>load<u32>(entry);
        const cells = nibbles + <usize>load<u32>(entry, 4);
        const sums = fours == 4 ? sumOfFourAt(tables, cells) : sumOfFours(tables, cells, fours);
        const above = i8x16.sub_sat_u(sums, largest);
        excess = i8x16.add(excess, above);
        clipped = i8x16.sub(clipped, i8x16.ne(above, zero));
      }
      addBytes(layer.work + 64 * <usize>sixteen, excess, shift);
      layer.saturated += <u64>sumOfBytes(v128.and(clipped, mask));
    }
  }
}
