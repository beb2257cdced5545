// A progress bar on stderr while a person watches; nothing when nobody does.

import type { Progress } from '../core/progress.ts';
import { openTerminalBar } from './terminal-bar.ts';

/** Shows progress until stopped. */
export interface ProgressBar {
  readonly show: (progress: Progress) => void;
  readonly stop: () => void;
}

const titles: Readonly<Record<Progress['stage'], string>> = {
  calibrate: 'calibrating activations',
  float: 'float network',
  simulate: 'simulating the chip',
  exact: 'integer network',
  sweep: 'trying chips',
};

/** A bar on stderr; silent when stdout or stderr is not a terminal. */
export function openProgressBar(): ProgressBar {
  if (!process.stdout.isTTY || !process.stderr.isTTY) return { show: () => {}, stop: () => {} };
  const bar = openTerminalBar(
    '{title} [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left',
  );
  let stage: Progress['stage'] | undefined;
  return {
    show: ({ stage: next, done, total }) => {
      if (next !== stage) {
        bar.start(total, done, { title: titles[next].padEnd(23) });
        stage = next;
      } else bar.update(done);
    },
    stop: () => bar.stop(),
  };
}
