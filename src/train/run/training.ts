// One training from its first epoch, or from a checkpoint, to its last: the stages, what is told after each epoch, and
// the checkpoints.

import { compressLayers } from '../../compress/compress.ts';
import { accuracy } from '../../core/accuracy.ts';
import { at, CimError } from '../../core/errors.ts';
import type { ImageSet } from '../../datasets/image-set.ts';
import type { FusedNetwork } from '../../network/fused-network.ts';
import { spellOut } from '../../network/passes/spell-out.ts';
import { type Batch, epochBatches, integerPixels, realPixels } from './batches.ts';
import type { Position } from './checkpoint.ts';
import { checkResumed, checkTrained, divergedAdvice } from './check-training.ts';
import { evaluateIntegers, evaluateLayers } from './evaluate.ts';
import { faultyArrays, findFault } from './find-fault.ts';
import {
  type GroupedLayer,
  groupedLayers,
  type LayerNorms,
  unpackedLayers,
} from '../groups/groups.ts';
import { pruningBefore } from './pruning.ts';
import { beginQuantization, exportIntegers, quantizationOf } from './quantized-run.ts';
import { quantizedStep } from '../graphs/quantized-step.ts';
import type { OnnxRuntime, RuntimeSession } from '../autodiff/runtime.ts';
import { ScaleLearner } from '../scales/scale-learner.ts';
import { epochsOf, lassoStrength, learningRateAt, sideOf, type Stage, stageOf } from './stages.ts';
import type { GroupsOfLayer, TrainHooks, TrainOptions } from './train-options.ts';
import type { EpochRecord } from '../../network/epoch-record.ts';
import { type Arrays, TrainingRun } from './training-run.ts';
import { smallerNetwork } from '../graphs/smaller.ts';
import { type TrainingStep, trainingStep } from '../graphs/training-step.ts';
import {
  countNorms,
  countZeros,
  densityOf,
  type GroupCounts,
  keptNow,
  normsOf,
  withKept,
} from './zero-groups.ts';

const atStart: Position = { epoch: 0, step: 0, lossSum: 0, right: 0, seconds: 0 };
/** Weight of the newest batch in the averaged statistics of batch norm. */
const statisticsRate = 0.1;

/** What a training is given. */
export interface TrainingParts {
  readonly network: FusedNetwork;
  readonly images: ImageSet;
  readonly runtime: OnnxRuntime;
  readonly options: TrainOptions;
}

/** Where the epochs in real arithmetic stand between two sizes of images. */
interface FloatState {
  readonly network: FusedNetwork;
  readonly kept: Arrays;
  readonly velocities?: Arrays | undefined;
}

/** A training. {@link Training.finish} does all that is left of it. */
export class Training {
  readonly #parts: TrainingParts;
  readonly #hooks: TrainHooks;
  readonly #unpacked: readonly GroupedLayer[];
  readonly #grouped: readonly GroupedLayer[];
  readonly #stepsPerEpoch: number;
  readonly #epochs: EpochRecord[];
  #position: Position;
  #counts: GroupCounts;
  #lastSaved: number;

