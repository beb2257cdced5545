// What a person sees of a training: a bar in a terminal, else one line per epoch.

import type { TrainProgress } from '../train/run/train-options.ts';
import type { EpochRecord } from '../network/epoch-record.ts';
import { openTerminalBar } from './terminal-bar.ts';

/** Shows a training. */
export interface TrainingBar {
  readonly show: (progress: TrainProgress) => void;
  readonly epoch: (record: EpochRecord) => void;
  readonly stop: () => void;
}

/**
 * A bar on stderr when a person watches it, else a line on stderr for each epoch.
 * @param epochs in all
 */
export function openTrainingBar(epochs: number): TrainingBar {
  if (!process.stdout.isTTY || !process.stderr.isTTY)
    return {
      show: () => {},
      epoch: (record) => process.stderr.write(`${epochText(record, epochs - record.epoch)}\n`),
      stop: () => {},
    };
  const bar = openTerminalBar(
    '{stage} [{bar}] {percentage}% | loss {loss} | {accuracy} % right | density {density} | {eta_formatted} left',
    // Steps are short and uneven.
    { etaBuffer: 200, clearOnComplete: false },
  );
  let running = false;
  return {
    show: ({ done, total, stage, loss, accuracy, zeroGroups, groups }) => {
      const shown = {
        stage: stage.padEnd(8),
        loss: loss.toFixed(4),
        accuracy: (accuracy * 100).toFixed(2),
        density: (groups === 0 ? 1 : 1 - zeroGroups / groups).toFixed(3),
      };
      if (running) bar.update(done, shown);
      else bar.start(total, done, shown);
      running = true;
    },
    epoch: () => {},
    stop: () => bar.stop(),
  };
}

/** One epoch as a line. */
function epochText(record: EpochRecord, left: number): string {
  const { epoch, stage, loss, accuracy, testAccuracy, density, imagesPerSecond, seconds } = record;
  return [
    `epoch ${epoch} of ${epoch + left} (${stage}): loss ${loss.toFixed(4)}`,
    `${(100 * accuracy).toFixed(2)} % right`,
    ...(testAccuracy === undefined ? [] : [`test ${(100 * testAccuracy).toFixed(2)} %`]),
    `density ${density.toFixed(3)}`,
    `${imagesPerSecond.toFixed(0)} images/s`,
    `about ${Math.ceil((left * seconds) / 60)} min left`,
  ].join(', ');
}
