// The tensors of one graph that go from step to step, and the learned scales beside them.

import { countRight } from '../../core/accuracy.ts';
import { assert } from '../../core/errors.ts';
import type { Size } from '../../core/feature-map.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import type { Batch } from './batches.ts';
import { type GroupedLayer, groupNorms, type LayerNorms } from '../groups/groups.ts';
import { parametersOf } from '../graphs/parameters.ts';
import {
  floatsOf,
  numberOf,
  type OnnxRuntime,
  type RuntimeSession,
  type RuntimeTensor,
} from '../autodiff/runtime.ts';
import type { ScaleLearner } from '../scales/scale-learner.ts';
import { noiseStart, noiseStartInput } from '../operators/column-noise.ts';
import { toNetwork } from '../graphs/to-network.ts';
import type { TrainingStep } from '../graphs/training-step.ts';

/** Arrays by name. */
export type Arrays = ReadonlyMap<string, Float32Array>;

/** Scales that are learned beside the weights. */
export interface LearnedParts {
  readonly learner: ScaleLearner;
  /** Names of the scales, in the order of the graph's output `scaleGradients`. */
  readonly names: readonly string[];
  readonly momentum: number;
  /** True when the graph tells the largest weights, from which the weights' scales follow. */
  readonly tellsLargest: boolean;
  /** Seed of the noise; undefined: the graph has none. */
  readonly noiseSeed: number | undefined;
}

/** What a run works with. */
export interface RunParts {
  readonly step: TrainingStep;
  readonly session: RuntimeSession;
  readonly runtime: OnnxRuntime;
  readonly learned?: LearnedParts | undefined;
  /** 1 for each group that may have weights, by layer name. */
  readonly kept: Arrays;
  /** Velocities to go on with; zero by default. */
  readonly velocities?: Arrays | undefined;
  /** Size of the images that the graph reads; that of the network by default. */
  readonly size?: Size | undefined;
}

/** What a step gives. */
export interface StepResult {
  readonly loss: number;
  readonly right: number;
}

/** How a step moves. */
export interface StepSettings {
  readonly learningRate: number;
  /** Strength of group lasso. */
  readonly lasso: number;
  /** Number of the step in the whole training: where noise begins follows from it. */
  readonly number: number;
}

/** A training of one network in one graph; {@link TrainingRun.step} moves it on. */
export class TrainingRun {
  readonly #network: FusedNetwork;
  readonly #parts: RunParts;
  #state = new Map<string, RuntimeTensor>();
  /** The state before the last step, to look for what went wrong. */
  #before: ReadonlyMap<string, RuntimeTensor> = new Map();
  #kept: Arrays;

  constructor(network: FusedNetwork, parts: RunParts) {
    this.#network = network;
    this.#parts = parts;
    this.#kept = parts.kept;
    for (const { name, shape, initial } of parts.step.state) {
      const velocity = parts.velocities?.get(name.replace(/\.velocity$/, ''));
      const data = name.endsWith('.velocity') && velocity ? velocity : initial;
      this.#state.set(name, this.#tensor(data, shape));
    }
  }

