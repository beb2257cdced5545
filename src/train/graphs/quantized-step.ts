// One step of quantization-aware training as one ONNX graph. Weights and biases are state as in `trainingStep`; scales
// go in as numbers, and their gradients come out, because the host learns them.

import { assert } from '../../core/errors.ts';
import { type FusedNetwork, hasWeights, type WeightLayer } from '../../network/fused-network.ts';
import { apply, divide, maximum, multiply, reduce, reshape } from '../autodiff/arithmetic.ts';
import { Tape } from '../autodiff/gradients.ts';
import { elements, GraphBuilder, type Value } from '../autodiff/graph.ts';
import { keepGroups } from '../groups/group-lasso.ts';
import { groupedLayers } from '../groups/groups.ts';
import { crossEntropy } from '../operators/classifier.ts';
import type { ColumnReadout } from '../operators/column-codes.ts';
import { NoiseDraws } from '../operators/column-noise.ts';
import type { WeightForm } from '../operators/quantize.ts';
import { parametersOf } from './parameters.ts';
import {
  type ColumnsOfNetwork,
  quantizedArrays,
  quantizedForward,
  type QuantizedLayer,
  scaleInputs,
} from './quantized-forward.ts';
import { descend, type StepOptions, type TrainingStep } from './training-step.ts';

/** Longest gradient of all weights and biases together. */
const longestGradient = 1;

/** What is fixed for all steps. */
export interface QuantizedStepOptions extends StepOptions {
  readonly bits: (layer: WeightLayer) => QuantizedLayer;
  readonly weightForm: WeightForm;
  /** Bits of a pixel of the image. */
  readonly activationBits: number;
  /** Columns are read as the chip does; undefined: sums are exact. */
  readonly columns?: ColumnReadout | undefined;
  /** Of the noise that columns have. */
  readonly seed: number;
}

/** A {@link TrainingStep} that learns scales too. */
export interface QuantizedStep extends TrainingStep {
  /** Names, `<layer>.weightScale` or `<layer>.outputScale`, in the order of the output `scaleGradients`. */
  readonly learnedScales: readonly string[];
  /** The graph takes the input `noiseStart`. */
  readonly isNoisy: boolean;
}

/**
 * Builds the graph of a step of `network`, whose batch norms are fused. Inputs beside those of `trainingStep`, less
 * `lasso`: the numbers that `scaleInputs` names. Output beside its: `scaleGradients`, and for `tanh` the largest
 * |tanh weight| of each layer after the step, `largest`.
 */
export function quantizedStep(network: FusedNetwork, options: QuantizedStepOptions): QuantizedStep {
  const { batchSize, groupShape, weightForm: form, bits } = options;
  const { channels, height, width } = network.input;
  const graph = new GraphBuilder(`${network.name} quantized training step`);
  const tape = new Tape(graph);
  const images = graph.input('images', [batchSize, channels, height, width]);
  const targets = graph.input('targets', [batchSize, network.classes]);
  const learningRate = graph.input('learningRate', []);
  const parameters = parametersOf(network);
  const { parameter, scale } = inputsOf(graph, network);
  const columns = columnsOf(graph, options);
  const of = { images, parameter, scale, bits, form, columns };
  const { logits } = quantizedForward(tape, network, of);
  const loss = crossEntropy(tape, logits, targets);

  const learnedScales = learnedNames(network, form);
  const all = tape.gradients(loss, [
    ...parameters.map(({ name }) => parameter(name)),
    ...learnedScales.map(scale),
  ]);
  const factor = clipFactor(graph, all.slice(0, parameters.length));
  const gradients = all.map((gradient) => multiply(graph, gradient, factor));
  const grouped = groupedLayers(network, groupShape, options.layers);
  const nexts: Value[] = [];
  const velocities = parameters.map((one, i) => {
    const gradient = gradients[i];
    assert(gradient !== undefined, `gradient of ${one.name}`);
    const value = parameter(one.name);
    const moved = descend(graph, { parameter: one, value, gradient, learningRate, options });
    const layer = grouped.find(({ name }) => `${name}.weight` === one.name);
    const kept = layer && graph.input(`${layer.name}.kept`, [layer.groups]);
    const next = layer && kept ? keepGroups(graph, moved.value, { layer, kept }) : moved.value;
    graph.output(`${one.name}.next`, next);
    if (one.kind === 'weight') nexts.push(next);
    return moved.velocity;
  });
  const scaleGradients = gradients.slice(parameters.length);
  graph.output('scaleGradients', stack(graph, scaleGradients));
  if (form === 'tanh')
    graph.output(
      'largest',
      stack(
        graph,
        nexts.map((next) => largestTanh(graph, next)),
      ),
    );
  graph.output('loss', loss);
  graph.output('logits', logits);
  columns?.draws?.finish();

  const arrays = parameters.map(({ name, shape, data }) => ({ name, shape, initial: data }));
  const state = [...arrays, ...velocities];
  const isNoisy = columns?.draws !== undefined;
  return { model: graph.toBytes(), state, grouped, learnedScales, isNoisy };
}

