// Weights as the kernels read them, made once from bytes of order (group, kernel in tile, lane).

import { eightsOf } from './analog';
import { paddedKernels } from './dot';
import { Layer } from './layer';
import { paddedColumns } from './read-noise';
import { foursOf } from './tables';

/** Weights in pairs of word lines: see `Layer.pairs`. */
export function packPairs(layer: Layer): void {
  const eights = paddedKernels(layer) >> 3;
  const lanes = layer.lanes;
  let to = layer.pairs;
  for (let tile = 0; tile < layer.tiles; tile++) {
    const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
    const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
    for (let eight = 0; eight < eights; eight++)
      for (let group = start; group < end; group++)
        for (let lane = 0; lane < lanes; lane += 2)
          for (let kernel = 8 * eight; kernel < 8 * eight + 8; kernel++, to += 4) {
            if (kernel >= layer.kernelsPerTile) {
              store<u32>(to, 0);
              continue;
            }
            const from = weightOf(layer, group, kernel, lane);
            store<i16>(to, <i16>load<i8>(from));
            store<i16>(to, <i16>load<i8>(from, 1), 2);
          }
  }
}

// @ts-ignore: decorator
@inline
function weightOf(layer: Layer, group: u32, kernel: i32, lane: i32): usize {
  const word = <usize>group * <usize>layer.kernelsPerTile + <usize>kernel;
  return layer.weights + word * <usize>layer.lanes + <usize>lane;
}

/**
 * Cells in nibbles of four word lines: see `Layer.nibbles`. `held`: what the cell of each column holds, order
 * (weight + 128, column), 0 or 1.
 */
export function packNibbles(layer: Layer, held: usize): void {
  const fours = foursOf(layer);
  const columns = layer.columns;
  let to = layer.nibbles;
  for (let tile = 0; tile < layer.tiles; tile++) {
    const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
    const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
    for (let first = 0; first < layer.bitLines; first += 16)
      for (let group = start; group < end; group++)
        for (let four = 0; four < fours; four++)
          for (let line = first; line < first + 16; line++, to++) {
            const column = line / layer.kernelsPerTile;
            if (column >= columns) {
              store<u8>(to, 0);
              continue;
            }
            const from = weightOf(layer, group, line % layer.kernelsPerTile, 4 * four);
            let nibble = 0;
            for (let cell = 0; cell < 4; cell++) {
              const weight = <i32>load<i8>(from + <usize>cell) + 128;
              nibble |= <i32>load<u8>(held + <usize>(weight * columns + column)) << cell;
            }
            store<u8>(to, <u8>nibble);
          }
  }
}

/** Every cell, order (group, kernel in tile, column, lane). `held`: as of {@link packNibbles}, any value. */
export function packCells(layer: Layer, held: usize): void {
  const columns = layer.columns;
  const words = load<u32>(layer.tileStarts + 4 * <usize>layer.tiles) * <u32>layer.kernelsPerTile;
  let to = layer.cells;
  for (let word: u32 = 0; word < words; word++)
    for (let column = 0; column < columns; column++)
      for (let lane = 0; lane < layer.lanes; lane++, to++) {
        const weight = <i32>load<i8>(layer.weights + <usize>word * <usize>layer.lanes + <usize>lane) + 128;
        const cell = lane < layer.lines ? load<u8>(held + <usize>(weight * columns + column)) : 0;
        store<u8>(to, <u8>cell);
      }
}

/** Cells with their errors: see `Layer.mixed`. `errors`: of order (group, kernel in tile, column, word line), or 0. */
export function packMixed(layer: Layer, held: usize, errors: usize): void {
  const columns = layer.columns;
  const words = load<u32>(layer.tileStarts + 4 * <usize>layer.tiles) * <u32>layer.kernelsPerTile;
  let to = layer.mixed;
  for (let word: u32 = 0; word < words; word++)
    for (let column = 0; column < columns; column++)
      for (let lane = 0; lane < layer.lanes; lane++, to += 2)
        store<i16>(to, <i16>mixedCell(layer, word, column, lane, held, errors));
}

/** The same in eights of kernels, for `analog`. */
export function packEights(layer: Layer, held: usize, errors: usize): void {
  const columns = paddedColumns(layer);
  const lines = 4 * foursOf(layer);
  let to = layer.mixed;
  for (let tile = 0; tile < layer.tiles; tile++) {
    const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
    const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
    for (let eight = 0; eight < eightsOf(layer); eight++)
      for (let group = start; group < end; group++)
        for (let column = 0; column < columns; column++)
          for (let line = 0; line < lines; line++)
            for (let kernel = 8 * eight; kernel < 8 * eight + 8; kernel++, to += 2) {
              const isCell = column < layer.columns && kernel < layer.kernelsPerTile;
              const word = group * <u32>layer.kernelsPerTile + <u32>kernel;
              const cell = isCell ? mixedCell(layer, word, column, line, held, errors) : 0;
              store<i16>(to, <i16>cell);
            }
  }
}

/** 256 cell + its error. `word`: number of (group, kernel in tile). */
// @ts-ignore: decorator
@inline
function mixedCell(
  layer: Layer,
  word: u32,
  column: i32,
  lane: i32,
  held: usize,
  errors: usize,
): i32 {
  if (lane >= layer.lines) return 0;
  const weight =
    <i32>load<i8>(layer.weights + <usize>word * <usize>layer.lanes + <usize>lane) + 128;
  const cell = 256 * <i32>load<u8>(held + <usize>(weight * layer.columns + column));
  if (errors == 0) return cell;
  const place =
    (<usize>word * <usize>layer.columns + <usize>column) * <usize>layer.lines + <usize>lane;
  return cell + <i32>load<i8>(errors + place);
}
