// What goes between a page and its training worker.

import type { EpochRecord } from '../../../network/epoch-record.ts';
import type { GroupsOfLayer, TrainProgress } from '../../../train/run/train-options.ts';
import type { TrainSettings } from '../../../settings/train-settings.ts';
import type { NamedBytes } from '../user-files.ts';
import type { ErrorData } from '../../../core/errors.ts';

/** What a training needs. */
export interface TrainingRequest {
  readonly settings: TrainSettings;
  /** Address of the folder `data/`, with a slash at the end. */
  readonly dataUrl: string;
  /** MNIST's images and labels to train on, packed or not; empty: those that come with the page. */
  readonly files: readonly NamedBytes[];
  /** A checkpoint to go on from. */
  readonly resume: Uint8Array | undefined;
  /** Threads of ONNX Runtime. More than one need a page that is cross-origin isolated. */
  readonly threads: number;
}

/** What a training gives. */
export interface TrainedResult {
  /** The network file. Its bytes depend on request, browser and day alone. */
  readonly file: NamedBytes;
  readonly epochs: readonly EpochRecord[];
  /** Share of MNIST's test images classified rightly in real arithmetic. */
  readonly testAccuracy: number;
  /** The same of the integers that the chip computes with; null where quantization was not trained. */
  readonly quantizedAccuracy: number | null;
  readonly zeroGroups: number;
  readonly groups: number;
  /** Of the training steps alone, over all epochs. */
  readonly imagesPerSecond: number;
  readonly threads: number;
}

/** To the worker. A worker does one training. */
export type ToTrainer =
  | { readonly kind: 'train'; readonly request: TrainingRequest }
  | { readonly kind: 'stop' };

/** From the worker. `ready` comes first, with the lock that it holds while it lives; `result` or `error` is the last. */
export type FromTrainer =
  | { readonly kind: 'ready'; readonly lock: string | undefined }
  | { readonly kind: 'progress'; readonly progress: TrainProgress }
  | { readonly kind: 'epoch'; readonly record: EpochRecord }
  | { readonly kind: 'groups'; readonly layers: readonly GroupsOfLayer[] }
  | { readonly kind: 'checkpoint'; readonly bytes: Uint8Array }
  | { readonly kind: 'result'; readonly result: TrainedResult }
  | { readonly kind: 'error'; readonly error: ErrorData };
