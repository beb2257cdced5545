// How far a sweep is, on stderr: a bar where a person watches, else a line now and then, as logs of clusters want it.

import { performance } from 'node:perf_hooks';
import { openTerminalBar, timeText } from '../terminal-bar.ts';

/** Shows units that are done until stopped. */
export interface SweepProgress {
  readonly show: (done: number, seconds: number) => void;
  readonly stop: () => void;
}

/** Seconds between two lines. */
const pause = 10;

/** Opens it for `total` units; a bar only where `mayDraw`. */
export function openSweepProgress(total: number, mayDraw: boolean): SweepProgress {
  if (mayDraw && process.stderr.isTTY && process.stdout.isTTY) {
    const bar = openTerminalBar(
      'points [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left',
    );
    bar.start(total, 0);
    return { show: (done) => bar.update(done), stop: () => bar.stop() };
  }
  let [count, sum, last] = [0, 0, performance.now()];
  return {
    show: (done, seconds) => {
      count += 1;
      sum += seconds;
      if (done < total && performance.now() - last < 1000 * pause) return;
      last = performance.now();
      const left = done < total ? `, about ${timeText(((total - done) * sum) / count)} left` : '';
      process.stderr.write(`${done} of ${total} results${left}\n`);
    },
    stop: () => undefined,
  };
}