const columnsOf = (
  graph: GraphBuilder,
  { columns, groupShape, activationBits, seed }: QuantizedStepOptions,
): ColumnsOfNetwork | undefined =>
  columns && {
    readout: columns,
    shape: groupShape,
    imageBits: activationBits,
    draws: columns.noise && new NoiseDraws(graph, seed),
  };

/**
 * 1, or what makes the gradients of all arrays together no longer than `longestGradient`. Without batch norm some layers
 * are far more sensitive than others: what one long gradient does to them, training does not repair.
 */
function clipFactor(graph: GraphBuilder, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => {
    const flat = reshape(graph, gradient, [elements(gradient.shape)]);
    return reduce(graph, 'ReduceSum', multiply(graph, flat, flat), { axes: [0], keep: true });
  });
  const list = graph.node('Concat', squares, [squares.length], { attributes: { axis: 0 } });
  const length = apply(graph, 'Sqrt', reduce(graph, 'ReduceSum', list, { axes: [0], keep: false }));
  const longest = graph.scalar(longestGradient);
  return divide(graph, longest, maximum(graph, length, longest));
}

/** Scales that follow the loss: with `tanh` those of the weights follow from the largest weight instead. */
function learnedNames(network: FusedNetwork, form: WeightForm): readonly string[] {
  const names = scaleInputs(network);
  return names.filter(
    (name) => name.endsWith('.outputScale') || (form === 'linear' && name.endsWith('.weightScale')),
  );
}

/**
 * A graph that gives the integers of all weights and biases, `<layer>.weight` and `<layer>.bias`, from the arrays and
 * the numbers of `scaleInputs`, all under the name that they have there plus `.in`.
 */
export function integersGraph(
  network: FusedNetwork,
  { bits, weightForm: form }: Pick<QuantizedStepOptions, 'bits' | 'weightForm'>,
): Uint8Array {
  const graph = new GraphBuilder(`${network.name} integers`);
  const tape = new Tape(graph);
  const { parameter, scale } = inputsOf(graph, network, '.in');
  for (const layer of network.layers) {
    if (!hasWeights(layer)) continue;
    const { weights, bias } = quantizedArrays(tape, layer, { parameter, scale, bits, form });
    graph.output(`${layer.name}.weight`, weights);
    if (bias) graph.output(`${layer.name}.bias`, bias);
  }
  return graph.toBytes();
}

/** Inputs for the arrays and the scales of a network. */
export function inputsOf(
  graph: GraphBuilder,
  network: FusedNetwork,
  suffix = '',
): { readonly parameter: (name: string) => Value; readonly scale: (name: string) => Value } {
  const values = new Map<string, Value>();
  for (const { name, shape } of parametersOf(network))
    values.set(name, graph.input(name + suffix, shape));
  for (const name of scaleInputs(network)) values.set(name, graph.input(name + suffix, []));
  const find = (name: string): Value => {
    const value = values.get(name);
    assert(value !== undefined, `input ${name}`);
    return value;
  };
  return { parameter: find, scale: find };
}

/** Numbers of shape () as one list. */
function stack(graph: GraphBuilder, numbers: readonly Value[]): Value {
  const lists = numbers.map((number) => reshape(graph, number, [1]));
  return graph.node('Concat', lists, [lists.length], { attributes: { axis: 0 } });
}

function largestTanh(graph: GraphBuilder, weights: Value): Value {
  const shaped = apply(graph, 'Abs', graph.node('Tanh', [weights], weights.shape));
  return graph.node('ReduceMax', [shaped], [], { attributes: { keepdims: 0 } });
}
