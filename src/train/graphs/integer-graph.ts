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
import { channelsSeen } from '../../compress/weight-group.ts';
import { at } from '../../core/errors.ts';
import { scaleValue } from '../../core/integer.ts';
import type { Window } from '../../core/window.ts';
import { foldLayers } from '../../network/fused-network.ts';
import { codeRange } from '../../compress/stored-codes.ts';
import {
  add,
  double,
  matMul,
  multiply,
  padWith,
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
  requantize: Requantize,
  { sums, added }: { readonly sums: Value; readonly added: Value | undefined },
): Value {
  const { scale, table, kernels, fraction = 0 } = requantize;
  const fine = fraction === 0 ? sums : multiply(graph, sums, double(graph, 2 ** fraction));
  const all =
    residual && added
      ? add(graph, fine, addedUnits(graph, sums, added, { ...residual, kernels }))
      : fine;
  const factor = kernels ? byKernel(graph, kernels, 0) : double(graph, scaleValue(scale));
  const scaledSums = multiply(graph, all, factor);
  if (table) return lookUp(graph, roundHalfUp(graph, scaledSums), table);
  const { low, high, zero } = codeRange(requantize);
  const rounded = toFloat(graph, roundHalfUp(graph, scaledSums));
  const codes = zero === 0 ? rounded : add(graph, rounded, graph.scalar(zero));
  const limits = [graph.scalar(low), graph.scalar(high)];
  return graph.node('Clip', [codes, ...limits], rounded.shape);
}

/** The scales of all kernels, which 32-bit floats hold exactly; `from` is 0 for those of sums, 2 for those of what is added. */
function byKernel(graph: GraphBuilder, kernels: Int32Array, from: 0 | 2): Value {
  const values = Array.from({ length: kernels.length / 4 }, (_, m) =>
    scaleValue({ multiplier: at(kernels, 4 * m + from), shift: at(kernels, 4 * m + from + 1) }),
  );
  return toDouble(graph, reshape(graph, graph.floats(values), [1, values.length, 1, 1]));
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
  const { kernels, window } = layer.geometry;
  const { map, inside } = withPads(graph, layer, input);
  const array = (part: string, shape: readonly number[], data: ArrayLike<number>): Value => {
    const name = `${layer.name}.${part}`;
    arrays.push({ name, shape, data: Float32Array.from(data) });
    return graph.input(name, shape);
  };
  const shape = [kernels, channelsSeen(layer.geometry), window.height, window.width];
  const weights = array('weight', shape, layer.weights);
  const products = (part: Value): Value => toDouble(graph, product(graph, inside, part, weights));
  let sums: Value;
  if (columns) {
    sums = columnSums(graph, map, weights, { ...inside, ...columns });
  } else if (largestSum(layer) < exactBelow) sums = products(map);
  else {
    // Activations in two halves of four bits: the sums of each stay exact.
    const sixteenth = multiply(graph, map, graph.scalar(1 / 16));
    const upper = graph.node('Floor', [sixteenth], map.shape);
    const lower = subtract(graph, map, multiply(graph, upper, graph.scalar(16)));
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

/** Where pads are not zeros: the map with them, and the layer without. */
function withPads(
  graph: GraphBuilder,
  layer: MacroLayer,
  input: Value,
): { readonly map: Value; readonly inside: MacroLayer } {
  const { padCode = 0, geometry } = layer;
  const [top, left, bottom, right] = geometry.window.pads;
  if (padCode === 0 || layer.kind === 'linear') return { map: input, inside: layer };
  const around = { before: [0, 0, top, left], after: [0, 0, bottom, right] };
  const window: Window = { ...geometry.window, pads: [0, 0, 0, 0] };
  return {
    map: padWith(graph, input, padCode, around),
    inside: { ...layer, geometry: { ...geometry, window } },
  };
}

/** The convolution, (N, M, P, Q); a kernel that covers its whole map is a matrix product. */
function product(graph: GraphBuilder, layer: MacroLayer, input: Value, weights: Value): Value {
  const { kernels, window, groups: group = 1 } = layer.geometry;
  const { images } = imageShape(input);
  if (layer.kind === 'linear') {
    const inputs = elements(input.shape) / images;
    const rows = reshape(graph, input, [images, inputs]);
    const matrix = transpose(graph, reshape(graph, weights, [kernels, inputs]), [1, 0]);
    return reshape(graph, matMul(graph, rows, matrix), [images, kernels, 1, 1]);
  }
  const { height, width } = layer.outputShape;
  return graph.node('Conv', [input, weights], [images, kernels, height, width], {
    attributes: { ...windowAttributes(window), ...(group > 1 ? { group } : {}) },
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
  residual: NonNullable<MacroLayer['residual']> & Pick<Requantize, 'kernels'>,
): Value {
  const { zero = 0 } = residual;
  const values = zero === 0 ? map : subtract(graph, map, graph.scalar(zero));
  const placed = toDouble(graph, residualOf(graph, values, sums, residual));
  const { scale, kernels } = residual;
  const factor = kernels ? byKernel(graph, kernels, 2) : double(graph, scaleValue(scale));
  return roundHalfUp(graph, multiply(graph, placed, factor));
}

function pooled(graph: GraphBuilder, input: Value, layer: PoolLayer): Value {
  const { kind, window, countIncludePad } = layer;
  if (kind === 'maxPool') return largestOfWindows(graph, input, window);
  const pixels = windowPixels(graph, input, window, countIncludePad);
  return roundedMeans(graph, windowSums(graph, input, window), pixels);
}

const roundHalfUp = (graph: GraphBuilder, value: Value): Value =>
  graph.node('Floor', [add(graph, value, double(graph, 0.5))], value.shape, { type: 'float64' });
