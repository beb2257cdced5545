// Arrays of NumPy and tensors of ONNX as pictures.

import { CimError } from '../../core/errors.ts';
import { type Constant, readTensorProto } from '../../network/io/onnx/tensor.ts';
import { readNpy } from '../../network/io/npy.ts';
import { type Pixels, withChannels } from './open-picture.ts';

/** Whether a file is such an array, by its name. */
export const isTensorFile = (name: string): boolean => /\.(npy|pb)$/i.test(name);

/**
 * One image from a `.npy` or `.pb` file: height x width, channels x height x width as ONNX has it, or height x width x channels,
 * with ones in front or without. Whole numbers are pixels of 0 ... 255; real numbers of 0 ... 1 are pixels over 255, rounded.
 * @param channels of the network; grey becomes colour and colour grey, other counts must be the same
 * @throws {CimError} (input) when it is damaged, has another shape, or a value that is no pixel
 */
export function openTensor(bytes: Uint8Array, channels: number, where: string): Pixels {
  const tensor = /\.npy$/i.test(where) ? readNpy(bytes, where) : readTensorProto(bytes, where);
  const pixels = pixelsOf(tensor, channels, where);
  if (pixels.channels === channels) return pixels;
  if ([1, 3].includes(channels)) return withChannels(pixels, channels);
  throw new CimError('input', {
    what: `has ${pixels.channels} channels, and the network reads ${channels}`,
    where,
  });
}

/** Whether the channels of three dimensions stand first; undefined where none can be channels. */
function areChannelsFirst(dims: readonly number[], wanted: number): boolean | undefined {
  const [first = 0, , last = 0] = dims;
  if (first === wanted || last === wanted) return first === wanted;
  const known = [1, 3];
  return known.includes(first) ? true : known.includes(last) ? false : undefined;
}

function pixelsOf({ dims, data, type }: Constant, wanted: number, where: string): Pixels {
  const ones = dims.slice(0, -3);
  const inner = dims.length === 2 ? [1, ...dims] : dims.slice(-3);
  const isFirst = dims.length === 2 || areChannelsFirst(inner, wanted);
  if (inner.length < 3 || ones.some((size) => size !== 1) || isFirst === undefined)
    throw new CimError('input', {
      what: `is ${dims.join('x')}, which is no image`,
      where,
      todo: 'give one image to a file: channels x height x width, or height x width',
    });
  const [a, b, c] = inner as [number, number, number];
  const [channels, height, width] = isFirst ? [a, b, c] : [c, a, b];
  const isReal = type.startsWith('float');
  const pixels = Uint8Array.from({ length: data.length }, (_, i) => {
    const from = isFirst ? (i % channels) * height * width + Math.floor(i / channels) : i;
    return pixelOf(data[from] as number, isReal, where);
  });
  return { height, width, channels, data: pixels };
}

function pixelOf(value: number, isReal: boolean, where: string): number {
  if (value >= 0 && value <= (isReal ? 1 : 255)) return isReal ? Math.round(255 * value) : value;
  throw new CimError('input', {
    what: `has ${value}, which is no pixel`,
    where,
    todo: 'give whole numbers of 0 … 255, or real numbers of 0 … 1, before mean and deviation (--input-norm)',
  });
}
