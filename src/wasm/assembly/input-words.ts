// Inputs as words: the activations of the word lines of every block, at every pixel of the word map, with a border of
// what stands for 0. Twin of src/reference/input-phases.ts.

import { Layer } from './layer';

/** Fills `layer.words` from one image, and counts the phases of each word that drive nothing. */
export function inputWords(layer: Layer, image: usize): void {
  const wordBytes: usize = <usize>layer.lanes;
  const count = layer.mapHeight * layer.mapWidth * layer.blocks;
  memory.fill(layer.words, 0, <usize>count * wordBytes);
  const height = min(layer.wordsHeight, layer.mapHeight - layer.borderTop);
  const width = min(layer.wordsWidth, layer.mapWidth - layer.borderLeft);
  const isPlain = hasPixelsAsWords(layer);
  if (layer.padCode != 0) fillPads(layer, count / layer.blocks);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const pixel = (y + layer.borderTop) * layer.mapWidth + x + layer.borderLeft;
      const to = layer.words + <usize>(pixel * layer.blocks) * wordBytes;
      if (isPlain) plainWord(layer, image, y, x, to);
      else patchWord(layer, image, y, x, to);
    }
  countZeroPhases(layer, count);
}

/** Every word as at a pixel outside the map: those of pixels inside are written over it. Word lines without an input stay 0. */
function fillPads(layer: Layer, pixels: i32): void {
  const inputs = layer.inputChannels * layer.patchHeight * layer.patchWidth;
  for (let block = 0, first = 0; first < inputs; block++, first += layer.lines) {
    const lines: usize = <usize>min(layer.lines, inputs - first);
    for (let pixel = 0; pixel < pixels; pixel++)
      memory.fill(
        layer.words + <usize>(pixel * layer.blocks + block) * <usize>layer.lanes,
        <u8>layer.padCode,
        lines,
      );
  }
}

/** Whether each pixel of the input is the patch of one word, in its place: not so where a patch of one pixel has strides or pads. */
function hasPixelsAsWords(layer: Layer): bool {
  return (
    layer.patchHeight == 1 &&
    layer.patchWidth == 1 &&
    layer.patchStrideY == 1 &&
    layer.patchStrideX == 1 &&
    layer.patchTop == 0 &&
    layer.patchLeft == 0 &&
    layer.wordsHeight == layer.inputHeight &&
    layer.wordsWidth == layer.inputWidth
  );
}

/** One pixel's channels, block by block. */
function plainWord(layer: Layer, image: usize, y: i32, x: i32, to: usize): void {
  const lines = layer.lines;
  const channels = layer.inputChannels;
  const from = image + <usize>((y * layer.inputWidth + x) * channels);
  if (lines == layer.lanes) {
    memory.copy(to, from, <usize>channels);
    return;
  }
  for (let block = 0, first = 0; first < channels; block++, first += lines)
    memory.copy(
      to + <usize>(block * layer.lanes),
      from + <usize>first,
      <usize>min(lines, channels - first),
    );
}

/** The pixels of a patch, channels innermost, dealt onto the word lines of the blocks. */
function patchWord(layer: Layer, image: usize, y: i32, x: i32, to: usize): void {
  const channels = layer.inputChannels;
  let block = 0;
  let line = 0;
  for (let row = 0; row < layer.patchHeight; row++) {
    const fromY = y * layer.patchStrideY - layer.patchTop + row * layer.patchDilationY;
    for (let column = 0; column < layer.patchWidth; column++) {
      const fromX = x * layer.patchStrideX - layer.patchLeft + column * layer.patchDilationX;
      const isInside =
        fromY >= 0 && fromY < layer.inputHeight && fromX >= 0 && fromX < layer.inputWidth;
      const from = image + <usize>((fromY * layer.inputWidth + fromX) * channels);
      for (let channel = 0; channel < channels; channel++) {
        if (isInside)
          store<u8>(to + <usize>(block * layer.lanes + line), load<u8>(from + <usize>channel));
        line += 1;
        if (line == layer.lines) {
          line = 0;
          block += 1;
        }
      }
    }
  }
}

function countZeroPhases(layer: Layer, count: i32): void {
  const lanes = layer.lanes;
  const mask: u32 = (1 << layer.bitsPerPhase) - 1;
  for (let word = 0; word < count; word++) {
    const from = layer.words + <usize>(word * lanes);
    let any = v128.load(from);
    for (let lane = 16; lane < lanes; lane += 16) any = v128.or(any, v128.load(from + <usize>lane));
    const half = i64x2.extract_lane(any, 0) | i64x2.extract_lane(any, 1);
    let bits: u32 = <u32>half | <u32>(half >> 32);
    bits |= bits >> 16;
    bits |= bits >> 8;
    let zero = 0;
    for (let phase = 0; phase < layer.phases; phase++)
      if (((bits >> (phase * layer.bitsPerPhase)) & mask) == 0) zero += 1;
    store<u8>(layer.zeroPhases + <usize>word, <u8>zero);
  }
}

/** Adds the column reads of phases that drive nothing. */
export function countZeroReads(layer: Layer): void {
  if (layer.firstPixel > 0) return;
  const count = layer.mapHeight * layer.mapWidth * layer.blocks;
  let reads: u64 = 0;
  for (let word: usize = 0; word < <usize>count; word++)
    reads += <u64>load<u8>(layer.zeroPhases + word) * <u64>load<u32>(layer.wordReads + 4 * word);
  layer.zeroReads += reads;
}
