// Notes what each test file takes of the processors, for the table that MARS_TEST_TIMES=1 asks for.

import { readFileSync } from 'node:fs';
import { afterAll, beforeEach, type RunnerTestFile } from 'vitest';

declare module 'vitest' {
  interface TaskMeta {
    /** CPU seconds of the file's process, all threads, and of the processes that it started and that have ended. */
    cpuSeconds?: number;
  }
}

let file: RunnerTestFile | undefined;
beforeEach(({ task }) => {
  file = task.file;
});

// Runs after what the file itself does at its end.
afterAll(() => {
  if (file === undefined) return;
  const { user, system } = process.cpuUsage();
  file.meta.cpuSeconds = (user + system) / 1e6 + childSeconds();
});

/** Linux counts in hundredths of a second; elsewhere the processes that were started are left out. */
function childSeconds(): number {
  if (process.platform !== 'linux') return 0;
  const fields = readFileSync('/proc/self/stat', 'utf8').split(') ').at(-1)!.split(' ');
  return (Number(fields[13]) + Number(fields[14])) / 100;
}
