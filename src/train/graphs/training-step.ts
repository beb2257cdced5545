// One training step as one ONNX graph: forward pass, gradients, gradient descent with momentum, group lasso and the
// averages of batch norm's statistics. State goes in and comes out under the same name plus `.next`, so that weights
// never leave the runtime between steps.

import { assert } from '../../core/errors.ts';
import type { GroupShape } from '../../compress/weight-group.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import { add, multiply, reshape, subtract } from '../autodiff/arithmetic.ts';
import { forward } from './forward.ts';
import { Tape } from '../autodiff/gradients.ts';
import { elements, GraphBuilder, type Value } from '../autodiff/graph.ts';
import { softThreshold } from '../groups/group-lasso.ts';
import { type GroupedLayer, groupedLayers } from '../groups/groups.ts';
import type { Normalized } from '../operators/batch-norm.ts';
import { crossEntropy } from '../operators/classifier.ts';
import type { LayerPlans } from '../groups/layer-plan.ts';
import { type Parameter, parametersOf } from './parameters.ts';

/** What is fixed for all steps: it is built into the graph. */
export interface StepOptions {
  readonly batchSize: number;
  readonly momentum: number;
  /** Steps along gradient + momentum x new velocity instead of the new velocity alone. */
  readonly nesterov?: boolean | undefined;
  /** Added to the gradient as this times the weight. Weights only: never biases, nor batch norm's gamma and beta. */
  readonly weightDecay: number;
  /** Weight of the newest batch in the averaged statistics of batch norm. */
  readonly statisticsRate: number;
  readonly groupShape: GroupShape;
  /** Gives each layer back the norm that group lasso takes from it. */
  readonly lassoKeepsNorm?: boolean | undefined;
  /** Layers that differ from the rest, by name. */
  readonly layers?: LayerPlans | undefined;
}

/** A tensor that a step takes under `name` and gives back, changed, under `name.next`. */
export interface StateTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly initial: Float32Array;
}

/**
 * The graph. Inputs besides the state: `images` (N, C, H, W), `targets` (N, classes), `learningRate` (), `lasso` ()
 * and `<layer>.kept` (groups). Outputs besides the state: `loss` () and `logits` (N, classes).
 */
export interface TrainingStep {
  readonly model: Uint8Array;
  readonly state: readonly StateTensor[];
  /** The layers with groups, for their `<layer>.kept`. */
  readonly grouped: readonly GroupedLayer[];
}

/** Builds the graph of a training step of `network`, whose arrays are the initial state. */
export function trainingStep(network: FusedNetwork, options: StepOptions): TrainingStep {
  const { batchSize, groupShape } = options;
  const { channels, height, width } = network.input;
  const graph = new GraphBuilder(`${network.name} training step`);
  const tape = new Tape(graph);
  const images = graph.input('images', [batchSize, channels, height, width]);
  const targets = graph.input('targets', [batchSize, network.classes]);
  const learningRate = graph.input('learningRate', []);
  const lasso = graph.input('lasso', []);

  const parameters = parametersOf(network);
  const values = new Map(parameters.map(({ name, shape }) => [name, graph.input(name, shape)]));
  const valueOf = (name: string): Value => {
    const value = values.get(name);
    assert(value !== undefined, `parameter ${name}`);
    return value;
  };
  const { logits, normalized } = forward(tape, network, {
    images,
    parameter: valueOf,
    statistics: 'batch',
  });
  const loss = crossEntropy(tape, logits, targets);

  const learned = parameters.filter(({ kind }) => kind !== 'statistic');
  const gradients = tape.gradients(
    loss,
    learned.map(({ name }) => valueOf(name)),
  );
  const grouped = groupedLayers(network, groupShape, options.layers);
  const strength = multiply(graph, learningRate, lasso);
  const velocities = learned.map((parameter, i) => {
    const gradient = gradients[i];
    assert(gradient !== undefined, `gradient of ${parameter.name}`);
    const moved = descend(graph, {
      parameter,
      value: valueOf(parameter.name),
      gradient,
      learningRate,
      options,
    });
    const layer = grouped.find(({ name }) => `${name}.weight` === parameter.name);
    const next = layer
      ? softThreshold(graph, moved.value, {
          layer,
          strength: times(graph, strength, options.layers?.get(layer.name)?.lasso ?? 1),
          kept: graph.input(`${layer.name}.kept`, [layer.groups]),
          keepsNorm: options.lassoKeepsNorm,
        })
      : moved.value;
    graph.output(`${parameter.name}.next`, next);
    return moved.velocity;
  });
  averageStatistics(graph, normalized, { valueOf, rate: options.statisticsRate });
  graph.output('loss', loss);
  graph.output('logits', logits);

  const arrays = parameters.map(({ name, shape, data }) => ({ name, shape, initial: data }));
  return { model: graph.toBytes(), state: [...arrays, ...velocities], grouped };
}

const times = (graph: GraphBuilder, value: Value, factor: number): Value =>
  factor === 1 ? value : multiply(graph, value, graph.scalar(factor));

/** What {@link descend} needs. */
export interface Descent {
  readonly parameter: Parameter;
  readonly value: Value;
  readonly gradient: Value;
  readonly learningRate: Value;
  readonly options: Pick<StepOptions, 'momentum' | 'nesterov' | 'weightDecay'>;
}

/**
 * force = gradient + decay value; velocity = momentum velocity + force; value = value - learning rate velocity, with
 * Nesterov's momentum value = value - learning rate (force + momentum velocity).
 */
export function descend(
  graph: GraphBuilder,
  { parameter, value, gradient, learningRate, options }: Descent,
): { readonly value: Value; readonly velocity: StateTensor } {
  const name = `${parameter.name}.velocity`;
  const velocity = graph.input(name, parameter.shape);
  const decays = parameter.kind === 'weight' && options.weightDecay > 0;
  const force = decays
    ? add(graph, gradient, multiply(graph, value, graph.scalar(options.weightDecay)))
    : gradient;
  const momentum = graph.scalar(options.momentum);
  const next = add(graph, multiply(graph, velocity, momentum), force);
  graph.output(`${name}.next`, next);
  const move = options.nesterov ? add(graph, force, multiply(graph, next, momentum)) : next;
  return {
    value: subtract(graph, value, multiply(graph, learningRate, move)),
    velocity: {
      name,
      shape: parameter.shape,
      initial: new Float32Array(elements(parameter.shape)),
    },
  };
}

/** average = (1 - rate) average + rate statistic of this batch. */
function averageStatistics(
  graph: GraphBuilder,
  normalized: ReadonlyMap<string, Normalized>,
  { valueOf, rate }: { readonly valueOf: (name: string) => Value; readonly rate: number },
): void {
  for (const [layer, { mean, variance }] of normalized)
    for (const [part, batch] of [
      ['mean', mean],
      ['variance', variance],
    ] as const) {
      const name = `${layer}.bn.${part}`;
      const old = multiply(graph, valueOf(name), graph.scalar(1 - rate));
      const fresh = multiply(
        graph,
        reshape(graph, batch, [batch.shape[0] ?? 1]),
        graph.scalar(rate),
      );
      graph.output(`${name}.next`, add(graph, old, fresh));
    }
}
