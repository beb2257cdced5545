// A compressed network in ONNX Runtime: exactly the integers of integerForward, but fast enough for whole test sets.
// Sums are kept in 64-bit floats, which hold them and the requantizer's products exactly.

import {
  type CompressedLayer,
  type CompressedNetwork,
  isMacroLayer,
  type MacroLayer,
  type PoolLayer,
  type Requantize,
} from '../../compress/compressed-network.ts';
import { scaleValue } from '../../core/integer.ts';
import { foldLayers } from '../../network/fused-network.ts';
import {
  add,
  double,
  matMul,
  multiply,
  reshape,
  subtract,
  toDouble,
  toFloat,
  transpose,
} from '../autodiff/arithmetic.ts';
import { elements, GraphBuilder, imageShape, type Value } from '../autodiff/graph.ts';
import { largestOfWindows } from '../operators/activation.ts';
import { type ColumnLayer, columnSums } from '../operators/column-codes.ts';
import { roundedMeans } from '../operators/quantize.ts';
import { residualOf } from '../operators/residual.ts';
import { windowAttributes, windowPixels, windowSums } from '../operators/windows.ts';

/** Sums of products below this are exact in 32-bit floats. */
const exactBelow = 2 ** 24;

/** How columns are read, and in which groups. */
type ReadColumns = Pick<ColumnLayer, 'readout' | 'shape'>;

interface ArrayInput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The graph; its inputs are `images` and the arrays, its output is `sums` (N, classes). */
export function integerGraph(
  network: CompressedNetwork,
  batchSize: number,
  columns?: ReadColumns,
): { readonly model: Uint8Array; readonly arrays: readonly ArrayInput[] } {
  const { channels, height, width } = network.input;
  const graph = new GraphBuilder(`${network.name} in integers`);
  const images = graph.input('images', [batchSize, channels, height, width]);
  const arrays: ArrayInput[] = [];
  foldLayers<CompressedLayer, Value>(network, images, (layer, input, added) => {
    if (!isMacroLayer(layer)) return pooled(graph, input, layer);
    const sums = layerSums(graph, { layer, input, columns }, arrays);
    if (layer.requantize) return storedUnits(graph, layer, layer.requantize, { sums, added });
    graph.output('sums', toFloat(graph, reshape(graph, sums, [batchSize, network.classes])));
    return sums;
  });
  return { model: graph.toBytes(), arrays };
}

/** Stored activations of a layer. */
function storedUnits(
  graph: GraphBuilder,
  { residual }: MacroLayer,
  { scale, outputBits: bits, signed, table }: Requantize,
  { sums, added }: { readonly sums: Value; readonly added: Value | undefined },
): Value {
  const all = residual && added ? add(graph, sums, addedUnits(graph, sums, added, residual)) : sums;
  const scaledSums = multiply(graph, all, double(graph, scaleValue(scale)));
  if (table) return lookUp(graph, roundHalfUp(graph, scaledSums), table);
  const [low, high] = signed ? [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1] : [0, 2 ** bits - 1];
  const rounded = toFloat(graph, roundHalfUp(graph, scaledSums));
  const limits = [graph.scalar(low), graph.scalar(high)];
  return graph.node('Clip', [rounded, ...limits], rounded.shape);
}

/** Entries of a table for signed 8-bit codes, which `codes` are clipped to. */
function lookUp(graph: GraphBuilder, codes: Value, table: Uint8Array): Value {
  const limits = [graph.scalar(-128), graph.scalar(127)];
  const clipped = graph.node('Clip', [toFloat(graph, codes), ...limits], codes.shape);
  const entries = add(graph, clipped, graph.scalar(128));
  const cast = { attributes: { to: 7 }, type: 'int64' as const };
  const indices = graph.node('Cast', [entries], codes.shape, cast);
  return graph.node('Gather', [graph.floats([...table]), indices], codes.shape);
}

