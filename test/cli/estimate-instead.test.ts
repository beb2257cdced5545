// `mars run` for a network whose images are not on this machine: an estimate that says it is one; an error where
// images were asked for.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { datasetNamed } from '../../src/cli/load-dataset.ts';
import { modelNames } from '../../src/cli/model-files.ts';
import { jobDataset, nodeSources } from '../../src/cli/node-sources.ts';
import { loadNetworkOrImage, untrainedNetworks } from '../../src/settings/load-job.ts';
import type { Report } from '../../src/report/report.ts';
import { caught } from '../support/caught.ts';
import { emptyFolder, mars } from '../support/mars.ts';
import { everyNth, itLong } from '../support/long.ts';

const network = ['run', '--network', 'resnet20-4b'];
/** No data set anywhere. */
const env = { MARS_DATA: '' };

describe('mars run without the images of its network', () => {
  it('estimates, says so, and where to get them', () => {
    const cwd = emptyFolder();
    mkdirSync(join(cwd, 'out'));
    writeFileSync(join(cwd, 'out/simulation.json'), 'of another run');

    const { code, stdout, stderr } = mars(network, cwd, env);

    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^mars: this is an estimate, without accuracy; no image was simulated, .*cifar10 is not on this machine.*cs\.toronto\.edu.*\n$/,
    );
    expect(stdout).toMatch(
      /accuracy on the chip not simulated \(no image was simulated, because of missing data: /,
    );
    expect(stdout).toMatch(/Written: out\/report\.json, trace\.json \([^)]*\)\n$/);
    expect(readdirSync(join(cwd, 'out')).toSorted()).toEqual(['report.json', 'trace.json']);
  });

  itLong('marks the report as an estimate, which is otherwise that of mars estimate', () => {
    const cwd = emptyFolder();

    const { code, stdout } = mars([...network, '--json'], cwd, env);

    const { notSimulated, ...report } = JSON.parse(stdout) as Report;
    expect(code).toBe(0);
    expect(notSimulated).toMatch(/cifar10 is not on this machine/);
    expect(report.accuracy.top1).toBeNull();
    expect(readFileSync(join(cwd, 'out/report.json'), 'utf8')).toBe(stdout);
    const estimated = mars(['estimate', '--network', 'resnet20-4b', '--json'], cwd, env);
    expect(report).toEqual(JSON.parse(estimated.stdout));
  });

  it('estimates where MARS_DATA names a folder without them', () => {
    const data = emptyFolder();

    const { code, stderr } = mars(network, emptyFolder(), { MARS_DATA: data });

    expect(code).toBe(0);
    expect(stderr).toContain(data);
  });

  it.each([
    ['--images', '3'],
    ['--images', '500'],
    ['--float-images', '0'],
    ['--dataset', 'cifar10'],
    ['--data', '.'],
  ])('is an error with %s %s, which asks for them', (...asked) => {
    const cwd = emptyFolder();

    const { code, stdout, stderr } = mars([...network, ...asked], cwd, env);

    expect(code).toBe(1);
    expect(stderr).toMatch(/^mars: .*cifar10.*cs\.toronto\.edu.*\n$/);
    expect(stdout).toBe('');
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });
});

describe('every network by name', () => {
  it.each(everyNth(4, [...modelNames(), ...untrainedNetworks(modelNames())]))(
    '%s has a data set that can be missing',
    async (name) => {
      const loaded = await loadNetworkOrImage({ network: name, seed: 1 }, nodeSources);
      const { dataset } = 'stored' in loaded ? loaded.stored : loaded.network;
      if (dataset === 'none')
        expect(caught(() => jobDataset({ dataset: undefined }, dataset)).kind).toBe('missingData');
      else expect(datasetNamed(dataset)).toBe(dataset);
    },
  );
});
