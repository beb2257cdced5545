// Files come together or not at all, whatever happens on the way, and what a killed process left goes.

import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { checkTargets, writeTogether, writeWhole } from '../../src/cli/write-files.ts';
import { caught } from '../support/caught.ts';
import { emptyFolder, inShell, mars } from '../support/mars.ts';

let folder: string;
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const names = (): readonly string[] => readdirSync(folder).toSorted();
const deadPid = (): number => spawnSync(process.execPath, ['--version']).pid;

beforeEach(() => {
  folder = emptyFolder();
});

describe('writeTogether', () => {
  it('writes all files and leaves nothing else', () => {
    writeFileSync(at('a'), 'old a');
    writeFileSync(at('gone'), 'old');

    writeTogether([
      { path: at('a'), content: 'a' },
      { path: at('deep/b'), content: Uint8Array.of(98) },
      { path: at('gone'), content: null },
    ]);

    expect(names()).toEqual(['a', 'deep']);
    expect([read('a'), read('deep/b')]).toEqual(['a', 'b']);
    expect(readdirSync(at('deep'))).toEqual(['b']);
  });

  it('puts back what was there when a later file cannot be put in its place', () => {
    writeFileSync(at('a'), 'old a');
    writeFileSync(at('gone'), 'old');

    const error = caught(() =>
      writeTogether([
        { path: at('a'), content: 'a' },
        { path: at('new'), content: 'new' },
        { path: at('gone'), content: null },
        // Its folder is made for the file behind it, once all targets have been checked.
        { path: at('folder'), content: 'b' },
        { path: at('folder/c'), content: 'c' },
      ]),
    );

    expect(error).toMatchObject({ kind: 'input', where: [at('folder')] });
    expect([read('a'), read('gone')]).toEqual(['old a', 'old']);
    expect(names()).toEqual(['a', 'folder', 'gone']);
    expect(readdirSync(at('folder'))).toEqual([]);
  });

  it('removes what dead processes left of these files, and nothing else', () => {
    const dead = deadPid();
    const kept = [
      `a.${process.ppid}.part`,
      `b.${dead}.part`,
      `a.${dead}.txt`,
      `a.x.part`,
      `xa.${dead}.part`,
    ];
    for (const name of [`a.${dead}.part`, `a.${dead}.old`, ...kept]) writeFileSync(at(name), '');

    writeWhole(at('a'), 'a');

    expect(names()).toEqual(['a', ...kept].toSorted());
  });

  it('writes what a link leads to', () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/a'), 'old');
    symlinkSync(at('real/a'), at('link'));

    writeWhole(at('link'), 'new');

    expect(read('real/a')).toBe('new');
    expect(readdirSync(at('real'))).toEqual(['a']);
  });
});

describe('checkTargets', () => {
  it.each([
    ['a folder', () => folder, /it is a folder/],
    ['a device', () => '/dev/null', /no ordinary file/],
    ['a path through a file', () => (writeFileSync(at('f'), ''), at('f/g/h')), /a file is where/],
  ])('refuses %s and creates nothing', (_, path, says) => {
    const target = path();
    const before = names();

    expect(caught(() => checkTargets([target], '--image')).message).toMatch(says);
    expect(caught(() => checkTargets([target], '--image')).message).toMatch(
      /choose another --image$/,
    );
    expect(names()).toEqual(before);
  });

  it('lets pass what is not there yet', () => {
    checkTargets([at('some/where/new')]);

    expect(names()).toEqual([]);
  });
});

/** Every command that writes, with a target that is a folder, and work that would fail too, had it begun. */
const toFolder: readonly (readonly [string, readonly string[]])[] = [
  ['run', ['run', '--data', '/nowhere', '--out', '.']],
  ['estimate', ['estimate', '--network', '/no/such.safetensors', '--out', '.']],
  ['map', ['map', '--network', '/no/such.safetensors', '--image', 'report.json']],
  ['trace', ['trace', '--network', '/no/such.safetensors', '--out', 'report.json']],
  ['compress', ['compress', '--data', '/nowhere', '--out', 'report.json']],
  ['train', ['train', '--from', '/no/such.safetensors', '--out', 'report.json']],
  ['validate', ['validate', '--out', 'report.json']],
];

describe('mars', () => {
  it.each(toFolder)('%s looks at its target before the work', (_, args) => {
    mkdirSync(at('report.json'));

    const ran = mars(args, folder);

    expect(ran.stderr).toMatch(
      /^mars: .*report\.json: cannot be written \(it is a folder\); .*\n$/,
    );
    expect(ran.code).toBe(1);
    expect(names()).toEqual(['report.json']);
  });

  it('train looks at all of its files before the work', () => {
    mkdirSync(at('a.metrics.jsonl'));

    const ran = mars(['train', '--from', '/no/such', '--out', 'a.safetensors'], folder);

    expect(ran.stderr).toMatch(/^mars: a\.metrics\.jsonl: cannot be written/);
  });

  it.skipIf(process.platform === 'win32')(
    'keeps all files of the last run when a file of this one has no room',
    () => {
      const files = ['report.json', 'simulation.json', 'trace.json'];
      mkdirSync(at('out'));
      for (const name of files) writeFileSync(at(`out/${name}`), `old ${name}`);

      // Blocks of 512 bytes or 1 KiB: room for simulation.json, not for the others.
      const ran = inShell('ulimit -f 4; mars run --images 1 --backend reference; exit $?', folder);

      expect(ran.stderr).toMatch(/^mars: out\/trace\.json: cannot be written \(.*\n$/);
      expect(ran.code).toBe(1);
      expect(readdirSync(at('out')).toSorted()).toEqual(files);
      for (const name of files) expect(read(`out/${name}`)).toBe(`old ${name}`);
    },
  );

  it('estimate leaves no simulation of another run beside its report', () => {
    mkdirSync(at('out'));
    writeFileSync(at('out/simulation.json'), 'old');
    const left = `out/report.json.${deadPid()}.part`;
    writeFileSync(at(left), 'half');

    const ran = mars(['estimate', '--out', 'out'], folder);

    expect(ran.code).toBe(0);
    expect(readdirSync(at('out')).toSorted()).toEqual(['report.json', 'trace.json']);
    expect(existsSync(at(left))).toBe(false);
  });
});
