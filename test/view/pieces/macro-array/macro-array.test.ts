// The macro array in a real browser: what its pixels show is what the mapping holds.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import axe from 'axe-core';
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { mars } from '../../../../src/chips/index.ts';
import { findBrowser } from '../../../../src/cli/browser.ts';
import { cellValue } from '../../../../src/inspect/cell-place.ts';
import { macroArray, type MacroArray } from '../../../../src/inspect/macro-array.ts';
import { inspectMacroOp, type MacroOp } from '../../../../src/inspect/macro-op.ts';
import type { Mapping } from '../../../../src/mapping/map-to-chip.ts';
import { readNetworkFile } from '../../../../src/network/io/network-file.ts';
import { mapJob } from '../../../../src/pipeline/run-job.ts';
import { integerInput } from '../../../../src/reference/integer-network.ts';
import {
  type ArrayLayout,
  layoutArray,
} from '../../../../src/view/pieces/macro-array/array-layout.ts';
import type { Camera } from '../../../../src/view/pieces/macro-array/camera.ts';
import {
  darkTheme,
  layerColour,
  scaleColour,
} from '../../../../src/view/pieces/macro-array/palette.ts';
import {
  type ArrayHarness,
  openArrayHarness,
  openPage,
  type Picture,
  pixelsOf,
} from '../../support/array-harness.ts';
import { root } from '../../../support/mars.ts';
import { everyNth, itLong } from '../../../support/long.ts';

const browser = findBrowser();
const canDraw = browser !== null && browser.kind !== 'packaged';
const why = 'no Chrome or Chromium that draws to a WebGPU canvas';

let harness: ArrayHarness | undefined;
let mapping: Mapping;
let array: MacroArray;

beforeAll(async () => {
  const bytes = new Uint8Array(readFileSync(join(root, 'models/mnist-cnn.safetensors')));
  const network = readNetworkFile(bytes, 'mnist-cnn');
  mapping = mapJob({ network, chip: mars, prunedGroups: 0, weightBits: 8, activationBits: 8 });
  array = macroArray(mapping);
  if (canDraw) harness = await openArrayHarness();
});
afterAll(async () => {
  await harness?.close();
});

const window = { width: 1100, height: 780 };

interface Drawn {
  readonly page: Page;
  readonly faults: readonly string[];
  readonly layout: ArrayLayout;
}

async function drawn(call = 'drawMnist()', dark = true): Promise<Drawn> {
  const { page, faults } = await openPage(harness!, { ...window, dark });
  await page.evaluate(`arrayPage.${call}`);
  await settled(page);
  const [width, height] = await inPage<[number, number]>(
    page,
    "(() => { const s = document.querySelector('.macro-array-stage'); return [s.clientWidth, s.clientHeight]; })()",
  );
  return {
    page,
    faults,
    layout: layoutArray(array, { width: width - 84, height: height - 20, names: 84 }),
  };
}

const inPage = async <T>(page: Page, code: string): Promise<T> => (await page.evaluate(code)) as T;

/** Waits until what was asked for is on the screen. */
const settled = (page: Page): Promise<unknown> =>
  page.evaluate(`(async () => {
    // However slow the browser is: until neither the view nor what was drawn has changed over a quarter of a second.
    const look = () => JSON.stringify([gpuWork.submits, { ...arrayPage.view()?.camera }]);
    for (let [before, now] = ['', look()]; before !== now; now = look()) {
      before = now;
      await new Promise((done) =>
        setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(done)), 250));
    }
  })()`);

const cameraOf = (page: Page): Promise<Camera> => inPage(page, '({ ...arrayPage.view().camera })');

/** The colour at a point of the world. */
function colourAt(
  picture: Picture,
  camera: Camera,
  x: number,
  y: number,
): [number, number, number] {
  const px = Math.floor((x - camera.x) * camera.scale + picture.width / 2);
  const py = Math.floor((y - camera.y) * camera.scale + picture.height / 2);
  const at = 4 * (py * picture.width + px);
  return [picture.data[at]!, picture.data[at + 1]!, picture.data[at + 2]!];
}

