// Dot products of words and weights, where the ADC loses nothing: twin of shaders/exact-mac.wgsl. Four pixels and eight
// kernels at a time, so that their sums stay in registers; word lines in pairs, which one instruction multiplies and adds.

import { Layer } from './layer';

/** Words as pairs of 16 bits. */
export function widenWords(layer: Layer): void {
  const bytes = layer.mapHeight * layer.mapWidth * layer.blocks * layer.lanes;
  for (let at = 0; at < bytes; at += 16) {
    const word = v128.load(layer.words + <usize>at);
    const to = layer.wordPairs + 2 * <usize>at;
    v128.store(to, i16x8.extend_low_i8x16_u(word));
    v128.store(to, i16x8.extend_high_i8x16_u(word), 16);
  }
}

/** Kernels of a tile, padded to eights. */
// @ts-ignore: decorator
@inline
export function paddedKernels(layer: Layer): i32 {
  return (layer.kernelsPerTile + 7) & ~7;
}

/** Dot products of pixels `first ... first + 3` with every kernel: `layer.totals`, order (pixel, tile, padded kernel). */
export function dotProducts(layer: Layer, first: i32): void {
  const wordBytes: usize = 2 * <usize>layer.lanes;
  const last = layer.pixels - 1;
  const p0 = layer.wordPairs + wordBytes * <usize>load<u32>(layer.bases + 4 * <usize>first);
  const p1 = layer.wordPairs + wordBytes * <usize>load<u32>(layer.bases + 4 * <usize>min(first + 1, last));
  const p2 = layer.wordPairs + wordBytes * <usize>load<u32>(layer.bases + 4 * <usize>min(first + 2, last));
  const p3 = layer.wordPairs + wordBytes * <usize>load<u32>(layer.bases + 4 * <usize>min(first + 3, last));
  const eights = paddedKernels(layer) >> 3;
  const row: usize = 4 * <usize>(layer.tiles * eights * 8);
  const pairBytes: usize = 16 * wordBytes / 2;
  for (let tile = 0; tile < layer.tiles; tile++) {
    const start = load<u32>(layer.tileStarts + 4 * <usize>tile);
    const end = load<u32>(layer.tileStarts + 4 * <usize>tile, 4);
    for (let eight = 0; eight < eights; eight++) {
      let weights =
        layer.pairs +
        (<usize>start * <usize>eights + <usize>eight * <usize>(end - start)) * pairBytes;
      let a0 = i32x4.splat(0), a1 = i32x4.splat(0), b0 = i32x4.splat(0), b1 = i32x4.splat(0);
      let c0 = i32x4.splat(0), c1 = i32x4.splat(0), d0 = i32x4.splat(0), d1 = i32x4.splat(0);
      for (let group: usize = <usize>start; group < <usize>end; group++) {
        const distance = wordBytes * <usize>load<u32>(layer.distances + 4 * group);
        const words = p0 + distance;
        const q1 = p1 + distance;
        const q2 = p2 + distance;
        const q3 = p3 + distance;
        for (let at: usize = 0; at < wordBytes; at += 8) {
          let w0 = v128.load(weights);
          let w1 = v128.load(weights, 16);
          let x = v128.load32_splat(words + at);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w1));
          x = v128.load32_splat(q1 + at);
          b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w0));
          b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
          x = v128.load32_splat(q2 + at);
          c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, w0));
          c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, w1));
          x = v128.load32_splat(q3 + at);
          d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, w0));
          d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, w1));
          w0 = v128.load(weights, 32);
          w1 = v128.load(weights, 48);
          x = v128.load32_splat(words + at, 4);
          a0 = i32x4.add(a0, i32x4.dot_i16x8_s(x, w0));
          a1 = i32x4.add(a1, i32x4.dot_i16x8_s(x, w1));
          x = v128.load32_splat(q1 + at, 4);
          b0 = i32x4.add(b0, i32x4.dot_i16x8_s(x, w0));
          b1 = i32x4.add(b1, i32x4.dot_i16x8_s(x, w1));
          x = v128.load32_splat(q2 + at, 4);
          c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, w0));
          c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, w1));
          x = v128.load32_splat(q3 + at, 4);
          d0 = i32x4.add(d0, i32x4.dot_i16x8_s(x, w0));
          d1 = i32x4.add(d1, i32x4.dot_i16x8_s(x, w1));
          weights += 64;
        }
      }
      const to = layer.totals + 32 * <usize>(tile * eights + eight);
      v128.store(to, a0);
      v128.store(to, a1, 16);
      v128.store(to + row, b0);
      v128.store(to + row, b1, 16);
      v128.store(to + 2 * row, c0);
      v128.store(to + 2 * row, c1, 16);
      v128.store(to + 3 * row, d0);
      v128.store(to + 3 * row, d1, 16);
    }
  }
}
