// One training under way: the tensors that go from step to step, and what is counted on the way.

import { assert, CancelledError } from '../core/errors.ts';
import type { ImageSet } from '../datasets/image-set.ts';
import type { Network } from '../network/network.ts';
import { type Batch, epochBatches } from './batches.ts';
import { countRight } from './evaluate.ts';
import { groupNorms, keptGroups } from './groups.ts';
import {
  floatsOf,
  numberOf,
  type OnnxRuntime,
  type RuntimeSession,
  type RuntimeTensor,
} from './runtime.ts';
import { toNetwork } from './to-network.ts';
import type { TrainOptions } from './train-options.ts';
import type { TrainingStep } from './training-step.ts';

/** What a run works with. */
export interface RunParts {
  readonly step: TrainingStep;
  readonly session: RuntimeSession;
  readonly runtime: OnnxRuntime;
  readonly options: TrainOptions;
}

/** A training of one network; {@link TrainingRun.epoch} moves it on. */
export class TrainingRun {
  readonly #network: Network;
  readonly #parts: RunParts;
  readonly #state = new Map<string, RuntimeTensor>();
  readonly #kept = new Map<string, RuntimeTensor>();
  #stepsDone = 0;
  #lassoOn = true;
  #zeroGroups = 0;

  constructor(network: Network, parts: RunParts) {
    this.#network = network;
    this.#parts = parts;
    for (const { name, shape, initial } of parts.step.state)
      this.#state.set(name, this.#tensor(initial, shape));
    for (const { name, groups } of parts.step.grouped)
      this.#kept.set(`${name}.kept`, this.#tensor(new Float32Array(groups).fill(1), [groups]));
  }

  /** Groups that are wholly zero, as of the end of the last epoch, and groups in all. */
  get groupCounts(): { readonly zeroGroups: number; readonly groups: number } {
    const groups = this.#parts.step.grouped.reduce((sum, layer) => sum + layer.groups, 0);
    return { zeroGroups: this.#zeroGroups, groups };
  }

  /** Runs one epoch; gives its mean loss. */
  async epoch(set: ImageSet, epoch: number): Promise<number> {
    const { options } = this.#parts;
    const stepsPerEpoch = Math.floor(set.images.images / options.batchSize);
    const total = stepsPerEpoch * options.epochs;
    let lossSum = 0;
    let right = 0;
    let steps = 0;
    for (const batch of epochBatches(set, epoch, options)) {
      if (options.signal?.aborted) throw new CancelledError({ what: 'training was stopped' });
      const result = await this.#step(batch, cosine(options.learningRate, this.#stepsDone / total));
      this.#stepsDone += 1;
      steps += 1;
      lossSum += result.loss;
      right += result.right;
      const means = { loss: lossSum / steps, accuracy: right / (steps * options.batchSize) };
      options.onProgress?.({ done: this.#stepsDone, total, epoch, ...means, ...this.groupCounts });
    }
    this.#zeroGroups = await this.#countZeroGroups();
    return lossSum / steps;
  }

  /** Fixes the groups that are small now at zero from here on, and ends group lasso. */
  async removeGroups(): Promise<void> {
    const { removeBelow } = this.#parts.options;
    for (const { layer, norms } of await this.#groupNorms())
      this.#kept.set(`${layer}.kept`, this.#tensor(keptGroups(norms, removeBelow), [norms.length]));
    this.#lassoOn = false;
  }

  /** The network as it is now. */
  async network(): Promise<Network> {
    const arrays = new Map<string, Float32Array>();
    for (const [name, tensor] of this.#state) arrays.set(name, await floatsOf(tensor));
    return toNetwork(this.#network, (name) => {
      const array = arrays.get(name);
      assert(array !== undefined, `state ${name}`);
      return array;
    });
  }

  async #step(
    batch: Batch,
    learningRate: number,
  ): Promise<{ readonly loss: number; readonly right: number }> {
    const { session, options } = this.#parts;
    const { channels, height, width } = this.#network.input;
    const outputs = await session.run({
      images: this.#tensor(batch.images, [options.batchSize, channels, height, width]),
      targets: this.#tensor(batch.targets, [options.batchSize, this.#network.classes]),
      learningRate: this.#tensor(Float32Array.of(learningRate), []),
      lasso: this.#tensor(Float32Array.of(this.#lassoOn ? options.groupLasso : 0), []),
      ...Object.fromEntries(this.#kept),
      ...Object.fromEntries(this.#state),
    });
    for (const name of this.#state.keys()) {
      const next = outputs[`${name}.next`];
      assert(next !== undefined, `output ${name}.next`);
      this.#state.set(name, next);
    }
    const logits = await floatsOf(outputs['logits']);
    return { loss: await numberOf(outputs['loss']), right: countRight(logits, batch.labels) };
  }

  async #groupNorms(): Promise<
    readonly { readonly layer: string; readonly norms: Float64Array }[]
  > {
    const list = [];
    for (const layer of this.#parts.step.grouped) {
      const weights = await floatsOf(this.#state.get(`${layer.name}.weight`));
      list.push({ layer: layer.name, norms: groupNorms(weights, layer) });
    }
    return list;
  }

  async #countZeroGroups(): Promise<number> {
    const layers = await this.#groupNorms();
    const zeros = (norms: Float64Array): number => norms.filter((norm) => norm === 0).length;
    return layers.reduce((sum, { norms }) => sum + zeros(norms), 0);
  }

  #tensor(data: Float32Array, shape: readonly number[]): RuntimeTensor {
    return new this.#parts.runtime.Tensor('float32', data, shape);
  }
}

/** Learning rate after a share 0 ... 1 of all steps: from `highest` to 0 along a half cosine. */
const cosine = (highest: number, share: number): number =>
  (highest / 2) * (1 + Math.cos(Math.PI * share));
