// `mars train`: trains a network of ours and writes its file. It can be stopped at any time and goes on from its
// checkpoint to the same result.

import { Command } from 'commander';
import { firstImages, type ImageSet } from '../../datasets/image-set.ts';
import type { Network, Origin } from '../../network/network.ts';
import { epochsOf } from '../../train/run/stages.ts';
import { train, type Trained } from '../../train/run/train.ts';
import type { TrainHooks, TrainOptions } from '../../train/run/train-options.ts';
import { resultCommand } from '../../settings/train-settings.ts';
import { datasetNamed, loadDataset } from '../load-dataset.ts';
import { measureAccuracy } from '../../train/recipes/measure-accuracy.ts';
import { describeHardware, importRuntime, type NodeRuntime } from '../onnx-runtime.ts';
import { print } from '../output.ts';
import {
  addTrainOptions,
  settledOptions,
  startNetwork,
  type TrainFlags,
  trainOptionsOf,
} from '../train-flags.ts';
import { findCheckpoint, finishTraining, recordTraining, trainFiles } from '../train-files.ts';
import { openTrainingBar } from '../train-progress.ts';
import { trainableNamed } from '../../train/recipes/trainable.ts';
import { checkTargets } from '../write-files.ts';

/** A checkpoint is written after each epoch, and whenever so many seconds have passed. */
const checkpointSeconds = 300;

/** The command. */
export function trainCommand(): Command {
  const command = new Command('train').description(
    'train a network for the chip and write its file (needs onnxruntime-node)',
  );
  return addTrainOptions(command).action(run);
}

/** What the command prints. */
interface TrainResult {
  readonly file: string;
  readonly command: string;
  readonly hardware: string;
  /** Share of the test images classified rightly by the network in real arithmetic. */
  readonly testAccuracy: number;
  /** The same of the integers that the chip computes with; null where quantization was not trained. */
  readonly quantizedAccuracy: number | null;
  /** The same on the chip that it was trained for; null where its ADC loses nothing. */
  readonly chipAccuracy: number | null;
  readonly zeroGroups: number;
  readonly groups: number;
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
  readonly trainingSeconds: number;
  readonly imagesPerSecond: number;
}

async function run(flags: TrainFlags): Promise<void> {
  const dataset = datasetNamed(flags.dataset ?? trainableNamed(flags.network).dataset);
  const out = flags.out ?? `${flags.network}.safetensors`;
  checkTargets(Object.values(trainFiles(out)));
  // Wrong options are told before anything is looked for.
  const probe = await startNetwork(flags, dataset === 'cifar100' ? 100 : 10);
  const options = await trainOptionsOf(flags, probe);
  const runtime = await importRuntime();
  const images = firstImages(loadDataset(dataset, 'train', flags.data, flags.images), flags.images);
  const test = loadDataset(dataset, 'test', flags.data);
  const made = {
    command: resultCommand({
      ...flags,
      dataset,
      epochs: options.epochs,
      groupLasso: options.groupLasso,
    }),
    seed: flags.seed,
    hardware: describeHardware(runtime, options.threads),
    date: new Date().toISOString().slice(0, 10),
  };
  const network = { ...probe, dataset };
  const training = { network, images, test, runtime, options, made };
  const { trained, seconds } = await trainWithFiles(flags, training, out);

  const measured = await measureAccuracy(trained.network, test, runtime, options);
  const { zeroGroups, groups, losses } = trained;
  const prunedGroups = groups === 0 ? 0 : zeroGroups / groups;
  const origin = { ...made, testAccuracy: measured.real, prunedGroups };
  finishTraining(trainFiles(out), { ...trained.network, origin });
  const result: TrainResult = {
    file: out,
    command: origin.command,
    hardware: origin.hardware,
    testAccuracy: measured.real,
    quantizedAccuracy: measured.quantized,
    chipAccuracy: measured.onChip,
    zeroGroups,
    groups,
    losses,
    trainingSeconds: seconds,
    imagesPerSecond: (images.images.images * losses.length) / seconds,
  };
  print(flags.json ? `${JSON.stringify(result, null, 2)}\n` : resultText(result));
}

interface PreparedTraining {
  readonly made: Pick<Origin, 'command' | 'seed' | 'hardware' | 'date'>;
  readonly network: Network;
  readonly images: ImageSet;
  readonly test: ImageSet;
  readonly runtime: NodeRuntime;
  readonly options: TrainOptions;
}

/** Trains with checkpoints and metrics beside `out`; Ctrl-C stops with a checkpoint. */
async function trainWithFiles(
  flags: TrainFlags,
  { network, images, test, runtime, options, made }: PreparedTraining,
  out: string,
): Promise<{ readonly trained: Trained; readonly seconds: number }> {
  const files = trainFiles(out);
  const settings = settledOptions(flags, network, options);
  const resume = findCheckpoint(files, flags.resume === true, settings);
  const recorder = recordTraining(files, resume);
  const bar = openTrainingBar(epochsOf(options));
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  // Once: a second Ctrl-C ends the process at once, with the last checkpoint.
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  const hooks: TrainHooks = {
    resume,
    settings,
    test,
    testEvery: flags.testEvery,
    now: () => performance.now(),
    checkpointSeconds,
    onCheckpoint: recorder.checkpoint,
    onEpoch: (record) => {
      recorder.epoch(record);
      bar.epoch(record);
    },
    onFloat: (float, { testAccuracy = null, density }) => {
      const origin = { ...made, testAccuracy, prunedGroups: 1 - density };
      if (options.quantizeEpochs > 0) recorder.float({ ...float, origin });
    },
    lastCheckpoint: recorder.lastCheckpoint,
  };
  try {
    const trained = await train(network, images, runtime, {
      ...options,
      hooks,
      onProgress: bar.show,
      signal: stop.signal,
    });
    const seconds = trained.epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
    return { trained, seconds };
  } finally {
    bar.stop();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}

function resultText(result: TrainResult): string {
  const { file, testAccuracy, quantizedAccuracy, chipAccuracy, zeroGroups, groups } = result;
  const { trainingSeconds, imagesPerSecond } = result;
  const percent = (share: number): string => (share * 100).toFixed(2);
  return [
    `${file}: ${percent(testAccuracy)} % of the test images right`,
    ...(quantizedAccuracy === null ? [] : [`in integers ${percent(quantizedAccuracy)} %`]),
    ...(chipAccuracy === null ? [] : [`read by the chip's ADC ${percent(chipAccuracy)} %`]),
    `${zeroGroups} of ${groups} weight groups are zero`,
    `trained in ${trainingSeconds.toFixed(0)} s, ${imagesPerSecond.toFixed(0)} images/s`,
    '',
  ].join('\n');
}
