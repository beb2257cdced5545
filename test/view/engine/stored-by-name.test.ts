// A stored image among the networks that come with the page, by its name.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mars } from '../../../src/chips/mars.ts';
import { compress } from '../../../src/compress/compress.ts';
import { groupShapeOf } from '../../../src/mapping/layer-groups.ts';
import { isStoredImage, writeStoredImage } from '../../../src/mapping/stored-image.ts';
import { imageTarget, loadMapJob } from '../../../src/settings/load-job.ts';
import { commandLine, readSettings } from '../../../src/settings/settings-text.ts';
import type { BundledData } from '../../../src/view/engine/bundled-data.ts';
import { caughtEventually } from '../../support/caught.ts';
import { linear, networkOf } from '../../support/small-networks.ts';

const image = writeStoredImage(
  {
    network: compress(
      networkOf('small', { height: 32, width: 32, channels: 3 }, 10, [
        linear({ name: 'fc', input: 'image', inputs: 3072, outputs: 10 }),
      ]),
    ),
    indexCoding: 'absolute',
    dataset: 'cifar10',
  },
  (bits) => groupShapeOf(mars, bits),
);

/** What the page has, of which only the image is asked for. */
const data = {
  file: (name: string) => Promise.resolve(name === 'small-8b.bin.gz' ? image : new Uint8Array()),
} as unknown as BundledData;

type PageSources = typeof import('../../../src/view/engine/page-sources.ts');

describe('a stored image that comes with the page', () => {
  let page: PageSources;
  beforeAll(async () => {
    const known = JSON.parse(import.meta.env.MODEL_FILES) as readonly string[];
    vi.stubEnv('MODEL_FILES', JSON.stringify([...known, 'small-8b.bin']));
    page = await import('../../../src/view/engine/page-sources.ts');
  });
  afterAll(() => {
    vi.unstubAllEnvs();
  });
  const settings = readSettings(new URLSearchParams('network=small-8b&images=0'));

  it('is in the list of networks, as what it is', () => {
    expect(page.networkNames).toEqual(expect.arrayContaining(['mnist-cnn', 'small-8b', 'vgg16']));
    expect(page.isStoredNetwork('small-8b')).toBe(true);
    expect(['mnist-cnn', 'vgg16'].map(page.isStoredNetwork)).toEqual([false, false]);
  });

  it('is loaded by its name, with the data set that it was trained on', async () => {
    const job = await loadMapJob(settings, page.pageSources({}, data));

    expect('stored' in job && job.stored.network.name).toBe('small');
    expect(imageTarget(job).trainedOn).toBe('cifar10');
    expect(commandLine(settings)).toBe('mars estimate --network small-8b');
  });

  it('is not compressed again', async () => {
    const error = await caughtEventually(() =>
      loadMapJob({ ...settings, weightBits: 4 }, page.pageSources({}, data)),
    );

    expect(error).toMatchObject({ kind: 'usage', where: ['weight-bits'] });
    expect(error.what).toBe(
      'cannot be given with the stored image small-8b, which is compressed already',
    );
  });

  it('can have the name of a file that a person gives', async () => {
    const own = { name: 'small-8b', bytes: Uint8Array.of(1) };
    const sources = page.pageSources({ network: own }, data);

    expect(await sources.networkFile('small-8b')).toBe(own);
    const bundled = await page.pageSources({}, data).networkFile('small-8b');
    expect(bundled && isStoredImage(bundled.bytes)).toBe(true);
  });
});
