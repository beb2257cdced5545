// Ends a test run with one plain line that any CI can read, and with the reason of every skipped test.

import { relative } from 'node:path';
import type { Reporter, TestCase, TestModule, TestRunEndReason, TestSuite } from 'vitest/node';

/** What became of tests. */
interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  readonly reasons: Map<string, number>;
}

/**
 * Prints why tests were skipped, each reason once, then `N passed, N failed, N skipped`. Failed is also what could not
 * be tried: every test of a suite that does not start, such a suite itself when none of its tests is known, and every
 * error outside the tests. With MARS_TEST_TIMES=1 it also prints what each folder takes.
 */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const counts: Counts = { passed: 0, failed: 0, skipped: 0, reasons: new Map() };
    for (const module of modules) count(module, counts, false);
    counts.failed += unhandledErrors.length;
    // Whatever else went wrong, a run that failed never says that nothing did.
    if (reason !== 'passed' && counts.failed === 0) counts.failed = 1;
    if (process.env['MARS_TEST_TIMES'] === '1') process.stdout.write(timesTable(modules));
    for (const [why, number] of counts.reasons) process.stdout.write(`skipped ${number}: ${why}\n`);
    const { passed, failed, skipped } = counts;
    process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`);
  }
}

/**
 * Adds the tests of a file or suite; `broken`: something around it failed, so that its tests did not run. Of suites left
 * out inside suites left out Vitest does not even mark the tests: they count as skipped all the same.
 */
function count(
  suite: TestModule | TestSuite,
  counts: Counts,
  broken: boolean,
  leftOut = false,
): void {
  const isBroken = broken || suite.errors().length > 0;
  const isLeftOut = leftOut || (suite.type === 'suite' && isSkip(suite.options.mode));
  const before = counts.failed;
  for (const child of suite.children)
    if (child.type === 'suite') count(child, counts, isBroken, isLeftOut);
    else countTest(child, counts, isBroken, isLeftOut);
  const isSilent = counts.failed === before;
  const failedAlone = suite.type === 'module' && suite.state() === 'failed';
  if (isSilent && (suite.errors().length > 0 || failedAlone)) counts.failed += 1;
}

const isSkip = (mode: string): boolean => mode === 'skip' || mode === 'todo';

function countTest(test: TestCase, counts: Counts, isBroken: boolean, inLeftOut: boolean): void {
  const result = test.result();
  const isLeftOut = inLeftOut || isSkip(test.options.mode);
  const isUnmarked = result.state === 'pending' && inLeftOut;
  if (result.state === 'passed') counts.passed += 1;
  else if (!(result.state === 'skipped' || isUnmarked) || (isBroken && !isLeftOut))
    counts.failed += 1;
  else {
    counts.skipped += 1;
    const { parent } = test;
    const note = result.state === 'skipped' ? result.note : undefined;
    const why = note ?? (parent.type === 'suite' ? parent.name : 'no reason given');
    counts.reasons.set(why, (counts.reasons.get(why) ?? 0) + 1);
  }
}

/** Tests, seconds and CPU seconds of each folder in `test`, the dearest first. */
function timesTable(modules: readonly TestModule[]): string {
  const folders = new Map<string, [tests: number, seconds: number, cpu: number]>();
  const add = (name: string, numbers: readonly [number, number, number]): void => {
    const sums = folders.get(name) ?? [0, 0, 0];
    folders.set(name, [sums[0] + numbers[0], sums[1] + numbers[1], sums[2] + numbers[2]]);
  };
  for (const module of modules) {
    const [folder, inner] = relative('test', module.moduleId).split(/[\\/]/);
    const { duration, collectDuration } = module.diagnostic();
    const { cpuSeconds = 0 } = module.meta();
    const tests = [...module.children.allTests()].length;
    const numbers = [tests, (duration + collectDuration) / 1000, cpuSeconds] as const;
    add(inner === undefined ? '(top)' : folder!, numbers);
    add('all', numbers);
  }
  const rows = [...folders].sort(([, a], [, b]) => b[2] - a[2]);
  const line = (...cells: readonly string[]): string =>
    `${cells[0]!.padEnd(12)}${cells
      .slice(1)
      .map((cell) => cell.padStart(9))
      .join('')}\n`;
  return (
    line('folder', 'tests', 'seconds', 'CPU s') +
    rows
      .map(([name, [tests, ...times]]) =>
        line(name, String(tests), ...times.map((time) => time.toFixed(1))),
      )
      .join('')
  );
}
