import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { modelNames } from '../../src/cli/model-files.ts';
import { nodeSources } from '../../src/cli/node-sources.ts';
import { addJobOptions, type JobOptions } from '../../src/cli/options.ts';
import { densityProfileMasks } from '../../src/compress/group-masks.ts';
import { writeMaskFile } from '../../src/compress/mask-file.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { mapJob } from '../../src/pipeline/run-job.ts';
import { loadMapJob, loadNetwork, untrainedNetworks } from '../../src/settings/load-job.ts';
import { caughtEventually } from '../support/caught.ts';
import { emptyFolder } from '../support/mars.ts';

const shape = { channels: 16, kernels: 16 };
const folder = emptyFolder();
const write = (name: string, content: string): string => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

/** The options as the command line gives them. */
const parsed = (...args: readonly string[]): JobOptions =>
  addJobOptions(new Command('test')).parse(args, { from: 'user' }).opts<JobOptions>();

describe('loadNetwork', () => {
  it.each(untrainedNetworks(modelNames()))(
    'builds %s, never trained, from the seed',
    async (name) => {
      const network = await loadNetwork({ network: name, seed: 5 }, nodeSources);

      expect(network).toMatchObject({ name, origin: { seed: 5, testAccuracy: null } });
    },
  );

  it('knows every network by one name only', () => {
    const names = [...modelNames(), ...untrainedNetworks(modelNames())];

    expect(new Set(names).size).toBe(names.length);
    expect(names).toEqual(expect.arrayContaining(['vgg16', 'resnet18', 'resnet20']));
  });

  it('names all that there are where there is none', async () => {
    const error = await caughtEventually(() =>
      loadNetwork({ network: 'lenet', seed: 1 }, nodeSources),
    );

    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/lenet.*vgg16.*resnet18.*resnet20/);
  });
});

describe('--group-masks and --density-profile', () => {
  const network = resnet20();
  const masks = densityProfileMasks(network, 1.5, 9, shape);
  const file = write('masks.json', writeMaskFile({ network: 'resnet20', shape, masks }));
  const args = ['--network', 'resnet20', '--chip', 'mars'];

  it('takes the masks of a file', async () => {
    const job = await loadMapJob(parsed(...args, '--group-masks', file), nodeSources);

    expect(job).toMatchObject({ groupMasks: masks, prunedGroups: 0 });
    const stored = mapJob(job).layers.flatMap((layer) => (layer.kind === 'macro' ? [layer] : []));
    expect(stored.map(({ kept }) => kept)).toEqual([...masks.values()]);
  });

  it('draws masks from profile and seed', async () => {
    const job = await loadMapJob(
      parsed(...args, '--density-profile', '1.5', '--seed', '9'),
      nodeSources,
    );

    expect(job).toMatchObject({ groupMasks: masks, prunedGroups: 0 });
  });

  it.each([
    [
      ['--group-masks', file, '--density-profile', '1'],
      /^density-profile: cannot be given with group-masks; use only one/,
    ],
    [
      ['--group-masks', file, '--pruned-groups', '0'],
      /^group-masks: cannot be given with pruned-groups;/,
    ],
    [
      ['--density-profile', '0', '--pruned-groups', '0.5'],
      /^density-profile: cannot be given with pruned-groups;/,
    ],
  ])('refuses %j together', async (both, says) => {
    const error = await caughtEventually(() => loadMapJob(parsed(...args, ...both), nodeSources));

    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(says);
  });

  it.each([
    {
      title: 'another network',
      content: { network: 'vgg16', shape, masks },
      says: /vgg16.*resnet20/,
    },
    {
      title: 'groups of another shape',
      content: { network: 'resnet20', shape: { channels: 16, kernels: 8 }, masks },
      says: /16 channels x 8 kernels.*16 x 16/,
    },
  ])('refuses masks for $title, naming the file', async ({ title, content, says }) => {
    const path = write(`${title}.json`, writeMaskFile(content));

    const error = await caughtEventually(() =>
      loadMapJob(parsed(...args, '--group-masks', path), nodeSources),
    );

    expect(error).toMatchObject({ kind: 'input', where: [path] });
    expect(error.message).toMatch(says);
  });

  it('refuses a file that is not there', async () => {
    const error = await caughtEventually(() =>
      loadMapJob(parsed(...args, '--group-masks', '/no/masks.json'), nodeSources),
    );

    expect(error).toMatchObject({ kind: 'input', where: ['/no/masks.json'] });
  });
});