/** Sums of a layer in 64-bit floats. */
function layerSums(
  graph: GraphBuilder,
  {
    layer,
    input,
    columns,
  }: {
    readonly layer: MacroLayer;
    readonly input: Value;
    readonly columns: ReadColumns | undefined;
  },
  arrays: ArrayInput[],
): Value {
  const { kernels, channels, window } = layer.geometry;
  const array = (part: string, shape: readonly number[], data: ArrayLike<number>): Value => {
    const name = `${layer.name}.${part}`;
    arrays.push({ name, shape, data: Float32Array.from(data) });
    return graph.input(name, shape);
  };
  const shape = [kernels, channels, window.height, window.width];
  const weights = array('weight', shape, layer.weights);
  const products = (part: Value): Value => toDouble(graph, product(graph, layer, part, weights));
  let sums: Value;
  if (columns) {
    sums = columnSums(graph, input, weights, { ...layer, ...columns });
  } else if (largestSum(layer) < exactBelow) sums = products(input);
  else {
    // Activations in two halves of four bits: the sums of each stay exact.
    const sixteenth = multiply(graph, input, graph.scalar(1 / 16));
    const upper = graph.node('Floor', [sixteenth], input.shape);
    const lower = subtract(graph, input, multiply(graph, upper, graph.scalar(16)));
    sums = add(graph, multiply(graph, products(upper), double(graph, 16)), products(lower));
  }
  // In two halves too, since 32-bit floats do not hold every 32-bit integer.
  const high = layer.bias.map((value) => Math.floor(value / 65536));
  const low = layer.bias.map((value) => value & 0xffff);
  const biasShape = [1, kernels, 1, 1];
  const upperBias = multiply(
    graph,
    toDouble(graph, array('biasHigh', biasShape, high)),
    double(graph, 65536),
  );
  const bias = add(graph, upperBias, toDouble(graph, array('biasLow', biasShape, low)));
  return add(graph, sums, bias);
}

/** The convolution, (N, M, P, Q); a kernel that covers its whole map is a matrix product. */
function product(graph: GraphBuilder, layer: MacroLayer, input: Value, weights: Value): Value {
  const { kernels, window } = layer.geometry;
  const { images } = imageShape(input);
  if (layer.kind === 'linear') {
    const inputs = elements(input.shape) / images;
    const rows = reshape(graph, input, [images, inputs]);
    const matrix = transpose(graph, reshape(graph, weights, [kernels, inputs]), [1, 0]);
    return reshape(graph, matMul(graph, rows, matrix), [images, kernels, 1, 1]);
  }
  const { height, width } = layer.outputShape;
  return graph.node('Conv', [input, weights], [images, kernels, height, width], {
    attributes: windowAttributes(window),
  });
}

/** No sum of a part of a kernel's products can be larger. */
function largestSum({ weights, geometry, inputBits }: MacroLayer): number {
  const perKernel = weights.length / geometry.kernels;
  let most = 0;
  for (let first = 0; first < weights.length; first += perKernel) {
    let sum = 0;
    for (let i = first; i < first + perKernel; i++) sum += Math.abs(weights[i] as number);
    most = Math.max(most, sum);
  }
  return most * (2 ** inputBits - 1);
}

function addedUnits(
  graph: GraphBuilder,
  sums: Value,
  map: Value,
  residual: NonNullable<MacroLayer['residual']>,
): Value {
  const placed = toDouble(graph, residualOf(graph, map, sums, residual));
  return roundHalfUp(graph, multiply(graph, placed, double(graph, scaleValue(residual.scale))));
}

function pooled(graph: GraphBuilder, input: Value, layer: PoolLayer): Value {
  const { kind, window, countIncludePad } = layer;
  if (kind === 'maxPool') return largestOfWindows(graph, input, window);
  const pixels = windowPixels(graph, input, window, countIncludePad);
  return roundedMeans(graph, windowSums(graph, input, window), pixels);
}

const roundHalfUp = (graph: GraphBuilder, value: Value): Value =>
  graph.node('Floor', [add(graph, value, double(graph, 0.5))], value.shape, { type: 'float64' });
