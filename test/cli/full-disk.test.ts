// A disk that fills up while a command writes: one line, exit code 1, and what is there stays whole. The disk is a small tmpfs in
// a mount namespace of its own, which only root may have.

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readPointFile, readRows } from '../../src/experiment/result-file.ts';
import { itLong } from '../support/long.ts';
import { emptyFolder, inShell, type Ran } from '../support/mars.ts';

/** Why no small disk can be had here; empty: it can. */
const obstacle = ((): string => {
  const line = 'mkdir d && mount -t tmpfs -o size=64k tmpfs d';
  const { status, stderr, error } = spawnSync('unshare', ['-m', 'sh', '-c', line], {
    cwd: emptyFolder(),
    encoding: 'utf8',
  });
  return status === 0 ? '' : `no tmpfs can be mounted here (${error?.message ?? stderr.trim()})`;
})();

/** Runs lines of a shell beside `disk`, which holds 96 KB; what is on it is in `kept` afterwards. */
const onSmallDisk = (lines: string, cwd: string): Ran =>
  inShell(
    `export NODE MARS
unshare -m sh -c '
  mars() { "$NODE" "$MARS" "$@"; }
  left() { mount -o remount,size="$(($(df --output=used disk | tail -n 1) + $1))k" disk; }
  mkdir disk && mount -t tmpfs -o size=96k tmpfs disk
  ${lines}
  code=$?
  cp -r disk kept
  exit $code
'
exit $?`,
    cwd,
  );

const sweep = 'mars sweep --images 0 --vary adc.bits=4..6 --vary cores.count=2,4 --chips 20';
const full =
  /^mars: \S+: cannot be written \(no space left\); free space there, or choose another --out$/;

/** What commands said, without how far they were. */
const complaints = ({ stderr }: Ran): readonly string[] =>
  stderr.split('\n').filter((line) => line !== '' && !/^\d+ of \d+ results/.test(line));

/** The points on the disk, each read strictly. */
function wholePoints(folder: string): number {
  const names = readdirSync(join(folder, 'points'));
  for (const name of names) readPointFile(readFileSync(join(folder, 'points', name)), name);
  expect(names.every((name) => /^[0-9a-f]{16}\.json$/.test(name))).toBe(true);
  return names.length;
}

describe('on a disk that fills up', () => {
  it('a sweep says so in one line; its results stay whole, and it goes on where there is room again', ({
    skip,
  }) => {
    if (obstacle !== '') skip(obstacle);
    const cwd = emptyFolder();
    const ran = onSmallDisk(`${sweep} --out disk/out`, cwd);

    expect(ran.code).toBe(1);
    expect(complaints(ran)).toEqual([expect.stringMatching(full)]);
    const points = wholePoints(join(cwd, 'kept/out'));
    expect(points).toBeGreaterThan(5);
    expect(points).toBeLessThan(120);
    expect(readdirSync(join(cwd, 'kept/out')).toSorted()).toEqual([
      'README.md',
      'experiment.json',
      'plan.json',
      'points',
    ]);

    expect(inShell(`${sweep} --out kept/out; exit $?`, cwd).code).toBe(0);
    const rows = readRows(readFileSync(join(cwd, 'kept/out/results.ndjson'), 'utf8'), 'rows');
    expect(rows).toHaveLength(120);
  });

  itLong('workers end too, each with its line, and leave whole results', ({ skip }) => {
    if (obstacle !== '') skip(obstacle);
    const cwd = emptyFolder();
    const ran = onSmallDisk(`${sweep} --workers 2 --out disk/out`, cwd);

    expect(ran.code).toBe(1);
    const others = complaints(ran).filter((line) => !full.test(line));
    expect(complaints(ran).length).toBeGreaterThan(others.length);
    // Only where the disk was full for the other one alone.
    for (const line of others)
      expect(line).toMatch(/worker 2 of 2 ended with exit code 1; see above/);
    expect(wholePoints(join(cwd, 'kept/out'))).toBeGreaterThan(5);
  });

  itLong('collecting leaves the tables of before', ({ skip }) => {
    if (obstacle !== '') skip(obstacle);
    const cwd = emptyFolder();
    const ran = onSmallDisk(
      `mount -o remount,size=4m disk && ${sweep} --out disk/out > said && cp -r disk/out before && left 8 && mars sweep --collect disk/out --parquet`,
      cwd,
    );

    expect([ran.code, ran.stdout]).toEqual([1, '']);
    expect(complaints(ran)).toEqual([expect.stringMatching(full)]);
    for (const name of ['results.ndjson', 'results.csv', 'statistics.csv'])
      expect(readFileSync(join(cwd, 'kept/out', name), 'utf8')).toBe(
        readFileSync(join(cwd, 'before', name), 'utf8'),
      );
    expect(readdirSync(join(cwd, 'kept/out'))).toEqual(readdirSync(join(cwd, 'before')));
  });

  itLong('a plot and a search are not there in part', ({ skip }) => {
    if (obstacle !== '') skip(obstacle);
    const cwd = emptyFolder();
    const plotted = onSmallDisk(
      `${sweep} --out out > said; left 4; mars plot out --out disk/plot.svg`,
      cwd,
    );
    expect([plotted.code, plotted.stdout]).toEqual([1, '']);
    expect(complaints(plotted)).toEqual([expect.stringMatching(full)]);
    expect(readdirSync(join(cwd, 'kept'))).toEqual([]);

    const other = emptyFolder();
    const searched = onSmallDisk(
      `left 12; mars search --vary adc.bits=3..6 --max-loss 0.05 --images 40 --first-images 20 --backend wasm --out disk/search`,
      other,
    );
    expect(searched.code).toBe(1);
    expect(complaints(searched).filter((line) => full.test(line))).toHaveLength(1);
    const left = readdirSync(join(other, 'kept'), { recursive: true, encoding: 'utf8' });
    expect(left.filter((name) => /\.part|\.old/.test(name))).toEqual([]);
  });
});
