// What the machine calls: one image of one layer at a time, or some of its output pixels, of which the first thread has the
// first: it alone counts what belongs to the input.

import { analogImage } from './analog';
import { bitLines } from './bit-lines';
import { tableLines } from './by-table';
import { Conv } from './convolve';
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
import { wideAnalogPixel } from './wide-analog';

export { convolveImage } from './convolve';
export { packCells, packEights, packMixed, packNibbles, packPairs } from './pack';
export { poolImage } from './pool';
export { requantizeImage } from './requantize';

/** First byte that is free. */
export function firstFree(): usize {
  return __heap_base;
}

/** Bytes of a Layer, a Requantizer, a Pool and a Conv: what TypeScript writes must be as long. */
export function layerBytes(): i32 {
  return offsetof<Layer>();
}
export function requantizerBytes(): i32 {
  return offsetof<Requantizer>();
}
export function poolBytes(): i32 {
  return offsetof<Pool>();
}
export function convBytes(): i32 {
  return offsetof<Conv>();
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
  for (let first = layer.firstPixel; first < layer.endPixel; first += 4) {
    const count = min(4, layer.endPixel - first);
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
      bitLines(layer, first + i, layer.totals);
      finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, first + i));
    }
  }
}

/** The same by every column read. */
export function runBitLines(layer: Layer, image: usize, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = layer.firstPixel; pixel < layer.endPixel; pixel++) {
    bitLines(layer, pixel, layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same of an ADC by any table. */
export function runTable(layer: Layer, image: usize, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = layer.firstPixel; pixel < layer.endPixel; pixel++) {
    tableLines(layer, pixel, layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same with noise that is a few levels. `number`: of the image's first pixel in the run, modulo 2^32. */
export function runNoisy(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = layer.firstPixel; pixel < layer.endPixel; pixel++) {
    noisyLines(layer, pixel, pcg(layer.noiseKey + number + <u32>pixel), layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same with noise of every kind. */
export function runAnalog(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  analogImage(layer, number, sums);
}

/** The same where 16 bits do not hold it. */
export function runWideAnalog(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = layer.firstPixel; pixel < layer.endPixel; pixel++) {
    wideAnalogPixel(layer, pixel, pcg(layer.noiseKey + number + <u32>pixel), layer.totals);
    finishLevels(layer, layer.totals, layer.kernelsPerTile, sumsOf(layer, sums, pixel));
  }
}

/** The same by plain loops. */
export function runGeneral(layer: Layer, image: usize, number: u32, sums: usize): void {
  inputWords(layer, image);
  countZeroReads(layer);
  for (let pixel = layer.firstPixel; pixel < layer.endPixel; pixel++)
    generalPixel(
      layer,
      pixel,
      pcg(layer.noiseKey + number + <u32>pixel),
      sumsOf(layer, sums, pixel),
    );
}
