// Trainings in headless Chrome, on a page that was built and is served under a strict content security policy.

import { join } from 'node:path';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { build } from 'vite';
import { launchBrowser } from '../../../../src/cli/browser.ts';
import { loadDataset } from '../../../../src/cli/load-dataset.ts';
import { firstImages } from '../../../../src/datasets/image-set.ts';
import { mnistCnn } from '../../../../src/network/builtin/mnist-cnn.ts';
import { readNetworkFile } from '../../../../src/network/io/network-file.ts';
import type { Network } from '../../../../src/network/network.ts';
import { parametersOf } from '../../../../src/train/graphs/parameters.ts';
import { train } from '../../../../src/train/run/train.ts';
import { mars as chip } from '../../../../src/chips/index.ts';
import { nameOf } from '../../../../src/settings/setting.ts';
import { trainOptions } from '../../../../src/settings/train-options.ts';
import { defaultPageTraining } from '../../../../src/settings/train-settings.ts';
import { describeUnless, noBrowser, patient } from '../../../support/browsers.ts';
import { itLong } from '../../../support/long.ts';
import { emptyFolder, root } from '../../../support/mars.ts';
import { runtime } from '../../../train/onnx-runtime.ts';
import { serveStrictly, type StrictServer } from '../../support/strict-server.ts';
import type { AskedTraining, HeardTraining } from '../../support/training-page/asked-training.ts';
import { fuse } from '../../../../src/network/passes/fuse.ts';

const policy =
  "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; base-uri 'none'; form-action 'none'";
/** 3 steps per epoch, 2 epochs; half of the 270 groups are to be left. */
const settings = {
  ...defaultPageTraining,
  images: 400,
  epochs: 2,
  groupLasso: 0.5,
  targetDensity: 0.5,
};

let folder: string;
let browser: Browser;
let server: StrictServer;
const servers: StrictServer[] = [];
/** What pages wrote to their consoles or threw. */
const complaints: string[] = [];

