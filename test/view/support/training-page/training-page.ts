// A page that trains, for tests: the Train tab, and trainings asked for by a test.

import '../../../../src/view/pieces.css';
import './training-page.css';
import type { EpochRecord } from '../../../../src/train/train-options.ts';
import { startTraining } from '../../../../src/view/training/open-training.ts';
import { drawTrainPanel } from '../../../../src/view/training/train-panel.ts';
import type { TrainingSettings } from '../../../../src/view/training/training-settings.ts';

/** What a test asks for; all of it plain data. */
export interface AskedTraining {
  readonly settings: TrainingSettings;
  readonly threads?: number | undefined;
  /** Steps after which it is stopped, and then gone on with. */
  readonly stopAfter?: number | undefined;
}

/** What it hears. */
export interface HeardTraining {
  readonly error?: string | undefined;
  /** The network file, as base64. */
  readonly file: string;
  readonly epochs: readonly EpochRecord[];
  readonly testAccuracy: number;
  readonly quantizedAccuracy: number | null;
  readonly density: number;
  readonly imagesPerSecond: number;
  readonly threads: number;
  /** Steps done when it stopped. */
  readonly stoppedAt?: number | undefined;
  /** Layers and zero groups, as often as they were told. */
  readonly groups: readonly Readonly<Record<string, number>>[];
  readonly isIsolated: boolean;
}

const dataUrl = new URL('./data/', location.href);

async function runTraining({ settings, threads, stopAfter }: AskedTraining): Promise<unknown> {
  const groups: Record<string, number>[] = [];
  let [checkpoint, stoppedAt]: [Uint8Array | undefined, number | undefined] = [
    undefined,
    undefined,
  ];
  const stop = new AbortController();
  const options = {
    threads,
    onGroups: (layers: readonly { readonly name: string; readonly norms: Float64Array }[]) =>
      groups.push(
        Object.fromEntries(
          layers.map(({ name, norms }) => [name, norms.filter((norm) => norm === 0).length]),
        ),
      ),
    onCheckpoint: (bytes: Uint8Array) => (checkpoint = bytes),
  };
  try {
    if (stopAfter !== undefined) {
      const onProgress = ({ done }: { readonly done: number }): void => {
        stoppedAt = done;
        if (done === stopAfter) stop.abort();
      };
      const first = startTraining(settings, dataUrl, {
        ...options,
        onProgress,
        signal: stop.signal,
      });
      const outcome = await first.then(
        () => 'was not stopped',
        (error: unknown) => (error as Error).name,
      );
      if (outcome !== 'CancelledError') return { error: outcome };
    }
    const {
      file,
      zeroGroups,
      groups: all,
      ...rest
    } = await startTraining(settings, dataUrl, {
      ...options,
      resume: checkpoint,
    });
    const bytes = btoa(Array.from(file.bytes, (byte) => String.fromCharCode(byte)).join(''));
    const density = 1 - zeroGroups / all;
    return { ...rest, file: bytes, density, stoppedAt, groups, isIsolated: crossOriginIsolated };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const used: string[] = [];
const main = document.querySelector('main');
if (main) drawTrainPanel(main, { dataUrl, onTrained: ({ name }) => used.push(name) });

Object.assign(globalThis, { runTraining, used });
