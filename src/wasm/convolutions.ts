// Convolutions in real arithmetic, for forward passes and calibration: the numbers of plain TypeScript, several times as fast.

import { hasKind } from '../core/errors.ts';
import { activationsPerImage, type FloatMap } from '../core/feature-map.ts';
import { positionsOf } from '../core/window.ts';
import { type Convolve, convolvePlainly, convolveWith } from '../network/ops/conv.ts';
import { compileKernels } from './compile-kernels.ts';
import { convFields } from './fields.ts';
import { type Kernels, openKernels } from './kernels.ts';
import { Memory } from './memory.ts';
import { windowSizes } from './structures.ts';
import { Writer } from './writer.ts';

/** Kernels whose sums are computed together. */
const block = 16;
/** Bytes of weights that are laid out at a time by default: kernels of very large layers take turns. */
const defaultWeightBytes = 2 ** 26;

type Parts = Parameters<Convolve>;

/** Those of this thread, opened once. */
let opened: Promise<Convolve> | undefined;

/**
 * Has forward passes and calibration of this thread convolve in WebAssembly from now on; the numbers stay the same. Where there is no
 * WebAssembly with SIMD nothing changes.
 */
export async function useWasmConvolutions(): Promise<void> {
  try {
    convolveWith(await (opened ??= openConvolutions()));
  } catch (error) {
    opened = undefined;
    if (!hasKind(error, 'environment')) throw error;
  }
}

/** How much memory {@link openConvolutions} takes. */
export interface ConvolutionOptions {
  /** Max. bytes; 4 GiB by default. Where it is short, a layer is convolved in plain TypeScript. */
  readonly maxMemory?: number;
  /** Max. bytes of weights that are laid out at a time, but for 16 kernels at least; 64 MiB by default. */
  readonly weightBytes?: number;
}

/**
 * Convolves in WebAssembly, with the numbers of plain TypeScript.
 * @throws {CimError} (environment) when this runtime has no WebAssembly with SIMD, or a page's policy forbids it
 */
export async function openConvolutions({
  maxMemory,
  weightBytes = defaultWeightBytes,
}: ConvolutionOptions = {}): Promise<Convolve> {
  const kernels = openKernels(await compileKernels());
  const memory = new Memory(kernels.memory, kernels.firstFree(), maxMemory);
  return (...parts) => {
    const writer = new Writer(kernels, memory, 'convolution');
    try {
      convolveOn(kernels, writer, parts, weightBytes);
    } catch (error) {
      if (!hasKind(error, 'memory')) throw error;
      convolvePlainly(...parts);
    } finally {
      writer.dropAll();
    }
  };
}

function convolveOn(kernels: Kernels, writer: Writer, parts: Parts, weightBytes: number): void {
  const [layer, tensors, input, output] = parts;
  const inputs = positionsOf(layer.window) * layer.channels;
  const blocks = Math.ceil(layer.kernels / block);
  const together = Math.max(1, Math.min(blocks, Math.floor(weightBytes / (8 * block * inputs))));
  const inputSize = activationsPerImage(input);
  const pixels = output.height * output.width;
  const at = {
    input: writer.room(4 * inputSize),
    output: writer.room(4 * pixels * together * block),
    weights: writer.room(8 * inputs * together * block),
    bias: writer.room(8 * together * block),
    // One more is written, and not kept.
    values: writer.room(8 * (inputs + 1)),
    places: writer.room(4 * (inputs + 1)),
  };
  const sizes = { ...sizesOf(parts), ...at };
  for (let first = 0; first < layer.kernels; first += together * block) {
    const count = Math.min(together * block, layer.kernels - first);
    const structure = writer.structure(convFields, { ...sizes, kernels: count });
    const { buffer } = kernels.memory;
    const weights = new Float64Array(buffer, at.weights, inputs * together * block);
    layOut(parts, { first, count }, weights);
    const bias = new Float64Array(buffer, at.bias, together * block).fill(0);
    bias.set(tensors['bias']?.subarray(first, first + count) ?? []);
    const image = new Float32Array(buffer, at.input, inputSize);
    const sums = new Float32Array(buffer, at.output, pixels * count);
    for (let i = 0; i < output.images; i++) {
      image.set(input.data.subarray(i * inputSize, (i + 1) * inputSize));
      kernels.convolveImage(structure);
      takeOver(sums, output, { image: i, first, count });
    }
    writer.drop(structure);
  }
}

/** Sums of some kernels of an image become part of the output. */
function takeOver(
  sums: Float32Array,
  { height, width, channels, data }: FloatMap,
  { image, first, count }: Readonly<Record<'image' | 'first' | 'count', number>>,
): void {
  const pixels = height * width;
  if (count === channels) {
    data.set(sums, image * pixels * channels);
    return;
  }
  for (let pixel = 0; pixel < pixels; pixel++)
    data.set(
      sums.subarray(pixel * count, (pixel + 1) * count),
      (image * pixels + pixel) * channels + first,
    );
}

const sizesOf = ([layer, , input, output]: Parts): ReturnType<typeof windowSizes> =>
  windowSizes(layer.window, { ...input, channels: layer.channels }, output);

/** Weights of kernels `first ... first + count - 1` in order (16 kernels, row, column, channel, kernel). */
function layOut(
  [{ channels, window }, tensors]: Parts,
  { first, count }: { readonly first: number; readonly count: number },
  to: Float64Array,
): void {
  const { weight = new Float32Array() } = tensors;
  const positions = positionsOf(window);
  const inputs = positions * channels;
  to.fill(0);
  for (let kernel = 0; kernel < count; kernel++) {
    const start = Math.floor(kernel / block) * block * inputs + (kernel % block);
    const from = (first + kernel) * inputs;
    for (let channel = 0; channel < channels; channel++)
      for (let position = 0; position < positions; position++)
        to[start + (position * channels + channel) * block] = weight[
          from + channel * positions + position
        ] as number;
  }
}
