// A training as the page asks for it: its data, its options as `mars train` has them, its network file.

import { compress } from '../../../compress/compress.ts';
import { crc32 } from '../../../core/bits.ts';
import { countOf } from '../../../core/words.ts';
import { firstImages, type ImageSet, labelBytes } from '../../../datasets/image-set.ts';
import { mnistCnn } from '../../../network/builtin/mnist-cnn.ts';
import type { Network } from '../../../network/network.ts';
import { writeNetworkFile } from '../../../network/io/network-file.ts';
import { checkSettings, readCheckpoint, writeCheckpoint } from '../../../train/run/checkpoint.ts';
import { evaluate, evaluateIntegers } from '../../../train/run/evaluate.ts';
import { accuracy } from '../../../core/accuracy.ts';
import type { OnnxRuntime } from '../../../train/autodiff/runtime.ts';
import { train } from '../../../train/run/train.ts';
import {
  trainDefaults,
  type TrainHooks,
  type TrainOptions,
} from '../../../train/run/train-options.ts';
import { chipNamed } from '../../../chips/index.ts';
import { trainOptions } from '../../../settings/train-options.ts';
import { trainingCommand, type TrainSettings } from '../../../settings/train-settings.ts';
import { BundledData, unpack } from '../bundled-data.ts';
import type { NamedBytes } from '../user-files.ts';
import { readImageFiles } from '../page-sources.ts';
import { loadRuntime, runtimeName } from './page-runtime.ts';
import type { TrainedResult, TrainingRequest } from './training-messages.ts';

/** How often the weight groups are told within an epoch. */
const groupsPerEpoch = 8;

/** What is told while it lasts. */
export interface TrainInPageHooks extends Pick<TrainHooks, 'onEpoch' | 'onGroups'> {
  readonly onProgress: TrainOptions['onProgress'];
  readonly onCheckpoint: (bytes: Uint8Array) => void;
  readonly signal: { readonly aborted: boolean };
}

/**
 * Trains.
 * @throws {CimError} when files are missing or wrong, or the loss is no number any more
 * @throws {CimError} (cancelled) when `signal` says stop, after a checkpoint
 */
export async function trainInPage(
  request: TrainingRequest,
  hooks: TrainInPageHooks,
): Promise<TrainedResult> {
  const { settings, threads } = request;
  const runtime = await loadRuntime(threads);
  const data = new BundledData(request.dataUrl);
  const [all, test] = await Promise.all([loadTraining(request.files, data), data.mnistTests()]);
  const images = firstImages(all, settings.images);
  const kept = keptSettings(request, images);
  const start = mnistCnn({ seed: settings.seed });
  const target = { network: start, chip: chipNamed(settings.chip) };
  const trained = await train(start, images, runtime, {
    ...trainOptions({ ...settings, threads }, target),
    onProgress: hooks.onProgress,
    signal: hooks.signal,
    hooks: {
      resume: resumed(request.resume, kept),
      settings: kept,
      test,
      now: () => performance.now(),
      onEpoch: hooks.onEpoch,
      onGroups: hooks.onGroups,
      groupsEvery: Math.ceil(images.images.images / trainDefaults.batchSize / groupsPerEpoch),
      onCheckpoint: (checkpoint) => hooks.onCheckpoint(writeCheckpoint(checkpoint)),
    },
  });
  const { network, epochs, zeroGroups, groups } = trained;
  const measured = await measure(network, test, runtime, threads);
  const prunedGroups = groups === 0 ? 0 : zeroGroups / groups;
  const bytes = writeNetworkFile({
    ...network,
    origin: { ...origin(settings, threads), testAccuracy: measured.testAccuracy, prunedGroups },
  });
  const seconds = epochs.reduce((sum, epoch) => sum + epoch.seconds, 0);
  const steps = Math.floor(images.images.images / trainDefaults.batchSize) * epochs.length;
  return {
    file: { name: `${settings.network}-seed-${settings.seed}.safetensors`, bytes },
    epochs,
    ...measured,
    zeroGroups,
    groups,
    imagesPerSecond: (steps * trainDefaults.batchSize) / seconds,
    threads,
  };
}

async function loadTraining(files: readonly NamedBytes[], data: BundledData): Promise<ImageSet> {
  if (files.length === 0) return await data.mnistTraining();
  const unpacked = await Promise.all(
    files.map(async ({ name, bytes }) => ({ name, bytes: await unpack(new Uint8Array(bytes)) })),
  );
  return { ...readImageFiles('mnist', unpacked), name: 'mnist train' };
}

/** What must stay the same from a checkpoint on. */
const keptSettings = (
  { settings, threads }: TrainingRequest,
  { images, labels }: ImageSet,
): Readonly<Record<string, unknown>> => ({
  ...Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, value ?? 'none'])),
  threads,
  pixels: crc32(images.data),
  labels: crc32(labelBytes(labels)),
});

function resumed(
  bytes: Uint8Array | undefined,
  kept: Readonly<Record<string, unknown>>,
): TrainHooks['resume'] {
  if (!bytes) return undefined;
  const checkpoint = readCheckpoint(bytes, 'checkpoint');
  checkSettings(checkpoint, kept, 'checkpoint');
  return checkpoint;
}

async function measure(
  network: Network,
  test: ImageSet,
  runtime: OnnxRuntime,
  threads: number,
): Promise<Pick<TrainedResult, 'testAccuracy' | 'quantizedAccuracy'>> {
  const share = (outputs: Float32Array): number => accuracy(outputs, test.labels, network.classes);
  const testAccuracy = share(await evaluate(network, test, runtime));
  if (!network.precision) return { testAccuracy, quantizedAccuracy: null };
  const outputs = await evaluateIntegers(compress(network), test, runtime, { threads });
  return { testAccuracy, quantizedAccuracy: share(outputs) };
}

const origin = (
  settings: TrainSettings,
  threads: number,
): Pick<Network['origin'], 'command' | 'seed' | 'hardware' | 'date'> => ({
  command: trainingCommand(settings),
  seed: settings.seed,
  hardware: `a browser, ${countOf(threads, 'thread')}, ${runtimeName}`,
  date: new Date().toISOString().slice(0, 10),
});
