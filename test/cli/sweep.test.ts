// `mars sweep` as a person uses it: plans, folders, shards, kills, mistakes.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRows } from '../../src/experiment/result-file.ts';
import { emptyFolder, inShell, mars, pointsIn, root } from '../support/mars.ts';
import { describeLong, itLong } from '../support/long.ts';

const tables = ['results.ndjson', 'results.csv', 'statistics.csv'] as const;
const estimates = [
  'sweep',
  '--images',
  '0',
  '--vary',
  'adc.bits=4..6',
  '--vary',
  'cores.count=2,4',
];
const reference = [
  'sweep',
  '--images',
  '2',
  '--backend',
  'reference',
  '--vary',
  'noise.read=0.1,0.3',
  '--chips',
  '2',
];
const tablesOf = (folder: string): readonly string[] =>
  tables.map((name) => readFileSync(join(folder, name), 'utf8'));

describe('mars sweep', () => {
  it('writes a folder that explains itself, and the same tables from shards and from its own plan', () => {
    const cwd = emptyFolder();
    const { code, stdout, stderr } = mars([...estimates, '--out', 'whole'], cwd);

    expect(stderr).toMatch(/^6 of 6 results\n$/m);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^adc\.bits\s+cores\.count\s+chips\s+accuracy/);
    expect(stdout).toMatch(
      /6 points\nWritten: whole\/results\.ndjson, results\.csv, statistics\.csv\n$/,
    );
    const whole = join(cwd, 'whole');
    expect(readdirSync(whole).toSorted()).toEqual(
      ['README.md', 'experiment.json', 'plan.json', 'points', ...tables].toSorted(),
    );
    const rows = readRows(tablesOf(whole)[0]!, 'results.ndjson');
    expect(rows.map(({ id }) => `${id}.json`)).toEqual(pointsIn(whole).toSorted());
    expect(new Set(rows.map(({ coordinates }) => coordinates['cores.count']))).toEqual(
      new Set([2, 4]),
    );

    const plan = join(whole, 'plan.json');
    for (const shard of ['2/2', '1/2'])
      expect(mars(['sweep', plan, '--out', 'shards', '--shard', shard], cwd).code).toBe(0);
    expect(existsSync(join(cwd, 'shards', tables[0]))).toBe(false);
    expect(mars(['sweep', '--collect', 'shards'], cwd).code).toBe(0);
    expect(tablesOf(join(cwd, 'shards'))).toEqual(tablesOf(whole));
  });

  it('goes on where it was killed, and then has the same tables', async () => {
    const cwd = emptyFolder();
    const killed = join(cwd, 'killed');
    const process_ = spawn(
      process.execPath,
      [join(root, 'bin/mars.js'), ...reference, '--out', killed],
      {
        stdio: 'ignore',
      },
    );
    while (pointsIn(killed).length < 1 && process_.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 20));
    process_.kill('SIGKILL');
    await new Promise((resolve) => process_.on('exit', resolve));
    const before = pointsIn(killed).map((name) =>
      readFileSync(join(killed, 'points', name), 'utf8'),
    );
    expect(before.length).toBeGreaterThan(0);
    expect(before.length).toBeLessThan(4);
    expect(existsSync(join(killed, tables[0]))).toBe(false);

    const early = mars(['sweep', '--collect', killed], cwd);
    expect(early.code).toBe(1);
    expect(early.stderr).toMatch(
      /mars: .*killed: \d points? of 4 have no result yet; run mars sweep /,
    );

    expect(mars([...reference, '--workers', '2', '--out', killed], cwd).code).toBe(0);
    expect(mars([...reference, '--out', 'whole'], cwd).code).toBe(0);
    expect(tablesOf(killed)).toEqual(tablesOf(join(cwd, 'whole')));
    // What was there is still the same file, with its own time.
    const after = pointsIn(killed).map((name) =>
      readFileSync(join(killed, 'points', name), 'utf8'),
    );
    expect(after).toEqual(expect.arrayContaining(before));

    const [row] = readRows(tablesOf(killed)[0]!, 'results.ndjson');
    const again = mars(
      ['sweep', '--out', killed, '--replay', row!.id, '--backend', 'reference'],
      cwd,
    );
    expect(again.stdout).toMatch(
      /^[0-9a-f]{16} \(noise\.read=0\.\d\): the same again, on reference\n$/,
    );

    const path = join(killed, 'points', `${row!.id}.json`);
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(/"accuracy":[\d.]+/, '"accuracy":0.123'),
    );
    const wrong = mars(
      ['sweep', '--out', killed, '--replay', row!.id, '--backend', 'reference'],
      cwd,
    );
    expect(wrong.code).toBe(1);
    expect(wrong.stderr).toContain(
      'differs in accuracy; its inputs are the same: please report it',
    );
  });

  it('keeps the error of a point that fails as its result, and tries it again when asked', () => {
    const cwd = emptyFolder();
    const plan = [
      'sweep',
      '--images',
      '0',
      '--vary',
      'featureMap.bankBytes=8,65536',
      '--out',
      'out',
    ];
    const { code, stdout } = mars(plan, cwd);

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /2 points, 1 failed\nFirst failure \([0-9a-f]{16}\): mnist-cnn: conv1: .*featureMap\.bankBytes/,
    );
    const rows = readRows(tablesOf(join(cwd, 'out'))[0]!, '');
    expect(rows.filter(({ figures }) => figures === null)).toHaveLength(1);
    expect(mars(plan, cwd).stderr).toBe('');
    const { id } = rows.find(({ figures }) => figures === null)!;
    const path = join(cwd, 'out/points', `${id}.json`);
    writeFileSync(path, readFileSync(path, 'utf8').replace('"kind":"mapping"', '"kind":"memory"'));
    expect(mars([...plan, '--retry'], cwd).code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('"kind":"mapping"');
  });

  it('says beforehand how many points, how long, how much disk, and writes nothing', () => {
    const cwd = emptyFolder();
    const { stdout } = mars([...estimates, '--chips', '3', '--dry-run'], cwd);

    expect(stdout).toMatch(
      /^18 points, 0 images in all; 18 results to compute here, 0 done\ntime: about .* in one process \(measured on 3 points.*\)\ndisk: about \d+ KB/,
    );
    expect(readdirSync(cwd)).toEqual([]);
  });

  it('prints its JSON Schema, and statistics as JSON', () => {
    expect(JSON.parse(mars(['sweep', '--schema']).stdout)).toHaveProperty('properties.axes');
    const { statistics } = JSON.parse(mars([...estimates, '--json']).stdout) as {
      statistics: readonly unknown[];
    };
    expect(statistics).toHaveLength(6);
    expect(statistics[0]).toMatchObject({ chips: 1, overChips: { framesPerSecond: { draws: 1 } } });
  });
});

