// Starts a training in a worker of its own, which ends with it.

import { CimError, errorOf } from '../../../core/errors.ts';
import type { EpochRecord } from '../../../network/epoch-record.ts';
import type { GroupsOfLayer, TrainProgress } from '../../../train/run/train-options.ts';
import type { TrainSettings } from '../../../settings/train-settings.ts';
import type { NamedBytes } from '../user-files.ts';
import { deadWorker, watchWorker } from '../worker-life.ts';
import type { FromTrainer, ToTrainer, TrainedResult } from './training-messages.ts';

/** How to train. */
export interface TrainingOptions {
  /** Stops between two steps, with a checkpoint. */
  readonly signal?: AbortSignal | undefined;
  /** Called after each step. */
  readonly onProgress?: ((progress: TrainProgress) => void) | undefined;
  readonly onEpoch?: ((record: EpochRecord) => void) | undefined;
  /** Called with the norms of all weight groups, about eight times per epoch. */
  readonly onGroups?: ((layers: readonly GroupsOfLayer[]) => void) | undefined;
  /** Called after each epoch and when stopped, with what `resume` takes. */
  readonly onCheckpoint?: ((bytes: Uint8Array) => void) | undefined;
  /** A checkpoint of a training with the same settings, images and threads: goes on as if it had not been stopped. */
  readonly resume?: Uint8Array | undefined;
  /** MNIST's images and labels to train on, as IDX, packed or not. Default: those that come with the page. */
  readonly files?: readonly NamedBytes[] | undefined;
  /** Default: {@link defaultThreads}. */
  readonly threads?: number | undefined;
}

/** How long a worker may take to stop, in ms, before it is ended: it looks up between two steps. */
const stopWithin = 60_000;
/** More threads than this gain nothing on layers as small as mnist-cnn's. */
const maxThreads = 4;

/** Threads of a training: one where the page is not cross-origin isolated, since threads need shared memory. */
export const defaultThreads = (): number =>
  globalThis.crossOriginIsolated
    ? Math.max(1, Math.min(maxThreads, navigator.hardwareConcurrency))
    : 1;

/**
 * Trains a network. The same arguments give the same bytes on the same machine, also when stopped and gone on with.
 * @param dataUrl address of the folder `data/` that was built beside the page, with a slash at the end
 * @throws {CimError} when files are missing or wrong, or the loss is no number any more
 * @throws {CimError} (cancelled) when `signal` says stop, after a last checkpoint
 * @throws {CimError} (environment) when there is no worker, it dies, or WebAssembly is forbidden
 */
export function startTraining(
  settings: TrainSettings,
  dataUrl: string | URL,
  options: TrainingOptions = {},
): Promise<TrainedResult> {
  const { signal, files = [], resume, threads = defaultThreads() } = options;
  if (signal?.aborted) return Promise.reject(stopped());
  return new Promise((resolve, reject) => {
    const worker = openWorker();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isReady = false;
    const watch = watchWorker(worker, (why) => fail(isReady ? died(why) : noWorker(why)));
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
      watch.end();
    };
    const fail = (error: Error): void => {
      end();
      reject(error);
    };
    const stop = (): void => {
      send(worker, { kind: 'stop' });
      timer = setTimeout(() => fail(stopped()), stopWithin);
    };
    signal?.addEventListener('abort', stop);
    worker.addEventListener('message', ({ data: message }: MessageEvent<FromTrainer>) => {
      if (message.kind === 'ready') {
        isReady = true;
        watch.watchLock(message.lock);
      } else if (message.kind === 'error') fail(errorOf(message.error));
      else if (message.kind === 'result') {
        end();
        resolve(message.result);
      } else tell(message, options);
    });
    const request = { settings, dataUrl: String(dataUrl), files, resume, threads };
    send(worker, { kind: 'train', request });
  });
}

function openWorker(): Worker {
  try {
    return new Worker(new URL('./training-worker.ts', import.meta.url), { type: 'module' });
  } catch (cause) {
    throw noWorker(String(cause), cause);
  }
}

type Told = Exclude<FromTrainer, { readonly kind: 'ready' | 'result' | 'error' }>;

function tell(message: Told, options: TrainingOptions): void {
  if (message.kind === 'progress') options.onProgress?.(message.progress);
  else if (message.kind === 'epoch') options.onEpoch?.(message.record);
  else if (message.kind === 'groups') options.onGroups?.(message.layers);
  else options.onCheckpoint?.(message.bytes);
}

const send = (worker: Worker, message: ToTrainer): void => worker.postMessage(message);
const stopped = (): CimError => new CimError('cancelled', { what: 'training was stopped' });
const died = (why: string): CimError =>
  deadWorker(
    'the training',
    why,
    'resume from the last epoch, or start again; if it stops again, memory may be short: take fewer images',
  );
const noWorker = (why: string | undefined, cause?: unknown): CimError =>
  new CimError('environment', {
    what: `training needs a worker, which does not start${why ? `: ${why}` : ''}`,
    todo: "serve the whole folder that was built, with a policy whose worker-src has 'self'",
    cause,
  });
