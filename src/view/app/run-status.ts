// What a run says of itself while it lasts: a bar, a line with the time left, the accuracy so far.

import type { Progress } from '../../core/progress.ts';
import { countOf } from '../../core/words.ts';
import type { PartialResult } from '../engine/engine.ts';
import { formatDuration, formatShare, formatWhole } from '../../core/number-text.ts';
import { make, setText } from '../ui/make-element.ts';

/** The status of runs. */
export interface RunStatus {
  readonly element: HTMLElement;
  begin(): void;
  readonly progress: (progress: Progress) => void;
  readonly partial: (partial: PartialResult) => void;
  /** Ends with a sentence. */
  end(message: string): void;
  /** Ends with an error. */
  fail(message: string): void;
  /** Says that a file was refused, while a run may go on; empty: says nothing any more. */
  refuse(message: string): void;
}

const stageNames: Readonly<Record<Progress['stage'], string>> = {
  calibrate: 'Calibrating activation ranges',
  float: 'Float reference',
  simulate: 'Simulating the chip',
  exact: 'Exact integers',
  sweep: 'Sweeping',
};

/** Makes the status. Its height is reserved, so that nothing moves when it speaks. */
export function makeRunStatus(): RunStatus {
  const bar = make('progress', { attributes: { max: '1', value: '0', 'aria-label': 'Progress' } });
  const line = make('p', { class: 'status-line', attributes: { role: 'status', id: 'message' } });
  const soFar = make('p', { class: 'status-line muted', attributes: { id: 'so-far' } });
  const alert = make('p', { class: 'status-error', attributes: { role: 'alert', id: 'error' } });
  let stage: Progress['stage'] | undefined;
  let since = 0;
  const quiet = (message: string): void => {
    bar.classList.remove('is-busy');
    setText(line, message);
    stage = undefined;
  };
  return {
    element: make('div', { class: 'status' }, [bar, line, soFar, alert]),
    begin: () => {
      bar.value = 0;
      bar.classList.add('is-busy');
      alert.textContent = '';
      soFar.textContent = '';
      line.textContent = 'Loading …';
    },
    progress: ({ stage: now, done, total }) => {
      if (now !== stage) {
        stage = now;
        since = performance.now();
      }
      bar.value = total === 0 ? 0 : done / total;
      const spent = performance.now() - since;
      const left = done > 0 && done < total ? (spent * (total - done)) / done : undefined;
      const leftText = left === undefined ? '' : `, about ${formatDuration(left / 1000)} left`;
      line.textContent = `${stageNames[now]}: ${formatWhole(done)} of ${countOf(total, 'image')}${leftText}`;
    },
    partial: ({ images, of, right }) => {
      soFar.textContent = `On the chip so far: ${formatShare(right / images)} right, ${formatWhole(images)} of ${countOf(of, 'image')}`;
    },
    end: (message) => {
      quiet(message);
      soFar.textContent = '';
      bar.value = 1;
    },
    fail: (message) => {
      quiet('');
      bar.value = 0;
      soFar.textContent = '';
      setText(alert, message);
    },
    refuse: (message) => {
      alert.textContent = message;
    },
  };
}