/** Is this the colour but for rounding? */
function expectColour(actual: readonly number[], expected: readonly number[], off = 2): void {
  actual.forEach((part, i) => {
    expect(
      Math.abs(part - expected[i]!),
      `${actual.join(' ')} is ${expected.join(' ')}`,
    ).toBeLessThanOrEqual(off);
  });
}

/** The filling with the most slots filled, where it is placed. */
function fullest(layout: ArrayLayout): { placed: ArrayLayout['macros'][number]; filling: number } {
  const filling = array.fillings.reduce(
    (best, one, i) => (one.codes.length > array.fillings[best]!.codes.length ? i : best),
    0,
  );
  return {
    filling,
    placed: layout.macros.find((one) => one.filling === filling && one.macro === 0)!,
  };
}

const showMacro = async (page: Page, { filling, core, macro }: ArrayLayout['macros'][number]) => {
  await page.evaluate(
    `arrayPage.view().show({ filling: ${filling}, core: ${core}, macro: ${macro} })`,
  );
  await settled(page);
};

describe('the macro array in a browser', () => {
  it('draws each filled macro in the colour of its layer, and colourBy draws others', async ({
    skip,
  }) => {
    if (!canDraw) skip(why);
    const { page, faults, layout } = await drawn();
    await page.evaluate("arrayPage.view().colourBy('layer')");
    await settled(page);
    const camera = await cameraOf(page);
    const byLayer = await pixelsOf(page, '.macro-array-stage');
    await page.evaluate("arrayPage.view().colourBy('density')");
    await settled(page);
    const byDensity = await pixelsOf(page, '.macro-array-stage');

    let different = 0;
    for (const placed of layout.macros) {
      const filling = array.fillings[placed.filling]!;
      const isFilled = filling.macros.some(({ macro }) => macro === placed.macro);
      const rows = filling.codes.length * array.wordLinesOn;
      if (!isFilled || rows * camera.scale < 4) continue;
      const place = [placed.x + placed.width / 2, placed.y + rows / 2] as const;
      expectColour(colourAt(byLayer, camera, ...place), layerColour(darkTheme, filling.layer), 3);
      const [red] = colourAt(byDensity, camera, ...place);
      if (Math.abs(red - layerColour(darkTheme, filling.layer)[0]) > 20) different += 1;
    }
    expect(different).toBeGreaterThan(3);
    expect(faults).toEqual([]);
  });

  itLong(
    'draws the errors of the ADC once they are told, and what is not known in a colour of its own',
    async ({ skip }) => {
      if (!canDraw) skip(why);
      const { page, faults, layout } = await drawn();
      const colours = async (): Promise<ReadonlyMap<string, readonly number[]>> => {
        await page.evaluate("arrayPage.view().colourBy('error')");
        await settled(page);
        const camera = await cameraOf(page);
        const picture = await pixelsOf(page, '.macro-array-stage');
        const seen = new Map<string, readonly number[]>();
        for (const placed of layout.macros) {
          const filling = array.fillings[placed.filling]!;
          const rows = filling.codes.length * array.wordLinesOn;
          const isFilled = filling.macros.some(({ macro }) => macro === placed.macro);
          if (!isFilled || rows * camera.scale < 4) continue;
          const [x, y] = [placed.x + placed.width / 2, placed.y + rows / 2];
          seen.set(array.layers[filling.layer]!.name, colourAt(picture, camera, x, y));
        }
        return seen;
      };
      const errors = array.layers.map(({ name }, i) => [name, i % 2] as const);

      const unknown = await colours();
      await page.evaluate(`arrayPage.tellErrors(${JSON.stringify(errors)})`);
      const told = await colours();

      expect(told.size).toBeGreaterThan(3);
      for (const [name, error] of errors.filter(([one]) => told.has(one))) {
        expectColour(unknown.get(name)!, darkTheme.unknown, 3);
        expectColour(told.get(name)!, scaleColour(darkTheme, error), 3);
      }
      expect(faults).toEqual([]);
    },
  );

  it('shows a light cell for every 1 and a dark one for every 0 when zoomed in', async ({
    skip,
  }) => {
    if (!canDraw) skip(why);
    const { page, layout } = await drawn();
    const { placed, filling } = fullest(layout);
    const held = array.fillings[filling]!;
    await showMacro(page, placed);
    let camera = await cameraOf(page);
    // The wheel, at the upper left corner of the macro, until a cell is 5 pixels high.
    const stage = await page.$('.macro-array-stage');
    const box = (await stage!.boundingBox())!;
    const px = (placed.x - camera.x) * camera.scale + box.width / 2;
    const py = (placed.y - camera.y) * camera.scale + box.height / 2;
    await page.mouse.move(box.x + px, box.y + py);
    // Without the focus the wheel is the page's.
    await page.focus('.macro-array canvas');
    await page.mouse.wheel({ deltaY: -Math.log(5 / camera.scale) / 0.002 });
    // A busy browser may hear of the wheel only after several frames.
    await vi.waitUntil(async () => (await cameraOf(page)).scale > 4.9, { timeout: 300_000 });
    await page.mouse.move(box.x + 3, box.y + box.height - 3);
    await settled(page);
    camera = await cameraOf(page);
    const picture = await pixelsOf(page, '.macro-array-stage');

    let [ones, light, seen] = [0, 0, 0];
    for (let row = 0; row < held.codes.length * array.wordLinesOn; row++)
      for (let bitLine = 0; bitLine < 64; bitLine++) {
        const x = placed.x + (bitLine + 0.5) * layout.cellWidth;
        const y = placed.y + row + 0.5;
        const [left, top] = [x - camera.x, y - camera.y].map((one) => one * camera.scale);
        const inSight = left! + picture.width / 2 > 90 && top! + picture.height / 2 > 24;
        if (!inSight || left! > picture.width / 2 - 4 || top! > picture.height / 2 - 12) continue;
        const value = cellValue(array, held, held.macros[0]!, { row, bitLine });
        const [red] = colourAt(picture, camera, x, y);
        seen += 1;
        ones += value;
        light += Number(red > 150);
        expect(red > 150, `row ${row}, bit line ${bitLine}`).toBe(value === 1);
      }

    expect(seen).toBeGreaterThan(2000);
    expect(light).toBe(ones);
    expect(ones).toBeGreaterThan(500);
  });

  itLong('shows the mean of the cells where several share a pixel', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page, layout } = await drawn();
    const { placed, filling } = fullest(layout);
    const held = array.fillings[filling]!;
    await page.evaluate("arrayPage.view().colourBy('layer')");
    await showMacro(page, placed);
    const camera = await cameraOf(page);
    const picture = await pixelsOf(page, '.macro-array-stage');
    const rows = held.codes.length * array.wordLinesOn;

    let [red, points] = [0, 0];
    for (let y = 2 / camera.scale; y < rows - 2 / camera.scale; y += 1 / camera.scale)
      for (let x = 2 / camera.scale; x < placed.width - 2 / camera.scale; x += 1 / camera.scale) {
        red += colourAt(picture, camera, placed.x + x, placed.y + y)[0];
        points += 1;
      }

    const { zero, one } = darkTheme;
    const ground = zero[0] + 0.22 * (layerColour(darkTheme, held.layer)[0] - zero[0]);
    const density = held.macros[0]!.ones / (rows * 64);
    expect(camera.scale).toBeLessThan(1); // more than one row per pixel
    expect(Math.abs(red / points - (ground + density * (one[0] - ground)))).toBeLessThan(4);
  });

  it('chooses the macro that is clicked, and tells its place', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page, layout } = await drawn();
    const { placed } = fullest(layout);
    const camera = await cameraOf(page);
    const box = (await (await page.$('.macro-array-stage'))!.boundingBox())!;
    const x = box.x + box.width / 2 + (placed.x + placed.width / 2 - camera.x) * camera.scale;
    const y = box.y + box.height / 2 + (placed.y + placed.height / 2 - camera.y) * camera.scale;
    const before = await pixelsOf(page, '.macro-array-stage');

    await page.mouse.click(x, y);
    await page.mouse.move(box.x + 2, box.y + 2);
    await settled(page);

    const { filling, core, macro } = placed;
    expect(await page.evaluate('arrayPage.chosen.at(-1)')).toEqual({ filling, core, macro });
    const layer = array.layers[array.fillings[filling]!.layer]!.name;
    const text = await inPage<string>(
      page,
      "document.querySelector('.macro-array-status').textContent",
    );
    expect(text).toContain(
      `${layer}, kernel tile ${array.fillings[filling]!.tile}, weight load 0, core ${core}`,
    );
    const after = await pixelsOf(page, '.macro-array-stage');
    const orange = (picture: Picture): number => {
      let count = 0;
      for (let i = 0; i < picture.data.length; i += 4)
        if (
          picture.data[i]! > 230 &&
          Math.abs(picture.data[i + 1]! - 157) < 25 &&
          picture.data[i + 2]! < 90
        )
          count += 1;
      return count;
    };
    expect(orange(before)).toBe(0);
    expect(orange(after)).toBeGreaterThan(placed.height * camera.scale * 2);
  });

  it('moves, zooms and walks from macro to macro by keys, and chooses the macro in the middle', async ({
    skip,
  }) => {
    if (!canDraw) skip(why);
    const { page, layout } = await drawn();
    const { placed } = fullest(layout);
    await page.focus('.macro-array canvas');
    const start = await cameraOf(page);

    await page.keyboard.down('Shift');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.up('Shift');
    const moved = await cameraOf(page);
    await page.keyboard.press('+');
    const zoomed = await cameraOf(page);
    await showMacro(page, placed);
    await page.keyboard.press('Enter');

    expect((moved.x - start.x) * start.scale).toBeCloseTo(60, 6);
    expect(zoomed.scale / moved.scale).toBeCloseTo(1.5, 6);
    expect(await page.evaluate('arrayPage.chosen.at(-1)')).toMatchObject({
      filling: placed.filling,
    });
    const chosen = async (): Promise<{ core: number; macro: number }> =>
      (await page.evaluate('arrayPage.chosen.at(-1)')) as { core: number; macro: number };
    const before = await chosen();
    const key = before.macro === 0 ? 'ArrowRight' : 'ArrowLeft';
    await page.keyboard.press(key);
    expect(await chosen()).toMatchObject({ core: before.core, macro: 1 - before.macro });
    for (let step = 0; step < 8; step++) await page.keyboard.press('+');
    const { x, y } = await cameraOf(page);
    // Zoomed far in, some of a macro is still in sight.
    expect(
      layout.macros.some(
        (one) =>
          Math.abs(one.x + one.width / 2 - x) < one.width &&
          Math.abs(one.y + one.height / 2 - y) < one.height,
      ),
    ).toBe(true);
    await page.keyboard.press('0');
    expect((await cameraOf(page)).scale).toBeCloseTo(start.scale, 9);
    await page.keyboard.press('Escape');
    expect(await page.evaluate('arrayPage.chosen.at(-1) === undefined')).toBe(true);
  });

  it('zooms by a pinch about the middle of the fingers', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page } = await drawn();
    const box = (await (await page.$('.macro-array-stage'))!.boundingBox())!;
    const [x, y] = [box.x + 500, box.y + 200];
    const start = await cameraOf(page);

    const left = await page.touchscreen.touchStart(x - 50, y);
    const right = await page.touchscreen.touchStart(x + 50, y);
    await left.move(x - 100, y);
    await right.move(x + 100, y);
    await left.end();
    await right.end();

    const end = await cameraOf(page);
    expect(end.scale / start.scale).toBeCloseTo(2, 6);
    const under = ({ scale, ...camera }: Camera): number =>
      camera.x + (500 - (box.width - 2) / 2) / scale;
    expect(Math.abs(under(end) - under(start)) * start.scale).toBeLessThan(1);
    expect(await page.evaluate('arrayPage.chosen.length')).toBe(0);
  });

  itLong('draws only when something changes', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page } = await drawn();
    await page.evaluate('arrayPage.view().show({ layer: 1 })');
    await settled(page);
    const before = await inPage<number>(page, 'gpuWork.submits');

    await page.evaluate('new Promise((done) => setTimeout(done, 700))');

    expect(await page.evaluate('gpuWork.submits')).toBe(before);
    await page.evaluate("arrayPage.view().colourBy('activity')");
    await settled(page);
    expect(await page.evaluate('gpuWork.submits')).toBe(before + 1);
  });

  itLong(
    'holds four buffers, no more after updates, and none after it is destroyed',
    async ({ skip }) => {
      if (!canDraw) skip(why);
      const { page } = await drawn();
      const counts = '[arrayPage.view().liveBuffers, gpuWork.buffers]';

      expect(await page.evaluate(counts)).toEqual([4, 4]);
      await page.evaluate(
        '(async () => { for (let i = 0; i < 3; i++) { await arrayPage.update(); } })()',
      );
      await settled(page);
      expect(await page.evaluate(counts)).toEqual([4, 4]);
      await page.evaluate('arrayPage.view().destroy()');

      expect(await page.evaluate(counts)).toEqual([0, 0]);
      expect(await page.$('.macro-array')).toBe(null);
    },
  );

  itLong('goes on with a new device when it loses its own', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page } = await drawn();
    const before = await pixelsOf(page, '.macro-array-stage');

    await page.evaluate('arrayPage.loseDevice()');
    await page.waitForFunction(
      'arrayPage.devices() === 2 && arrayPage.view().drawnWith === "webgpu"',
    );
    await settled(page);

    const after = await pixelsOf(page, '.macro-array-stage');
    expect(Buffer.compare(after.data, before.data)).toBe(0);
    expect(await page.evaluate('arrayPage.view().liveBuffers')).toBe(4);
  });

  it('draws rectangles without WebGPU, and says so', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page, layout } = await drawn(
      'drawMnist({ device: async () => undefined, figure: "layer" })',
    );
    const { placed, filling } = fullest(layout);
    const camera = await cameraOf(page);
    const picture = await pixelsOf(page, '.macro-array-stage');

    expect(await page.evaluate('arrayPage.view().drawnWith')).toBe('2d');
    const note = await inPage<string>(
      page,
      "document.querySelector('.macro-array-note').textContent",
    );
    expect(note).toMatch(/no WebGPU here, so macros are drawn without their cells/);
    const colour = colourAt(picture, camera, placed.x + placed.width / 2, placed.y + 100);
    expectColour(colour, layerColour(darkTheme, array.fillings[filling]!.layer));
  });

  it('has a table with the numbers of every layer', async ({ skip }) => {
    if (!canDraw) skip(why);
    const { page } = await drawn();

    const rows = await inPage<string[][]>(
      page,
      "[...document.querySelectorAll('.macro-array tbody tr')].map((row) => [...row.cells].map((cell) => cell.textContent))",
    );

    expect(rows.map((row) => row[0])).toEqual(array.layers.map(({ name }) => name));
    rows.forEach((row, i) => {
      const layer = array.layers[i]!;
      expect(row.slice(1, 3)).toEqual([
        `${layer.fillings}`,
        `${layer.storedGroups} of ${layer.groups}`,
      ]);
      expect(Number(row[4]!.replaceAll(',', ''))).toBe(layer.macroOps);
      expect(row[5]).toBe('not simulated');
    });
  });

  it.for(everyNth(2, [true, false]))(
    'passes axe and fits a phone, dark: %s',
    async (dark, { skip }) => {
      if (!canDraw) skip(why);
      const { page, faults } = await openPage(harness!, { width: 360, height: 740, dark });
      await page.evaluate('arrayPage.drawMnist()');
      await page.evaluate(`arrayPage.drawOp(${JSON.stringify(someOp())})`);
      await page.evaluate("document.querySelector('details').open = true");
      await settled(page);

      expect(await page.evaluate('document.scrollingElement.scrollWidth')).toBeLessThanOrEqual(360);
      await page.evaluate(axe.source);
      const found = await inPage<{ id: string; nodes: string[] }[]>(
        page,
        "axe.run('main').then(({ violations }) => violations.map(({ id, nodes }) => ({ id, nodes: nodes.map((one) => one.html) })))",
      );
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
    },
  );
});

