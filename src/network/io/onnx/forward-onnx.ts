// An ONNX graph computed in real arithmetic, tensors in and out as ONNX has them: for anyone who compares with a framework.

import { CimError } from '../../../core/errors.ts';
import { floatForward } from '../../float-forward.ts';
import { placesOf } from '../../ops/rearrange.ts';
import { importGraph, type OnnxOptions, type TensorPlace } from './import-onnx.ts';
import { readModel } from './model.ts';
import { type Constant, valuesIn } from './tensor.ts';
import { constantOf } from './value.ts';
import { viewOf } from './view.ts';

/**
 * The output of a graph for these inputs, in the order in which the graph lists them: the first is the image, of one or
 * more images; the others become constants. A softmax at its end is computed.
 * @param file name of the file, for errors
 * @throws {CimError} (input) when the file or an input is wrong, or an operator is not supported
 */
export function forwardOnnx(
  bytes: Uint8Array,
  file: string,
  inputs: readonly Constant[],
  options: Pick<OnnxOptions, 'output'> = {},
): Constant {
  const { inputs: listed, initializers } = readModel(bytes, file);
  const names = listed.map(({ name }) => name).filter((name) => !initializers.has(name));
  if (names.length !== inputs.length)
    throw new CimError('input', {
      what: `its graph has ${names.length} inputs (${names.join(', ')}), and ${inputs.length} are given`,
      where: file,
      todo: 'give one --input for each, in this order',
    });
  const [image] = inputs;
  // Indices and shapes are no images.
  const isImage = image !== undefined && image.type !== 'int64';
  const constants = new Map(names.map((name, i) => [name, inputs[i] as Constant]));
  if (isImage) constants.delete(names[0] ?? '');
  const imported = importGraph(bytes, file, {
    ...options,
    constants,
    keepsSoftmax: true,
    dims: isImage ? image.dims : undefined,
  });
  if ('constant' in imported) return imported.constant;
  const { network, input, output } = imported;
  if (!image) throw new CimError('input', { what: 'no input is given', where: file });
  const data = new Float32Array(image.data.length);
  const from = placesIn(input);
  from.forEach((place, i) => (data[place] = image.data[i] as number));
  const images = imagesIn(input);
  const values = floatForward(network, { ...network.input, images, data });
  const count = valuesIn(output.dims);
  const result = new Float64Array(count);
  placesIn(output).forEach((place, i) => (result[i] = values[place] as number));
  return constantOf('output', output.type, output.dims, result);
}

const imagesIn = ({ dims, isBatch }: TensorPlace): number => (isBatch ? (dims[0] ?? 1) : 1);

/** Where in maps of all images the values of a tensor lie, in row-major order. */
function placesIn(place: TensorPlace): Float64Array {
  const { dims, layout, isBatch } = place;
  const own = dims.slice(isBatch ? 1 : 0);
  const size = own.reduce((product, one) => product * one, 1);
  const loops = viewOf(dims, layout, isBatch).axes.flat();
  return placesOf(0, isBatch ? [{ count: dims[0] ?? 1, step: size }, ...loops] : loops);
}