describe('mars sweep refuses in one line', () => {
  it.each([
    [['--vary', 'adc.bit=3'], 2, /the chip has no value "adc\.bit"; is it adc\.bits/],
    [['--vary', 'weigth-bits=3'], 2, /"weigth-bits" is not a setting; did you mean weightBits\?/],
    [['--vary', 'adc.bits='], 2, /adc\.bits: has no values/],
    [['--vary', 'adc.bits'], 2, /vary: "adc\.bits" is not path=values; for example/],
    [['--vary', 'seed=1..1000000000'], 2, /1,000,000,000 points are too many/],
    [['--vary', 'seed=1,1'], 2, /two points have the same settings \(seed=1\)/],
    [['--vary', 'seed=1', '--shard', '3/2'], 2, /shard: must be k\/n/],
    [['--vary', 'network=nothing'], 2, /no network is called "nothing"/],
    [
      ['--network', 'resnet20-4b', '--vary', 'seed=1'],
      1,
      /cifar10 is not on this machine.*or estimate without images \(--images 0\)/,
    ],
    [[], 2, /there is nothing to vary; give a plan file, --vary/],
    [['nowhere.json'], 1, /nowhere\.json: cannot be read \(it does not exist\)/],
    [['--collect', '.'], 1, /has no plan\.json/],
  ])('%j', (words, code, message) => {
    const cwd = emptyFolder();
    const ran = mars(['sweep', ...words], cwd, { MARS_DATA: '' });

    expect(ran.stderr).toMatch(message);
    expect(ran.stderr.trim().split('\n')).toHaveLength(1);
    expect([ran.code, ran.stdout]).toEqual([code, '']);
    expect(readdirSync(cwd)).toEqual([]);
  });

  itLong(
    'results of another plan, version, input or point in the folder, and leaves them whole',
    () => {
      const cwd = emptyFolder();
      const one = [
        'sweep',
        '--images',
        '0',
        '--network',
        './net.safetensors',
        '--vary',
        'adc.bits=5',
      ];
      cpSync(join(root, 'models/mnist-cnn.safetensors'), join(cwd, 'net.safetensors'));
      expect(mars([...one, '--out', 'out'], cwd).code).toBe(0);
      const before = tablesOf(join(cwd, 'out'));
      const said = (words: readonly string[]): string => {
        const { code, stderr } = mars(words, cwd);
        expect(code).toBe(1);
        expect(stderr.trim().split('\n')).toHaveLength(1);
        return stderr;
      };

      expect(said([...one, '--vary', 'seed=2', '--out', 'out'])).toContain(
        'out: holds results of another plan (plan.json); choose another --out',
      );
      cpSync(join(root, 'models/resnet20-4b.safetensors'), join(cwd, 'net.safetensors'));
      expect(said([...one, '--out', 'out'])).toMatch(
        /holds results of another network \.\/net\.safetensors: its checksum was [0-9a-f]{64}, now/,
      );
      const manifest = join(cwd, 'out/experiment.json');
      const text = readFileSync(manifest, 'utf8');
      writeFileSync(manifest, text.replace(/"mars": "[^"]*"/, '"mars": "0.0.9"'));
      expect(said(['sweep', '--collect', 'out'])).toMatch(
        /holds results of mars-cim 0\.0\.9, and this is /,
      );
      writeFileSync(manifest, text);
      writeFileSync(join(cwd, 'out/points/0123456789abcdef.json'), '{}');
      expect(said(['sweep', '--collect', 'out'])).toContain(
        'holds the point 0123456789abcdef, which is not in its plan',
      );
      rmSync(join(cwd, 'out/points/0123456789abcdef.json'));
      expect(tablesOf(join(cwd, 'out'))).toEqual(before);
      const [own] = pointsIn(join(cwd, 'out'));
      const path = join(cwd, 'out/points', own!);
      writeFileSync(path, readFileSync(path, 'utf8').slice(0, 100));
      expect(said(['sweep', '--collect', 'out'])).toMatch(
        /out\/points\/[0-9a-f]{16}\.json: is not JSON/,
      );
      expect(tablesOf(join(cwd, 'out'))).toEqual(before);
    },
  );

  it('a disk that fills up; points that are there stay whole, and later go on', () => {
    const cwd = emptyFolder();
    const full = inShell(
      `ulimit -f 8; mars ${estimates.join(' ')} --chips 20 --out out; exit $?`,
      cwd,
    );

    expect(full.code).toBe(1);
    expect(full.stderr).toMatch(
      /results\.ndjson: cannot be written \(it is larger than files may be here\); choose another --out\n$/,
    );
    expect(pointsIn(join(cwd, 'out'))).toHaveLength(120);
    expect(readdirSync(join(cwd, 'out')).filter((name) => name.includes('.part'))).toEqual([]);
    expect(mars(['sweep', '--collect', 'out'], cwd).code).toBe(0);
  });
});

describeLong('mars sweep --slurm', () => {
  it('writes the array, the merge and what submits them', () => {
    const cwd = emptyFolder();
    const { stdout } = mars([...estimates, '--slurm', '8', '--out', 'my out'], cwd);

    expect(stdout).toBe(
      'Written: my out/array.sbatch, merge.sbatch, submit.sh\nSubmit with: sh my out/submit.sh\n',
    );
    const array = readFileSync(join(cwd, 'my out/array.sbatch'), 'utf8');
    expect(array).toContain('#SBATCH --array=1-8\n');
    expect(array).toContain('#SBATCH --requeue\n');
    expect(array).toContain(
      `--out '${join(cwd, 'my out')}' --backend auto --parts 1 --threads "\${SLURM_CPUS_PER_TASK:-1}" --shard "$SLURM_ARRAY_TASK_ID/8"`,
    );
    // The tasks are what Slurm would run.
    for (const task of [1, 2, 3, 4, 5, 6, 7, 8])
      expect(
        inShell(`SLURM_ARRAY_TASK_ID=${task} sh 'my out/array.sbatch'; exit $?`, cwd).code,
      ).toBe(0);
    expect(inShell(`sh 'my out/merge.sbatch'; exit $?`, cwd).stdout).toContain('6 points');
  });
});
