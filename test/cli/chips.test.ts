// Chips on the command line: files, variants, comparisons, and what an accumulator that is too small does.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { emptyFolder, mars } from '../support/mars.ts';
import { describeLong } from '../support/long.ts';

const report = (...args: string[]): Report => {
  const ran = mars([...args, '--json']);
  expect(ran.stderr).toBe('');
  return JSON.parse(ran.stdout) as Report;
};

describe('mars --chip', () => {
  it('takes the file that `mars info --chip mars --json` prints, and gives the report of mars', () => {
    const file = join(emptyFolder(), 'my.json');
    writeFileSync(file, mars(['info', '--chip', 'mars', '--json']).stdout);

    expect(report('estimate', '--chip', file)).toEqual(report('estimate', '--chip', 'mars'));
  });

  it('prints a JSON Schema that names every group of the chip', () => {
    const schema = JSON.parse(mars(['info', '--chip-schema']).stdout) as { required: string[] };

    expect(schema.required).toEqual(
      expect.arrayContaining(['clock', 'cores', 'macro', 'adc', 'energy', 'area', 'controller']),
    );
  });

  it('stores every group on mars-dense and computes the same outputs', () => {
    const [sparse, dense] = [report('estimate'), report('estimate', '--chip', 'mars-dense')];

    expect(dense.compression.groupsKept).toBe(dense.compression.groups);
    expect(sparse.compression.groupsKept).toBeLessThan(sparse.compression.groups / 3);
    expect(dense.performance.framesPerSecond).toBeLessThan(sparse.performance.framesPerSecond);
  });

  it('uses the precision of mars-4b', () => {
    const { compression } = report('estimate', '--chip', 'mars-4b');

    expect(compression).toMatchObject({ weightBits: 4, activationBits: 4 });
  });

  it('carries the evidence of a value that was set by hand', () => {
    const { provenance } = report('estimate', '--set', 'energy.columnPhase=50');

    expect(provenance.find(({ parameter }) => parameter === 'energy.columnPhase')).toMatchObject({
      value: 50,
      evidence: 'assumed',
      source: 'set by the user (60 before)',
    });
  });
});

describe('mars run on a chip with noise', () => {
  const run = (...args: string[]): ReturnType<typeof mars> =>
    mars(['run', '--images', '1', '--backend', 'reference', ...args]);
  const noise = ['--set', 'noise.read=0.15', '--set', 'noise.cell=0.03'];

  it('says so, with the seed', () => {
    const { stdout } = run(...noise, '--seed', '7');

    expect(stdout).toMatch(/ noise read noise 0\.15 units, cell mismatch 3 % [^)]*\);\s+seed 7;/);
    expect(run().stdout).toContain(' noise none;');
  });

  it('has the same report for the same seed, and its noise in it', () => {
    const [one, two] = [
      report('run', '--images', '1', '--backend', 'reference', ...noise),
      run(...noise, '--json'),
    ];

    expect(JSON.parse(two.stdout)).toEqual(one);
    expect(one).toMatchObject({ seed: 1, noise: { read: 0.15, offset: 0, gain: 0, cell: 0.03 } });
    expect(one.provenance.find(({ parameter }) => parameter === 'noise.read')).toMatchObject({
      value: 0.15,
      source: 'set by the user (0 before)',
    });
  });

  it('takes a chip file from before there was noise', () => {
    const { noise: _, ...old } = JSON.parse(
      mars(['info', '--chip', 'mars', '--json']).stdout,
    ) as Record<string, unknown>;
    const file = join(emptyFolder(), 'old.json');
    writeFileSync(file, JSON.stringify(old));

    expect(report('estimate', '--chip', file).performance).toEqual(report('estimate').performance);
  });
});

describe('mars compare', () => {
  it('puts chips side by side', () => {
    const { code, stdout } = mars(['compare', 'mars', 'yue-2021']);

    expect(code).toBe(0);
    expect(stdout).toMatch(/mars\s+yue-2021\s+ratio/);
    expect(stdout).toMatch(/TOPS\/W dense-equivalent\s+[\d.]+\s+[\d.]+\s+[\d.]+x/);
  });

  it('refuses a single chip', () => {
    expect(mars(['compare', 'mars']).code).toBe(2);
  });
});

describeLong('mars run on a small accumulator', () => {
  it('counts and names the sums that were clamped', () => {
    const cwd = emptyFolder();

    const ran = mars(
      ['run', '--images', '2', '--backend', 'reference', '--set', 'accumulator.bits=10'],
      cwd,
    );

    expect(ran.stdout).toMatch(/[\d.]+ k sums clamped by the accumulator \(conv\d \d/);
  });
});

describe('mars explain', () => {
  it('prints the formula with names and with numbers, and where each is from', () => {
    const { stdout } = mars(['explain', 'energy.macro', '--set', 'adc.bits=4']);

    expect(stdout).toMatch(/^energy\.macro = [\d,]+ pJ\n {2}= \(driven column reads/);
    expect(stdout).toMatch(/\n {2}= \(\d+ \+ 0 \* 0\.43\) \* /);
    expect(stdout).toMatch(/zigzag\(4 bits\) .*assumed .*ZigZag-IMC/);
    expect(stdout).toMatch(/energy\.columnPhase +60 fJ +inferred +16\.63 TOPS\/W/);
  });

  it('prints JSON, and names what was meant by an unknown path', () => {
    const { stdout } = mars(['explain', 'performance.framesPerSecond', '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      version: 1,
      path: 'performance.framesPerSecond',
      formula: 'clock.frequency * 1000000 / performance.cyclesPerFrame',
    });

    const { code, stderr } = mars(['explain', 'energy.makro']);
    expect(code).toBe(2);
    expect(stderr).toContain('is it energy.macro?');
  });
});

describe('mars estimate of maps that fit no bank', () => {
  it('shows strips and DRAM, layer by layer and in all', () => {
    const set = ['featureMap.bankBytes=4096', 'featureMap.shortcutBytes=4096'];

    const { stdout } = mars(['estimate', ...set.flatMap((one) => ['--set', one])]);

    expect(stdout).toMatch(/strips +DRAM/);
    expect(stdout).toMatch(/conv1 .* KB/);
    expect(stdout).toMatch(/moved by DRAM per frame \(\d layers in strips\)/);
    expect(stdout).toMatch(/frames per second without DRAM/);
  });
});

describeLong('mars run with ADCs fitted to each layer', () => {
  it('takes training images for them, and says what came of it', () => {
    const set = ['adc.bits=4', 'adc.range=calibrated'];
    const args = ['run', '--images', '2', '--backend', 'reference', '--float-images', '0'];

    const { stdout } = mars([...args, ...set.flatMap((one) => ['--set', one])], emptyFolder());

    expect(stdout).toMatch(/ADC 16 codes, step [\d.]+ to [\d.]+ by layer/);
    expect(stdout).toMatch(/below the estimate/);
  });
});

describe('mars sensitivity', () => {
  it('prints the numbers that move speed and efficiency most, with their evidence', () => {
    const { stdout } = mars(['sensitivity', '--top', '3']);

    expect(stdout).toMatch(/^now \d+ frames\/s/);
    expect(stdout.trim().split('\n')).toHaveLength(3 + 3);
    expect(stdout).toMatch(/(read|inferred|assumed)$/m);
  });
});
