// The closing line of a test run, read from runs of tiny suites.

import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { root } from './mars.ts';
import { everyNth } from './long.ts';

const suites: Readonly<Record<string, string>> = {
  import: `throw new Error('at import'); it('a', () => {});`,
  beforeAll: `describe('s', () => { beforeAll(() => { throw new Error('no'); });
    it('a', () => {}); it('b', () => {}); it.skip('c', () => {}); }); it('d', () => {});`,
  wholeFile: `beforeAll(() => { throw new Error('no'); }); describe('s', () => { it('a', () => {}); });`,
  afterAll: `afterAll(() => { throw new Error('no'); }); it('a', () => {});`,
  rejection: `it('a', async () => { void Promise.reject(new Error('loose')); await new Promise((r) => setTimeout(r, 50)); });`,
  empty: ``,
  fails: `it('a', () => expect(1).toBe(2)); it('b', () => {});`,
  passes: `it('a', () => {}); it('b', () => {});`,
  skips: `it('a', () => {}); describe.skip('needs (a reason)', () => { it('b', () => {}); });
    it('c', ({ skip }) => skip('another reason')); it.todo('d');`,
  nested: `it('a', () => {}); describe.skip('outer', () => { describe.skip('inner', () => { it('b', () => {}); it('c', () => {}); }); });`,
};

describe('the closing line', () => {
  let folder = '';
  const run = (...names: readonly string[]): { code: number | null; lines: readonly string[] } => {
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const { status, stdout } = spawnSync(
      process.execPath,
      [vitest, 'run', '--root', folder, ...names.map((name) => `${name}.test.js`)],
      { cwd: folder, encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } },
    );
    return { code: status, lines: stdout.trim().split('\n') };
  };

  beforeAll(() => {
    // In the repository, whose packages the suites then find.
    mkdirSync(join(root, 'node_modules/.cache'), { recursive: true });
    folder = mkdtempSync(join(root, 'node_modules/.cache/closing-line-'));
    for (const [name, text] of Object.entries(suites))
      writeFileSync(
        join(folder, `${name}.test.js`),
        `import { afterAll, beforeAll, describe, expect, it } from 'vitest';\n${text}\n`,
      );
    const reporter = join(root, 'test/support/closing-line-reporter.ts');
    // Not `exclude`d: vitest leaves node_modules out.
    writeFileSync(
      join(folder, 'vitest.config.mjs'),
      `export default { test: { exclude: [], reporters: [${JSON.stringify(reporter)}] } };`,
    );
  });
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const wanted = [
    ['import', '0 passed, 1 failed, 0 skipped', 1],
    ['beforeAll', '1 passed, 2 failed, 1 skipped', 1],
    ['wholeFile', '0 passed, 1 failed, 0 skipped', 1],
    ['afterAll', '1 passed, 1 failed, 0 skipped', 1],
    ['rejection', '1 passed, 1 failed, 0 skipped', 1],
    ['empty', '0 passed, 1 failed, 0 skipped', 1],
    ['fails', '1 passed, 1 failed, 0 skipped', 1],
    ['none', '0 passed, 1 failed, 0 skipped', 1],
    ['passes', '2 passed, 0 failed, 0 skipped', 0],
    ['skips', '1 passed, 0 failed, 3 skipped', 0],
    ['nested', '1 passed, 0 failed, 2 skipped', 0],
  ] as const;
  // A suite that cannot start, one that fails, one that skips.
  it.each(everyNth(3, wanted))('of %s: %s', (name, line, wanted) => {
    const { code, lines } = run(name);

    expect(lines.at(-1)).toBe(line);
    expect(code).toBe(wanted);
  });

  it('adds up over files, and says why tests were skipped', () => {
    const { lines } = run('passes', 'skips', 'beforeAll');

    expect(lines.at(-1)).toBe('4 passed, 2 failed, 4 skipped');
    expect(lines).toEqual(
      expect.arrayContaining(['skipped 1: needs (a reason)', 'skipped 1: another reason']),
    );
  });
});
