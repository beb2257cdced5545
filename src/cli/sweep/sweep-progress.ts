// How far a sweep is, on stderr: a bar where a person watches, else a line now and then, as logs of clusters want it.

import { performance } from 'node:perf_hooks';
import { formatDuration, formatWhole } from '../../core/number-text.ts';
import { countOf } from '../../core/words.ts';
import { openTerminalBar } from '../terminal-bar.ts';

/** Shows units that are done until stopped. */
export interface SweepProgress {
  /** One more is done, in so many seconds; 0 for one that was done before. */
  readonly onUnit: (seconds: number) => void;
  readonly stop: () => void;
}

/** Seconds between two lines. */
const pause = 10;

/** Opens it for `total` units, whichever process does them. */
export function openSweepProgress(total: number): SweepProgress {
  let done = 0;
  if (process.stderr.isTTY && process.stdout.isTTY) {
    const bar = openTerminalBar(
      'results [{bar}] {percentage}% | {value}/{total} | {eta_formatted} left',
    );
    bar.start(total, 0);
    return { onUnit: () => bar.update(++done), stop: () => bar.stop() };
  }
  const start = performance.now();
  let [computed, last] = [0, start];
  return {
    onUnit: (seconds) => {
      done += 1;
      if (seconds > 0) computed += 1;
      // Where everything was done before there is nothing to say.
      if (computed === 0) return;
      const now = performance.now();
      if (done < total && now - last < 1000 * pause) return;
      last = now;
      // By the clock on the wall, for several processes may work at once.
      const each = (now - start) / 1000 / computed;
      const left = done < total ? `, about ${formatDuration((total - done) * each)} left` : '';
      process.stderr.write(`${formatWhole(done)} of ${countOf(total, 'result')}${left}\n`);
    },
    stop: () => undefined,
  };
}
