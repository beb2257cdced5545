// The files of a training: the network, and beside it the checkpoint, the metrics and the network before quantization.

import { existsSync } from 'node:fs';
import { CimError } from '../core/errors.ts';
import type { Network } from '../network/network.ts';
import { writeNetworkFile } from '../network/io/network-file.ts';
import {
  type Checkpoint,
  checkSettings,
  readCheckpoint,
  writeCheckpoint,
} from '../train/run/checkpoint.ts';
import { writeMetricsLine } from '../network/io/metrics-file.ts';
import { type EpochRecord } from '../network/epoch-record.ts';
import { readBytes } from './files.ts';
import { writeTogether, writeWhole } from './write-files.ts';

/** Paths of a training's files. */
export interface TrainFiles {
  readonly network: string;
  readonly checkpoint: string;
  readonly metrics: string;
  readonly float: string;
}

/** The files of a training whose network goes to `out`. */
export function trainFiles(out: string): TrainFiles {
  const base = out.replace(/\.safetensors$/, '');
  return {
    network: out,
    checkpoint: `${base}.checkpoint.safetensors`,
    metrics: `${base}.metrics.jsonl`,
    float: `${base}.float.safetensors`,
  };
}

/**
 * The checkpoint to go on from, if there is one.
 * @param settings that it must have been begun with
 * @throws {CimError} (input) when there is one and `resume` is false, or it does not belong to this training
 */
export function findCheckpoint(
  { checkpoint }: TrainFiles,
  resume: boolean,
  settings: Readonly<Record<string, unknown>>,
): Checkpoint | undefined {
  if (!existsSync(checkpoint)) return undefined;
  if (!resume)
    throw new CimError('input', {
      what: 'is the checkpoint of a training that did not end',
      where: checkpoint,
      todo: 'give --resume to go on with it, or remove it',
    });
  const found = readCheckpoint(readBytes(checkpoint), checkpoint);
  checkSettings(found, settings, checkpoint);
  return found;
}

/** Keeps the files of a training up to date while it runs. */
export interface TrainRecorder {
  readonly epoch: (record: EpochRecord) => void;
  readonly checkpoint: (checkpoint: Checkpoint) => void;
  readonly float: (network: Network) => void;
  /** What to tell a person about the last checkpoint. */
  readonly lastCheckpoint: () => string;
}

/** A {@link TrainRecorder}; the metrics begin with the epochs that are done. */
export function recordTraining(files: TrainFiles, resumed: Checkpoint | undefined): TrainRecorder {
  const lines = (resumed?.epochs ?? []).map(writeMetricsLine);
  let last = resumed;
  const writeMetrics = (): void => writeWhole(files.metrics, lines.join(''));
  writeMetrics();
  return {
    epoch: (record) => {
      lines.push(writeMetricsLine(record));
      writeMetrics();
    },
    checkpoint: (checkpoint) => {
      writeWhole(files.checkpoint, writeCheckpoint(checkpoint));
      last = checkpoint;
    },
    float: (network) => writeWhole(files.float, writeNetworkFile(network)),
    lastCheckpoint: () =>
      last
        ? `the last checkpoint, ${files.checkpoint}, has ${last.position.epoch} epochs and ${last.position.step} steps: --resume goes on from it`
        : 'there is no checkpoint yet',
  };
}

/** Writes the network that came of a training, whose checkpoint is not needed any more. */
export const finishTraining = ({ network, checkpoint }: TrainFiles, trained: Network): void =>
  writeTogether([
    { path: network, content: writeNetworkFile(trained) },
    { path: checkpoint, content: null },
  ]);