async function openPage(options: { policy: string; isIsolated?: boolean }): Promise<Page> {
  server = await serveStrictly(folder, options);
  servers.push(server);
  const page = await browser.newPage();
  page.setDefaultTimeout(patient.timeoutMs);
  page.on('console', (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(String(error)));
  await page.goto(server.url);
  return page;
}

const training = async (page: Page, asked: AskedTraining): Promise<HeardTraining> =>
  (await page.evaluate(`runTraining(${JSON.stringify(asked)})`)) as HeardTraining;

let first: Promise<HeardTraining> | undefined;
/** One training that several tests look at. */
const usual = (page: Page): Promise<HeardTraining> => (first ??= training(page, { settings }));

describeUnless(noBrowser, 'training in headless Chrome', () => {
  let page: Page;

  beforeAll(async () => {
    folder = emptyFolder();
    await build({
      configFile: join(root, 'vite.config.ts'),
      root: join(root, 'test/view/support/training-page'),
      mode: 'test-page',
      logLevel: 'error',
      build: { outDir: folder, emptyOutDir: true },
    });
    browser = await launchBrowser(patient);
    page = await openPage({ policy });
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    for (const one of servers) one.close();
  });

  it('learns, and gives a network file with the density that was asked for', async () => {
    const result = await usual(page);

    expect(result.error).toBeUndefined();
    const [before, after] = result.epochs.map(({ loss }) => loss);
    expect(after).toBeLessThan(before!);
    expect([result.isIsolated, result.threads]).toEqual([false, 1]);
    const network = readNetworkFile(Buffer.from(result.file, 'base64'), 'trained');
    expect(network.origin.testAccuracy).toBe(result.testAccuracy);
    expect(zeroGroupsOf(network)).toEqual(result.groups.at(-1));
    const zero = Object.values(zeroGroupsOf(network)).reduce((sum, count) => sum + count, 0);
    expect(zero).toBe(135);
    expect(result.density).toBe(0.5);
  });

  it('tells the weight groups several times per epoch, fewer of them from time to time', async () => {
    const { groups } = await usual(page);
    const zeros = groups.map((layers) => Object.values(layers).reduce((sum, n) => sum + n, 0));

    expect(zeros).toHaveLength(7); // each of the 6 steps, and the network
    expect(zeros).toEqual(zeros.toSorted((a, b) => a - b));
  });

  itLong('gives the same bytes for the same seed', async () => {
    const again = await training(page, { settings });
    const other = await training(page, { settings: { ...settings, seed: 2 } });

    expect(again.file).toBe((await usual(page)).file);
    expect(other.file).not.toBe(again.file);
  });

  itLong(
    'gives the same bytes when stopped and gone on with',
    async () => {
      // 6 steps in real arithmetic and 6 in integers. On a busy machine a few more are done before the word comes.
      const bits = { ...settings, images: 800, epochs: 1, weightBits: 4, activationBits: 4 };
      const resumed = await training(page, { settings, stopAfter: 1 });
      const whole = await training(page, { settings: bits });
      const resumedBits = await training(page, { settings: bits, stopAfter: 7 });

      expect(resumed.stoppedAt).toBeLessThan(6);
      expect(resumed.file).toBe((await usual(page)).file);
      expect(resumedBits.stoppedAt).toBeGreaterThan(6);
      expect(resumedBits.file).toBe(whole.file);
      expect(whole.quantizedAccuracy).not.toBeNull();
    },
    300_000,
  );

  itLong('says in one line that the loss is no number any more', async () => {
    const { error } = await training(page, { settings: { ...settings, learningRate: 1e30 } });

    expect(error).toMatch(
      /^mnist-cnn > \w+: training diverged in epoch 1: .*; use a smaller learning rate[^\n]*$/,
    );
  });

  itLong('has the losses of the same training in Node', async () => {
    const { epochs } = await usual(page);
    const images = firstImages(loadDataset('mnist', 'train', undefined), settings.images);

    const network = mnistCnn({ seed: settings.seed });
    const options = trainOptions({ ...settings, threads: 1 }, { network, chip });
    const { losses } = await train(network, images, runtime, options);

    expect(epochs.map(({ loss }) => loss)).toEqual(losses);
  });

  itLong('uses threads where the page is cross-origin isolated', async () => {
    const isolated = await openPage({ policy, isIsolated: true });
    const result = await training(isolated, {
      settings: { ...settings, epochs: 1 },
      threads: 2,
    });

    expect(result.error).toBeUndefined();
    expect([result.isIsolated, result.threads]).toEqual([true, 2]);
    await isolated.close();
  });

  itLong('trains from its tab: start, stop, resume, use', async () => {
    await fill(page, { images: '400', epochs: '2', groupLasso: '0.5', targetDensity: '0.5' });
    await press(page, 'Start');
    await heard(page, 'Training');
    await press(page, 'Stop');
    await heard(page, 'Stopped after step');
    expect(await page.evaluate(`document.querySelectorAll('.mars-group-grid > *').length`)).toBe(
      270,
    );
    await press(page, 'Resume');
    await heard(page, 'Trained');
    await press(page, 'Use this network in the simulator');

    const [given] = (await page.evaluate('used')) as { name: string; file: string }[];
    expect(given).toEqual({
      name: 'mnist-cnn-seed-1.safetensors',
      file: (await usual(page)).file,
    });
    const empty = `document.querySelectorAll('.mars-group-grid .mars-group-zero').length`;
    expect(await page.evaluate(empty)).toBe(135);
  });

  it('broke no policy and wrote nothing to the console', () => {
    expect(servers.flatMap(({ violations }) => violations)).toEqual([]);
    expect(complaints).toEqual([]);
  });

  it('says what it needs where the policy forbids WebAssembly', async () => {
    const forbidding = await openPage({
      policy: "default-src 'self'; base-uri 'none'; form-action 'none'",
    });
    const { error } = await training(forbidding, { settings });

    expect(error).toBe(
      "training needs WebAssembly, which this page’s content security policy forbids; serve the page and its scripts with script-src 'self' 'wasm-unsafe-eval'",
    );
    // And reports of violations do arrive, from workers too, on a busy machine a little later.
    await vi.waitFor(() => expect(server.violations.join()).toContain('wasm-eval'), 30_000);
  });
});

/** Zero groups by layer: 16 kernels x 16 channels at one kernel position, counted from the arrays alone. */
function zeroGroupsOf(network: Network): Readonly<Record<string, number>> {
  const arrays = new Map(parametersOf(fuse(network)).map(({ name, data }) => [name, data]));
  const counts = [
    ['conv2', 32, 16, 9],
    ['conv3', 64, 32, 9],
    ['conv4', 64, 64, 9],
    ['fc', 10, 64, 9], // it reads 3x3 pixels of 64 channels
  ] as const;
  return Object.fromEntries(
    counts.map(([name, kernels, channels, area]) => {
      const living = new Set<string>();
      arrays.get(`${name}.weight`)!.forEach((weight, i) => {
        const [kernel, channel] = [
          Math.floor(i / area / channels),
          Math.floor(i / area) % channels,
        ];
        if (weight !== 0)
          living.add([Math.floor(kernel / 16), Math.floor(channel / 16), i % area].join());
      });
      return [name, Math.ceil(kernels / 16) * Math.ceil(channels / 16) * area - living.size];
    }),
  );
}

const fill = async (page: Page, values: Readonly<Record<string, string>>): Promise<void> => {
  for (const [name, value] of Object.entries(values))
    await page.evaluate(`document.querySelector('[name=${nameOf(name)}]').value = '${value}'`);
};
const press = async (page: Page, text: string): Promise<void> => {
  await page.evaluate(
    `[...document.querySelectorAll('button')].find((one) => one.textContent === '${text}').click()`,
  );
};
const heard = async (page: Page, start: string): Promise<void> => {
  await page.waitForFunction(
    `document.querySelector('.mars-train-message').textContent.startsWith('${start}')`,
  );
};