/** A macro-op whose inputs are not all zero. */
function someOp(): {
  layer: string;
  tile: number;
  group: number;
  macro: number;
  y: number;
  x: number;
  image: number;
} {
  const conv3 = mapping.layers.find(({ layer }) => layer.name === 'conv3');
  if (conv3?.kind !== 'macro') throw new Error('conv3 is in the macros');
  const tile = conv3.tiles.find(({ codes }) => codes.length > 0)!;
  return { layer: 'conv3', tile: tile.index, group: 0, macro: 1, y: 2, x: 2, image: 0 };
}

describe('the macro-op panel', () => {
  /** The same image as the page's. */
  const image = (): {
    images: 1;
    height: 28;
    width: 28;
    channels: 1;
    bits: 8;
    data: Uint8Array;
  } => ({
    images: 1,
    height: 28,
    width: 28,
    channels: 1,
    bits: 8,
    data: Uint8Array.from({ length: 784 }, (_, i) => (i * 7) % 256),
  });

  it('shows digits, conducting cells, sums and codes phase by phase, and the partial sum at the end', async ({
    skip,
  }) => {
    if (!canDraw) skip(why);
    const choice = someOp();
    const op: MacroOp = inspectMacroOp(
      mapping,
      choice,
      integerInput(mapping.network, image(), 'conv3'),
    );
    const { page } = await drawn();
    await page.evaluate(`arrayPage.drawOp(${JSON.stringify(choice)})`);
    const table = "document.querySelector('.macro-op-figure table')";

    let conducting = 0;
    for (let phase = 0; phase < op.phases; phase++) {
      const [body, foot, driven] = await inPage<[string[][], string[][], number]>(
        page,
        `[[...${table}.tBodies[0].rows].map((row) => [...row.cells].map((cell) => cell.textContent)),
          [...${table}.tFoot.rows].map((row) => [...row.cells].map((cell) => cell.textContent)),
          document.querySelectorAll('.macro-op-conducts').length]`,
      );
      const columns = op.kernels[0]!.columns.toReversed();
      const expected = op.wordLines.map(({ activation, digits }, line) =>
        [line, activation, digits[phase]!, ...columns.map(({ cells }) => cells[line]!)].map(String),
      );
      expect(body).toEqual(expected);
      expect(foot[0]!.slice(1)).toEqual(columns.map(({ reads }) => String(reads[phase]!.sum)));
      expect(foot[1]!.slice(1)).toEqual(columns.map(({ reads }) => String(reads[phase]!.code)));
      const lit = op.wordLines.flatMap(({ digits }, line) =>
        columns.filter(({ cells }) => cells[line] === 1 && digits[phase]! > 0),
      ).length;
      expect(driven).toBe(lit);
      conducting += lit;
      await page.evaluate("document.querySelector('.macro-op-phases button:last-of-type').click()");
    }

    expect(conducting).toBeGreaterThan(0);
    const text = await inPage<string>(page, "document.querySelector('.macro-op-sum').textContent");
    const total = op.kernels[0]!.partialSum.toLocaleString('en').replace('-', '\u2212');
    expect(text).toContain(`Partial sum of the macro-op: ${total}`);
  });
});
