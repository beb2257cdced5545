// Ends a test run with one plain line that any CI can read, and with the reason of every skipped test.

import type { Reporter, TestModule } from 'vitest/node';

/** Prints why tests were skipped, each reason once, then `N passed, N failed, N skipped`. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const counts = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    const reasons = new Map<string, number>();
    for (const module of modules) {
      if (module.state() === 'failed' && [...module.children.allTests()].length === 0)
        counts.failed += 1;
      for (const test of module.children.allTests()) {
        const result = test.result();
        counts[result.state] += 1;
        if (result.state !== 'skipped') continue;
        const { parent } = test;
        const reason = result.note ?? (parent.type === 'suite' ? parent.name : 'no reason given');
        reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
      }
    }
    for (const [reason, count] of reasons) process.stdout.write(`skipped ${count}: ${reason}\n`);
    const { passed, failed, skipped } = counts;
    process.stdout.write(
      `${passed} passed, ${failed + counts.pending} failed, ${skipped} skipped\n`,
    );
  }
}