  constructor(parts: TrainingParts) {
    const { network, images, options } = parts;
    this.#parts = parts;
    this.#hooks = options.hooks ?? {};
    this.#unpacked = unpackedLayers(network, options.groupShape);
    this.#grouped = groupedLayers(network, options.groupShape, options.layers);
    const { resume } = this.#hooks;
    if (resume) checkResumed(resume, network, this.#grouped);
    this.#stepsPerEpoch = Math.floor(images.images.images / options.batchSize);
    this.#position = resume?.position ?? atStart;
    this.#epochs = [...(resume?.epochs ?? [])];
    this.#counts = countZeros(resume?.network ?? network, this.#unpacked);
    this.#lastSaved = this.#now();
  }

  /** The epochs that are done. */
  get epochs(): readonly EpochRecord[] {
    return this.#epochs;
  }

  get counts(): GroupCounts {
    return this.#counts;
  }

  /** Trains to the end and gives the network: in integers if quantization was asked for. */
  async finish(): Promise<FusedNetwork> {
    const { options } = this.#parts;
    const { resume } = this.#hooks;
    let network = resume?.network ?? this.#parts.network;
    let kept = resume?.kept ?? keptNow(network, this.#grouped);
    if (!resume?.scales) {
      ({ network, kept } = await this.#trainFloat(network, kept));
      this.#counts = countZeros(network, this.#unpacked);
      const { testAccuracy } = this.#epochs.at(-1) ?? {};
      this.#hooks.onFloat?.(spellOut(network), { testAccuracy, density: densityOf(this.#counts) });
    }
    if (options.quantizeEpochs > 0) network = await this.#trainQuantized(network, kept);
    checkTrained(network, this.#hooks.lastCheckpoint?.());
    this.#counts = countZeros(network, this.#unpacked);
    this.#hooks.onGroups?.(this.#shown(normsOf(network, this.#unpacked)));
    return network;
  }

  async #trainFloat(
    network: FusedNetwork,
    kept: Arrays,
  ): Promise<{ readonly network: FusedNetwork; readonly kept: Arrays }> {
    const { options } = this.#parts;
    let state: FloatState = { network, kept, velocities: this.#hooks.resume?.velocities };
    // Also without any epoch: the last pruning may be due.
    do state = await this.#trainSize(state, sideOf(this.#position.epoch, options.imageSizes ?? []));
    while (this.#position.epoch < options.epochs);
    return state;
  }

  /** Trains as long as images have this size, or to the end. */
  async #trainSize(
    { network, kept, velocities }: FloatState,
    side: number | undefined,
  ): Promise<FloatState> {
    const { runtime, options } = this.#parts;
    const sizes = options.imageSizes ?? [];
    const smaller = side === undefined ? network : smallerNetwork(network, side);
    const step = trainingStep(smaller, { ...options, statisticsRate });
    const session = await this.#open(step);
    const run = new TrainingRun(network, {
      step,
      session,
      runtime,
      kept,
      velocities,
      size: smaller.input,
    });
    const isOfSize = (): boolean =>
      this.#position.epoch < options.epochs && sideOf(this.#position.epoch, sizes) === side;
    try {
      while (isOfSize()) await this.#epoch(run, () => run.network());
      const trained = await run.network();
      if (this.#position.epoch < options.epochs)
        return { network: trained, kept: run.kept, velocities: await run.velocities() };
      // Without epochs after it the last pruning comes here.
      if (options.fixedEpochs > 0) return { network: trained, kept: run.kept };
      await this.#pruneIfDue(run);
      return { network: withKept(trained, this.#grouped, run.kept), kept: run.kept };
    } finally {
      await session.release();
    }
  }

  async #trainQuantized(float: FusedNetwork, kept: Arrays): Promise<FusedNetwork> {
    const { images, runtime, options } = this.#parts;
    const { resume } = this.#hooks;
    const quantization = quantizationOf(options);
    const start = resume?.scales
      ? { network: resume.network, scales: resume.scales }
      : beginQuantization(float, images, quantization);
    const { network } = start;
    const step = quantizedStep(network, { ...options, ...quantization, statisticsRate });
    const session = await this.#open(step);
    const learner = new ScaleLearner(network, quantization, start.scales);
    const learned = {
      learner,
      names: step.learnedScales,
      momentum: options.momentum,
      tellsLargest: quantization.weightForm === 'tanh',
      noiseSeed: step.isNoisy ? options.seed : undefined,
    };
    const velocities = resume?.scales && resume.velocities;
    const run = new TrainingRun(network, { step, session, runtime, learned, kept, velocities });
    const { weightBits } = options;
    const exported = async (): Promise<FusedNetwork> => {
      const parts = {
        network: await run.network(),
        scales: learner.scales,
        quantization,
        weightBits,
      };
      return exportIntegers(parts, runtime);
    };
    try {
      while (this.#position.epoch < epochsOf(options)) await this.#epoch(run, exported, learner);
      return await exported();
    } finally {
      await session.release();
    }
  }

  #open(step: TrainingStep): Promise<RuntimeSession> {
    const { runtime, options } = this.#parts;
    return runtime.InferenceSession.create(step.model, { intraOpNumThreads: options.threads });
  }

  /** Does what is left of the epoch that has begun. */
  async #epoch(
    run: TrainingRun,
    current: () => Promise<FusedNetwork>,
    learner?: ScaleLearner,
  ): Promise<void> {
    const { images, options } = this.#parts;
    const { epoch } = this.#position;
    const stage = stageOf(epoch, options);
    const pixels = learner ? integerPixels(options.activationBits) : realPixels;
    const side = learner ? undefined : sideOf(epoch, options.imageSizes ?? []);
    const draw = { ...options, pixels, side, skip: this.#position.step };
    const densities = this.#epochs.map(({ density }) => density);
    const lasso = lassoStrength(densities, options);
    let learningRate = this.#learningRate();
    let since = this.#now();
    for (const batch of epochBatches(images, epoch, draw)) {
      if (options.signal?.aborted) await this.#stop(run, learner);
      if (!learner) await this.#pruneIfDue(run);
      learningRate = this.#learningRate();
      const { loss, right } = await run.step(batch, { learningRate, lasso, number: this.#done() });
      if (!Number.isFinite(loss)) throw await this.#diverged(run, batch);
      const { step, lossSum, right: rightBefore, seconds } = this.#position;
      const now = this.#now();
      this.#position = {
        epoch,
        step: step + 1,
        lossSum: lossSum + loss,
        right: rightBefore + right,
        seconds: seconds + (now - since) / 1000,
      };
      since = now;
      this.#tell(stage);
      await this.#tellGroups(run);
      if (now - this.#lastSaved >= 1000 * (this.#hooks.checkpointSeconds ?? Infinity))
        await this.#save(run, learner);
    }
    await this.#endEpoch(run, { stage, learningRate, current });
    await this.#save(run, learner);
  }

  /** Steps of the whole training that are done. */
  #done(): number {
    return this.#position.epoch * this.#stepsPerEpoch + this.#position.step;
  }

  #learningRate(): number {
    return learningRateAt(this.#done(), this.#stepsPerEpoch, this.#parts.options);
  }

  async #endEpoch(
    run: TrainingRun,
    {
      stage,
      learningRate,
      current,
    }: {
      readonly stage: Stage;
      readonly learningRate: number;
      readonly current: () => Promise<FusedNetwork>;
    },
  ): Promise<void> {
    const { options } = this.#parts;
    const { epoch, lossSum, right, seconds } = this.#position;
    const steps = this.#stepsPerEpoch;
    this.#counts = countNorms(await run.norms(this.#unpacked));
    const testAccuracy = await this.#measure(epoch + 1, current);
    const record: EpochRecord = {
      epoch: epoch + 1,
      stage,
      loss: lossSum / steps,
      accuracy: right / (steps * options.batchSize),
      density: densityOf(this.#counts),
      learningRate,
      imagesPerSecond: seconds > 0 ? (steps * options.batchSize) / seconds : 0,
      seconds,
      ...(testAccuracy === undefined ? {} : { testAccuracy }),
    };
    this.#epochs.push(record);
    this.#position = { ...atStart, epoch: epoch + 1 };
    this.#hooks.onEpoch?.(record);
  }

  /** Accuracy on the test images, where it is wanted after epoch number `done`. */
  async #measure(done: number, current: () => Promise<FusedNetwork>): Promise<number | undefined> {
    const { runtime, options } = this.#parts;
    const { test, testEvery = 1 } = this.#hooks;
    if (!test || (done % testEvery !== 0 && done !== epochsOf(options))) return undefined;
    const network = await current();
    const outputs = network.precision
      ? await evaluateIntegers(compressLayers(network), test, runtime, options)
      : await evaluateLayers(network, test, runtime);
    return accuracy(outputs, test.labels, network.classes);
  }

  /** Fixes the groups that matter least at zero, where the schedule says so. */
  async #pruneIfDue(run: TrainingRun): Promise<void> {
    const { options } = this.#parts;
    const plan = { unpacked: this.#unpacked, stepsPerEpoch: this.#stepsPerEpoch, options };
    const keep = pruningBefore(this.#done(), plan);
    if (keep) run.keepOnly(keep(await run.norms(this.#grouped)));
  }

  #tell(stage: Stage): void {
    const { options } = this.#parts;
    const { epoch, step, lossSum, right } = this.#position;
    options.onProgress?.({
      done: this.#done(),
      total: this.#stepsPerEpoch * epochsOf(options),
      epoch,
      stage,
      loss: lossSum / step,
      accuracy: right / (step * options.batchSize),
      ...this.#counts,
    });
  }

  async #tellGroups(run: TrainingRun): Promise<void> {
    const { onGroups, groupsEvery = 10 } = this.#hooks;
    const { step } = this.#position;
    const isWanted = step === 1 || step % groupsEvery === 0 || step === this.#stepsPerEpoch;
    if (onGroups && isWanted) onGroups(this.#shown(await run.norms(this.#unpacked)));
  }

  #shown(layers: readonly LayerNorms[]): readonly GroupsOfLayer[] {
    return layers.map((layer, i) => ({
      ...layer,
      kernelTiles: at(this.#unpacked, i).grid.kernelTiles,
    }));
  }

  async #save(run: TrainingRun, learner: ScaleLearner | undefined): Promise<void> {
    const { onCheckpoint, settings = {} } = this.#hooks;
    this.#lastSaved = this.#now();
    if (!onCheckpoint) return;
    const network = await run.network();
    // A checkpoint that no training can go on from must not take the place of one that is good.
    checkTrained(network, this.#hooks.lastCheckpoint?.());
    onCheckpoint({
      network,
      velocities: await run.velocities(),
      kept: run.kept,
      ...(learner ? { scales: learner.scales } : {}),
      position: this.#position,
      epochs: [...this.#epochs],
      settings,
    });
  }

  async #stop(run: TrainingRun, learner: ScaleLearner | undefined): Promise<never> {
    await this.#save(run, learner);
    const told = this.#hooks.lastCheckpoint?.();
    throw new CimError('cancelled', { what: 'training was stopped', todo: told });
  }

  async #diverged(run: TrainingRun, batch: Batch): Promise<CimError> {
    const { runtime, network, options } = this.#parts;
    const { epoch } = this.#position;
    const side = epoch < options.epochs ? sideOf(epoch, options.imageSizes ?? []) : undefined;
    const before = await run.networkBefore();
    const smaller = side === undefined ? before : smallerNetwork(before, side);
    const layer = (await findFault(smaller, batch, runtime)) ?? faultyArrays(await run.network());
    const told = this.#hooks.lastCheckpoint?.();
    return new CimError('training', {
      what: `training diverged in epoch ${this.#position.epoch + 1}: its loss is no finite number any more${layer === undefined ? '' : `, and ${layer} was the first layer to give one that is not`}`,
      where: layer === undefined ? network.name : [network.name, layer],
      todo: told === undefined ? divergedAdvice : `${divergedAdvice}; ${told}`,
    });
  }

  #now(): number {
    return this.#hooks.now?.() ?? 0;
  }
}
