// What the machine calls: one image of one layer at a time.

import { analogPixel } from './analog';
import { bitLines, clips } from './bit-lines';
import { clipsOften, findClips, takeOffClips } from './clips';
import { dotProducts, paddedKernels, widenWords } from './dot';
import { finishExact, finishLevels } from './finish';
import { generalPixel } from './general';
import { countZeroReads, inputWords } from './input-words';
import { Layer } from './layer';
import { noisyLines } from './noisy';
import { Pool } from './pool';
import { pcg } from './random';
import { Requantizer } from './requantize';

export { packCells, packMixed, packNibbles, packPairs } from './pack';
export { poolImage } from './pool';
export { requantizeImage } from './requantize';

/** First byte that is free. */
export function firstFree(): usize {
  return __heap_base;
}

/** Bytes of a Layer, a Requantizer and a Pool: what TypeScript writes must be as long. */
export function layerBytes(): i32 {
  return offsetof<Layer>();
}
export function requantizerBytes(): i32 {
  return offsetof<Requantizer>();
}
export function poolBytes(): i32 {
  return offsetof<Pool>();
}

// @ts-ignore: decorator
@inline
function sumsOf(layer: Layer, sums: usize, pixel: i32): usize {
  return sums + 4 * <usize>(pixel * layer.kernels);
}

/** `sums`, order (pixel, kernel), of an image, as exact dot products; less what the ADC clips off them, if told so. */
export function runDot(layer: Layer, image: usize, clipped: bool, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  widenWords(layer);
  if (clipped) findClips(layer);
  const stride = paddedKernels(layer);
  const row: usize = 4 * <usize>(layer.tiles * stride);
  const spare = layer.totals + 4 * row;
  for (let first = 0; first < layer.pixels; first += 4) {
    const count = min(4, layer.pixels - first);
    let often = 0;
    if (clipped)
      for (let i = 0; i < count; i++) if (clipsOften(layer, first + i)) often |= 1 << i;
    if (often != (1 << count) - 1) dotProducts(layer, first);
    for (let i = 0; i < count; i++) {
      if ((often >> i) & 1) continue;
      const totals = layer.totals + row * <usize>i;
      if (clipped) takeOffClips(layer, first + i, totals, spare);
      finishExact(layer, totals, stride, sumsOf(layer, sums, first + i));
    }
    for (let i = 0; i < count; i++) {
      if (((often >> i) & 1) == 0) continue;
      bitLines(layer, first + i, clips, layer.totals);
      finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, first + i));
    }
  }
}

/** The same by every column read: `readout` is `clips` or `byTable` of bit-lines.ts. */
export function runBitLines(layer: Layer, image: usize, readout: i32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = 0; pixel < layer.pixels; pixel++) {
    bitLines(layer, pixel, readout, layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same with noise that is a few levels. `number`: of the image's first pixel in the run, modulo 2^32. */
export function runNoisy(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = 0; pixel < layer.pixels; pixel++) {
    noisyLines(layer, pixel, pcg(layer.noiseKey + number + <u32>pixel), layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same with noise of every kind. */
export function runAnalog(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = 0; pixel < layer.pixels; pixel++) {
    analogPixel(layer, pixel, pcg(layer.noiseKey + number + <u32>pixel), layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same by plain loops. */
export function runGeneral(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = 0; pixel < layer.pixels; pixel++)
    generalPixel(
      layer,
      pixel,
      pcg(layer.noiseKey + number + <u32>pixel),
      sumsOf(layer, sums, pixel),
    );
}
