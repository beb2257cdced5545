// How far a sweep is, on stderr: a bar where a person watches, else a line now and then, as logs of clusters want it.

import { SingleBar } from 'cli-progress';
import { performance } from 'node:perf_hooks';

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
    const bar = new SingleBar({
      format: 'points [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left',
      barsize: 24,
      hideCursor: false,
      clearOnComplete: true,
      stream: process.stderr,
    });
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

/** A duration in words that are short: `40 s`, `12 min`, `3.5 h`. */
export function timeText(seconds: number): string {
  if (seconds < 100) return `${Number(seconds.toPrecision(2))} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  return `${Number((seconds / 3600).toPrecision(3))} h`;
}
