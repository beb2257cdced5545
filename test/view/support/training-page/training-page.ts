// A page that trains, for tests: the Train tab, and trainings asked for by a test.

import { errorData } from '../../../../src/core/errors.ts';
import '../../../../src/view/ui/styles.css';
import './training-page.css';
import { startTraining } from '../../../../src/view/engine/training/open-training.ts';
import { drawTrainPanel } from '../../../../src/view/pieces/training/train-panel.ts';
import type { AskedTraining } from './asked-training.ts';

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
      const outcome = await first.then(() => undefined, errorData);
      if (outcome?.kind !== 'cancelled') return { error: outcome?.what ?? 'was not stopped' };
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
    const bytes = base64(file.bytes);
    const density = 1 - zeroGroups / all;
    return { ...rest, file: bytes, density, stoppedAt, groups, isIsolated: crossOriginIsolated };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const base64 = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

/** Networks that were to be used in the simulator, as base64. */
const used: { readonly name: string; readonly file: string }[] = [];
const main = document.querySelector('main');
if (main)
  drawTrainPanel(main, {
    dataUrl,
    onTrained: ({ name, bytes }) => used.push({ name, file: base64(bytes) }),
  });

Object.assign(globalThis, { runTraining, used });
