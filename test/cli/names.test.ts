// Names that come from files cannot control the terminal; JSON keeps them as they are.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { mars as chip } from '../../src/chips/mars.ts';
import { reportTable } from '../../src/cli/report-table.ts';
import { writeNetworkFile } from '../../src/network/io/network-file.ts';
import { estimate } from '../../src/pipeline/estimate.ts';
import type { Report } from '../../src/report/report.ts';
import { emptyFolder, mars } from '../support/mars.ts';
import { conv, linear, networkOf } from '../support/small-networks.ts';

const evil = 'a\nmars: fake\u001b[31m\u009b2J\u202e';
const shown = String.raw`a\u000amars: fake\u001b[31m\u009b2J\u202e`;
// oxlint-disable-next-line no-control-regex -- these are what must not be there
const controls = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]|^mars: fake/m;

const network = networkOf(evil, { height: 4, width: 4, channels: 2 }, 3, [
  conv({ name: evil, input: 'image', channels: 2, kernels: 16 }),
  linear({ name: 'fc', input: evil, inputs: 256, outputs: 3 }),
]);

describe('names from files', () => {
  const folder = emptyFolder();
  const file = join(folder, 'evil.safetensors');
  const chipFile = join(folder, 'chip.json');

  beforeAll(() => {
    writeFileSync(file, writeNetworkFile(network));
    writeFileSync(chipFile, JSON.stringify({ ...chip, name: evil, title: evil }));
  });

  it.each([
    ['estimate', ['estimate', '--network', file, '--chip', chipFile]],
    ['map', ['map', '--network', file]],
    ['compare', ['compare', '--network', file, chipFile, 'mars']],
    ['info', ['info', '--chip', chipFile]],
  ])('are shown by mars %s', (_, args) => {
    const { code, stdout, stderr } = mars(args, folder);

    expect(code, stderr).toBe(0);
    expect(stdout).toContain(shown);
    expect(stdout).not.toMatch(controls);
  });

  it('are exact in JSON', () => {
    const { stdout } = mars(['estimate', '--network', file, '--json'], folder);

    const report = JSON.parse(stdout) as Report;
    expect([report.network, report.layers[1]?.name]).toEqual([evil, evil]);
  });

  it('are shown in errors', () => {
    const set = [
      'featureMap.bankBytes=64',
      'featureMap.shortcutBytes=0',
      'controller.maps=banks',
    ].flatMap((value) => ['--set', value]);

    const { code, stderr } = mars(['estimate', '--network', file, ...set], folder);

    expect(code).toBe(1);
    expect(stderr).toContain(`mars: ${shown} > ${shown}: `);
    expect(stderr).not.toMatch(controls);
  });
});

describe('the heading of a report', () => {
  const { report } = estimate({
    network: { ...network, name: 'small' },
    chip,
    weightBits: 8,
    activationBits: 8,
    prunedGroups: 0,
  });
  const heading = (change: Partial<Report>): string =>
    reportTable({ ...report, ...change }).split('\n')[0] ?? '';
  const simulated = { energy: { ...report.energy, activity: 'simulated' } } as const;

  it('says that an estimate has no images', () => {
    expect(heading({})).toBe('small on mars, estimated from the mapping: no images were simulated');
  });

  it('counts images, of a data set that may not be known', () => {
    expect(heading({ ...simulated, dataset: 'mnist test' })).toBe(
      'small on mars, 1 image of mnist test',
    );
    expect(heading({ ...simulated, images: 2, dataset: '' })).toBe('small on mars, 2 images');
  });
});
