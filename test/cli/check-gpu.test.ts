// `mars check-gpu` and the product that `mars info` computes: on an adapter that works, on one whose driver compiles a kernel
// to something else, and where things go wrong in the middle.

import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { openNodeGpu } from '../../src/cli/node-gpu.ts';
import type { CheckReport } from '../../src/measure/check/check-report.ts';
import { everyNth, itLong } from '../support/long.ts';
import { emptyFolder, mars, root } from '../support/mars.ts';

const preload = `--import ${pathToFileURL(join(root, 'test/support/broken-adapter.mjs')).href}`;
const broken = (fault: object): Record<string, string> => ({
  NODE_OPTIONS: preload,
  MARS_TEST_FAULT: JSON.stringify(fault),
});
/** A byte's highest bit is lost in every second pixel. */
const wrongDotProduct = {
  kernel: 'exact-mac',
  find: 'dot4U8Packed(x.y, weight)',
  replace: 'dot4U8Packed(x.y & 0x7fffffffu, weight)',
};
/** The border on the left is forgotten at one column of pixels: no known product shows it. */
const wrongBorder = {
  kernel: 'macro-mac',
  find: '- i32(params.pad_left)',
  replace: '- select(i32(params.pad_left), 0, x == 2u)',
};

const reportOf = (folder: string): CheckReport =>
  JSON.parse(readFileSync(join(folder, 'out/check-gpu.json'), 'utf8')) as CheckReport;

describe('mars info', () => {
  it('says that a known product comes out right', () => {
    const { code, stdout, stderr } = mars(['info']);

    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(
      /^computes {3}right: a known product of 16 x 16, by dot product and by bit lines$/m,
    );
  });

  it.each(everyNth(2, ['json', 'text']))('ends with one line where it does not (%s)', (how) => {
    const words = how === 'json' ? ['info', '--json'] : ['info'];

    const { code, stdout, stderr } = mars(words, emptyFolder(), broken(wrongDotProduct));

    expect(stderr).toMatch(
      /^mars: the adapter computes wrong: row 1, column 0 of a known product of 16 x 16 is -?\d+, not -?\d+ \(path: dot product\); update the GPU's driver.*\n$/,
    );
    expect(code).toBe(1);
    if (how === 'json')
      expect(JSON.parse(stdout)).toMatchObject({ adapter: { computes: { right: false } } });
    else expect(stdout).toMatch(/^computes {3}WRONG$/m);
  });
});

