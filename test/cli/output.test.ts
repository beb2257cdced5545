// Results that cannot be printed are an error; a reader that has enough is none.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, inShell, mars, root } from '../support/mars.ts';
import { everyNth, itLong } from '../support/long.ts';

const folder = emptyFolder();
writeFileSync(
  join(folder, 'case.json'),
  JSON.stringify({
    wordLinesOn: 16,
    inputBitsPerPhase: 2,
    adc: { bits: 6, step: 1, offset: 0 },
    weightBits: 8,
    inputBits: 8,
    weights: [[1, 2, 3]],
    inputs: [[1, 2, 3]],
  }),
);

/** What prints within a second, and a run; a test below holds that all others print by the same function. */
const commands = [
  '--help',
  '--version',
  'run --images 1 --backend reference',
  'estimate',
  'estimate --json',
  'compare mars mars-dense',
  'map',
  'trace',
  'mvm case.json --backend reference',
  'info --json',
  'info --chip mars',
];

const lost = /^mars: stdout: the output cannot be written \(no space left\); .*\n$/;

describe.skipIf(process.platform === 'win32')('a result', () => {
  beforeAll(() => {
    mars(['--version']); // builds what is stale, so that no test waits for it
  });

  it.skipIf(process.platform !== 'linux').each(everyNth(3, commands))(
    'of `mars %s` that a full disk loses ends with 1 and says so',
    (command) => {
      const ran = inShell(`mars ${command} >/dev/full; exit $?`, folder);

      expect(ran.stderr).toMatch(lost);
      expect(ran.code).toBe(1);
    },
  );

  it.each(everyNth(2, ['estimate --json', 'map', 'trace --network resnet20 --json', 'run --help']))(
    'of `mars %s` is whole for a reader of one line, and nothing is said',
    (command) => {
      const ran = inShell(`{ mars ${command}; echo "code $?" >&2; } | head -n 1`, folder);

      expect(ran.stderr).toBe('code 0\n');
      expect(ran.stdout.split('\n')).toHaveLength(2);
    },
  );

  itLong('that is closed before anything is written is silent too', () => {
    // The reader is gone before the command begins.
    const ran = inShell(`{ sleep 0.5; mars estimate; echo "code $?" >&2; } | exec true`, folder);

    expect(ran.stderr).toBe('code 0\n');
  });

  itLong('larger than a pipe is whole when the command ends before it is read', () => {
    const whole = mars(['trace', '--network', 'resnet20', '--json'], folder);

    const piped = inShell('mars trace --network resnet20 --json | { sleep 0.5; cat; }', folder);

    expect(whole.stdout.length).toBeGreaterThan(2 ** 16);
    expect(piped.stdout).toBe(whole.stdout);
  });

  it('that a disk takes in part is an error', () => {
    const cwd = emptyFolder();

    const ran = inShell('ulimit -f 4; mars estimate --json >report.json; exit $?', cwd);

    expect(ran.stderr).toMatch(/^mars: stdout: the output cannot be written/);
    expect(ran.code).toBe(1);
    expect(readFileSync(join(cwd, 'report.json')).length).toBeGreaterThan(0);
  });

  it.skipIf(process.platform !== 'linux')('without a stdout is an error', () => {
    const ran = inShell('mars estimate --json >&-; exit $?', folder);

    expect(ran.stderr).toMatch(/^mars: stdout: the output cannot be written \(it is closed\)/);
    expect(ran.code).toBe(1);
  });

  itLong('that goes to /dev/null is none', () => {
    const ran = inShell('mars estimate --json >/dev/null; exit $?', folder);

    expect(ran).toMatchObject({ code: 0, stderr: '' });
  });

  it('keeps its exit code when stderr is full', () => {
    const ran = inShell('mars fly 2>/dev/full; exit $?', folder);

    expect(ran.code).toBe(2);
  });
});

describe('what prints', () => {
  it('is one function, so that no write is lost unseen', () => {
    const src = join(root, 'src/cli');
    const writers = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        name.endsWith('.ts') &&
        /stdout\.write|console\./.test(readFileSync(join(src, name), 'utf8')),
    );

    expect(writers).toEqual(['output.ts']);
  });
});