  /** Runs one step on `batch`. */
  async step(batch: Batch, { learningRate, lasso, number }: StepSettings): Promise<StepResult> {
    const { session, learned } = this.#parts;
    const outputs = await session.run({
      ...this.#batchTensors(batch),
      learningRate: this.#number(learningRate),
      ...(learned ? this.#scaleTensors(learned) : { lasso: this.#number(lasso) }),
      ...(learned?.noiseSeed === undefined ? {} : this.#noiseTensor(learned.noiseSeed, number)),
      ...this.#keptTensors(),
      ...Object.fromEntries(this.#state),
    });
    this.#before = this.#state;
    this.#state = new Map(
      [...this.#state.keys()].map((name) => {
        const next = outputs[`${name}.next`];
        assert(next !== undefined, `output ${name}.next`);
        return [name, next];
      }),
    );
    const loss = await numberOf(outputs['loss']);
    if (learned && Number.isFinite(loss)) {
      const { learner, names, momentum } = learned;
      const gradients = await floatsOf(outputs['scaleGradients']);
      // The loss of the next step would be no number either.
      if (!gradients.every(Number.isFinite)) return { loss: NaN, right: 0 };
      learner.learn(names, gradients, { learningRate, momentum });
      if (learned.tellsLargest) learner.followLargest(await floatsOf(outputs['largest']));
    }
    const { labels } = batch;
    const logits = await floatsOf(outputs['logits']);
    return { loss, right: countRight(logits, labels, logits.length / labels.length) };
  }

  /** Groups that may have weights, by layer name. */
  get kept(): Arrays {
    return this.#kept;
  }

  /** Fixes the groups that `kept` marks with 0 at zero from here on; layers that it does not name stay as they are. */
  keepOnly(kept: Arrays): void {
    this.#kept = new Map([...this.#kept, ...kept]);
  }

  /** The norms of the groups of `layers` now. */
  async norms(layers: readonly GroupedLayer[]): Promise<readonly LayerNorms[]> {
    const list = [];
    for (const layer of layers) {
      const weights = await floatsOf(this.#state.get(`${layer.name}.weight`));
      list.push({ name: layer.name, norms: groupNorms(weights, layer) });
    }
    return list;
  }

  /** The network as it is now. */
  network(): Promise<FusedNetwork> {
    return this.#networkOf(this.#state);
  }

  /** The network as it was before the last step. */
  networkBefore(): Promise<FusedNetwork> {
    return this.#networkOf(this.#before);
  }

  /** The velocities, by the names of the arrays that they move. */
  async velocities(): Promise<Arrays> {
    const found = new Map<string, Float32Array>();
    for (const [name, tensor] of this.#state)
      if (name.endsWith('.velocity'))
        found.set(name.slice(0, -'.velocity'.length), Float32Array.from(await floatsOf(tensor)));
    return found;
  }

  async #networkOf(state: ReadonlyMap<string, RuntimeTensor>): Promise<FusedNetwork> {
    const arrays = new Map<string, Float32Array>();
    for (const { name } of parametersOf(this.#network))
      arrays.set(name, await floatsOf(state.get(name)));
    return toNetwork(this.#network, (name) => {
      const array = arrays.get(name);
      assert(array !== undefined, `state ${name}`);
      return array;
    });
  }

  #batchTensors(batch: Batch): Record<string, RuntimeTensor> {
    const { channels } = this.#network.input;
    const { height, width } = this.#parts.size ?? this.#network.input;
    const count = batch.labels.length;
    return {
      images: this.#tensor(batch.images, [count, channels, height, width]),
      targets: this.#tensor(batch.targets, [count, this.#network.classes]),
    };
  }

  #scaleTensors({ learner }: LearnedParts): Record<string, RuntimeTensor> {
    const numbers = [...learner.numbers()];
    return Object.fromEntries(numbers.map(([name, number]) => [name, this.#number(number)]));
  }

  #noiseTensor(seed: number, number: number): Record<string, RuntimeTensor> {
    return { [noiseStartInput]: this.#tensor(Float32Array.of(noiseStart(seed, number)), [1]) };
  }

  #keptTensors(): Record<string, RuntimeTensor> {
    return Object.fromEntries(
      this.#parts.step.grouped.map(({ name, groups }) => {
        const kept = this.#kept.get(name);
        assert(kept?.length === groups, `kept groups of ${name}`);
        return [`${name}.kept`, this.#tensor(kept, [groups])];
      }),
    );
  }

  #number(value: number): RuntimeTensor {
    return this.#tensor(Float32Array.of(value), []);
  }

  #tensor(data: Float32Array, shape: readonly number[]): RuntimeTensor {
    return new this.#parts.runtime.Tensor('float32', data, shape);
  }
}