describe('mars check-gpu', () => {
  it('keeps what it found, and says for what there was no time', () => {
    const folder = emptyFolder();

    const { code, stdout, stderr } = mars(['check-gpu', '--seconds', '1', '--json'], folder);

    expect(code, stderr).toBe(0);
    const report = reportOf(folder);
    expect(JSON.parse(stdout)).toEqual(report);
    expect(report.state).toBe('done');
    expect(report.adapter.features).toContain('core-features-and-limits');
    expect(report.adapter.limits['maxBufferSize']).toBeGreaterThan(0);
    expect(report.parts.map(({ name }) => name)).toEqual([
      'adapter',
      'equality',
      'tune',
      'roofline',
      'column reads',
      'shortcuts',
      'images per second',
      'largest batch',
      'sustained run',
    ]);
    const [adapter, equality, ...others] = report.parts;
    expect(adapter).toMatchObject({ state: 'done', error: null });
    expect(equality!.rows[0]).toMatchObject({ checked: '256 values with their definition' });
    for (const part of [equality!, ...others]) {
      expect(part.state).toBe('out of time');
      expect(part.skipped.length).toBeGreaterThan(0);
    }
    const markdown = readFileSync(join(folder, 'out/check-gpu.md'), 'utf8');
    expect(markdown).toMatch(
      /^# mars check-gpu: every number that was compared is right; out of time: equality, tune/,
    );
    expect(markdown).toMatch(
      /^There was no time for ceiling multiplyAdd; .*: the .* s were over\.$/m,
    );
    expect(stderr).toMatch(/^equality: \d+ s$/m);
    expect(readdirSync(join(folder, 'out'))).toEqual(['check-gpu.json', 'check-gpu.md']);
  });

  it('ends at a wrong sum, with the smallest case that shows it', () => {
    const folder = emptyFolder();

    const { code, stdout, stderr } = mars(
      ['check-gpu', '--seconds', '200'],
      folder,
      broken(wrongBorder),
    );

    expect(code, stderr).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(
      /^mars: .* > equality: the adapter computes wrong: with shortcuts, program .*; in the smallest case value \d+ is -?\d+, not -?\d+; see out\/check-gpu\.md$/,
    );
    expect(stdout).toContain('the adapter computes wrong');
    const { state, fault, parts } = reportOf(folder);
    expect(state).toBe('failed');
    expect(parts.map((part) => part.state)).toEqual([
      'done',
      'failed',
      ...Array.from({ length: 7 }, () => 'not run'),
    ]);
    // One image, kernel and group are enough to see a border that is missing.
    expect(fault).toMatchObject({
      part: 'equality',
      case: {
        input: { images: 1 },
        program: { output: { channels: 1 }, codes: [expect.any(Number)], requantize: null },
      },
    });
  });

  itLong('leaves a valid report where it is killed', async () => {
    const folder = emptyFolder();
    const child = spawn(
      process.execPath,
      [join(root, 'bin/mars.js'), 'check-gpu', '--seconds', '600'],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const ended = new Promise<string | null>((resolve) => {
      child.on('exit', (_, signal) => resolve(signal));
    });
    for await (const text of child.stderr)
      if (String(text).includes('equality: programs')) {
        child.kill('SIGKILL');
        break;
      }

    expect(await ended).toBe('SIGKILL');
    const report = reportOf(folder);
    expect(report.state).toBe('running');
    expect(report.parts.slice(0, 3).map(({ state }) => state)).toEqual([
      'done',
      'running',
      'waiting',
    ]);
    const markdown = readFileSync(join(folder, 'out/check-gpu.md'), 'utf8');
    expect(markdown).toMatch(/^# mars check-gpu: not finished\n/);
  });

  itLong('says in one line that the device was lost', () => {
    const folder = emptyFolder();

    const { code, stderr } = mars(['check-gpu', '--seconds', '60'], folder, broken({ loseAt: 12 }));

    expect(code).toBe(1);
    expect(stderr.trimEnd().split('\n').at(-1)).toMatch(/^mars: .*: .*device was lost.*; see out/);
    expect(stderr).not.toContain('    at ');
    expect(reportOf(folder)).toMatchObject({ state: 'failed', fault: null });
  });

  it('writes nothing where there is no GPU that it may take', async ({ skip }) => {
    if ((await openNodeGpu()).kind === 'gpu') skip('this machine has a GPU');
    const folder = emptyFolder();

    const { code, stderr } = mars(['check-gpu'], folder, { MARS_ADAPTER: 'gpu' });

    expect(code).toBe(1);
    expect(stderr).toMatch(/^mars: .*no adapter of the kind "gpu" opens in Node.*\n$/);
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });

  it('says in one line that the system is too old for Dawn', () => {
    const error = "/lib/libc.so.6: version `GLIBC_2.34' not found (required by dawn.node)";
    const stand = `throw new Error(${JSON.stringify(`${error}\\n more`)})`;
    const url = `data:text/javascript,${encodeURIComponent(stand)}`;
    const hook = `export const resolve = (name, context, next) => name === 'webgpu' ? { url: ${JSON.stringify(url)}, shortCircuit: true } : next(name, context);`;
    const file = join(emptyFolder(), 'hook.mjs');
    writeFileSync(
      file,
      `import { register } from 'node:module';\nregister(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hook)}`)});\n`,
    );

    const { code, stderr } = mars(['check-gpu'], emptyFolder(), {
      NODE_OPTIONS: `--import ${pathToFileURL(file).href}`,
    });

    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^mars: .*: WebGPU for Node does not load, for this system is too old: .*GLIBC_2\.34' not found.*; use a system with glibc 2\.34 .*\n$/,
    );
  });

  it.each([
    [['--seconds', '0'], /^mars: seconds: must be a whole number from 1 to 86400, not "0"$/m],
    [['--seconds', 'long'], /^mars: seconds: must be a whole number/],
    [['--out', ''], /--out/],
  ])('refuses %j', (words, says) => {
    const { code, stderr } = mars(['check-gpu', ...words]);

    expect(code).toBe(2);
    expect(stderr).toMatch(says);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('refuses a folder that it cannot write, before it measures', () => {
    const folder = emptyFolder();
    writeFileSync(join(folder, 'file'), '');

    const { code, stderr } = mars(['check-gpu', '--out', 'file/in'], folder);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^mars: .*cannot be written.*\n$/);
  });
});
