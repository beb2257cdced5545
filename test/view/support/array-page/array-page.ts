// A page for tests and for looking: the macro array and the macro-op panel on data that a test names.

import { mars } from '../../../../src/chips/index.ts';
import { inspectMacroOp, type MacroOpChoice } from '../../../../src/inspect/macro-op.ts';
import { withAdcErrors } from '../../../../src/view/engine/array-with-errors.ts';
import { macroArray, type MacroArray } from '../../../../src/inspect/macro-array.ts';
import type { FeatureMap } from '../../../../src/core/feature-map.ts';
import { randomWord } from '../../../../src/core/random.ts';
import type { Mapping } from '../../../../src/mapping/map-to-chip.ts';
import { readNetworkFile } from '../../../../src/network/io/network-file.ts';
import { vgg16 } from '../../../../src/network/builtin/vgg16.ts';
import { mapJob } from '../../../../src/pipeline/run-job.ts';
import { integerInput } from '../../../../src/reference/integer-network.ts';
import { drawMacroArray } from '../../../../src/view/pieces/macro-array/macro-array-view.ts';
import type {
  ChosenMacro,
  MacroArrayOptions,
  MacroArrayView,
} from '../../../../src/view/pieces/macro-array/macro-array-types.ts';
import { drawMacroOp } from '../../../../src/view/pieces/macro-op/macro-op-panel.ts';
import { openDrawingDevice } from '../../../../src/view/pieces/macro-array/open-painter.ts';

const bits = { weightBits: 8, activationBits: 8 };

async function mnist(): Promise<Mapping> {
  const bytes = new Uint8Array(await (await fetch('/model')).arrayBuffer());
  const network = readNetworkFile(bytes, 'mnist-cnn');
  return mapJob({ network, chip: mars, prunedGroups: 0, ...bits });
}

const vgg = (prunedGroups: number): Mapping =>
  mapJob({ network: vgg16(), chip: mars, prunedGroups, ...bits });

/** A made-up chip of 8 cores with 8 macros each, filled `fillings` times with random cells. */
function random(fillings: number): MacroArray {
  const rows = 1024;
  const macros = 8 * 8 * fillings;
  const cells = new Uint32Array(macros * rows * 2);
  for (let i = 0; i < cells.length; i++) cells[i] = randomWord(1, 1, i);
  const codes = Uint16Array.from({ length: 64 }, (_, slot) => slot);
  const layers = ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    columnNames: Array.from({ length: 8 }, (_, bit) => `bit ${bit}`),
    kernels: 64,
    pixels: 100,
    width: 10,
    kernelTiles: 1,
    storedGroups: 64,
    groups: 64,
    fillings: fillings * 2,
    macroOps: 6400,
    cellDensity: 0.5,
    saturatedShare: undefined,
    adcError: undefined,
  }));
  return {
    network: 'random',
    chip: 'made up',
    cores: 8,
    macrosPerCore: 8,
    wordLines: rows,
    wordLinesOn: 16,
    partitions: 8,
    bitLinesPerPartition: 8,
    groupSlots: 64,
    layers,
    wordsPerRow: 2,
    cells,
    fillings: Array.from({ length: 8 * fillings }, (_, n) => ({
      layer: Math.floor(n / (2 * fillings)),
      tile: n,
      load: 0,
      firstGroup: 0,
      codes,
      runs: [{ core: n % 8, pass: Math.floor(n / 8), firstPixel: 0, pixels: 100 }],
      macros: Array.from({ length: 8 }, (_unused, macro) => ({
        macro,
        firstKernel: 8 * macro,
        kernels: 8,
        firstRow: (8 * n + macro) * rows,
        ones: rows * 32,
        filledCells: rows * 64,
        cellDensity: (n % 17) / 17,
        slotShare: 1,
        macroOps: 6400,
      })),
    })),
  };
}

/** An image whose pixels are a slope: every input phase drives something. */
const slope = (side: number): FeatureMap => ({
  images: 1,
  height: side,
  width: side,
  channels: 1,
  bits: 8,
  data: Uint8Array.from({ length: side * side }, (_, i) => (i * 7) % 256),
});

let device: GPUDevice | undefined;
let devices = 0;
let mapping: Mapping | undefined;
let view: MacroArrayView | undefined;
const chosen: (ChosenMacro | undefined)[] = [];

const root = (): HTMLElement => document.querySelector('main') ?? document.body;

/** Draws an array; resolves when the first picture is there. */
async function draw(array: MacroArray, options: MacroArrayOptions = {}): Promise<void> {
  view?.destroy();
  view = drawMacroArray(root(), array, {
    device: async () => {
      devices += 1;
      return (device = await openDrawingDevice());
    },
    onSelect: (one) => chosen.push(one),
    ...options,
  });
  await view.ready;
}

/** Milliseconds of `count` pictures, drawn one after the other with the GPU done in between. */
async function frameTimes(count: number): Promise<number[]> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const start = performance.now();
    view?.colourBy(i % 2 === 0 ? 'activity' : 'density');
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    await device?.queue.onSubmittedWorkDone();
    times.push(performance.now() - start);
  }
  return times;
}

Object.assign(globalThis, {
  arrayPage: {
    drawMnist: async (options: MacroArrayOptions = {}) => {
      mapping = await mnist();
      await draw(macroArray(mapping), options);
    },
    drawVgg: async (prunedGroups: number) => await draw(macroArray(vgg(prunedGroups))),
    drawRandom: async (fillings: number) => await draw(random(fillings)),
    drawOp: (choice: MacroOpChoice) => {
      if (!mapping) throw new Error('draw an array first');
      const input = integerInput(mapping.network, slope(28), choice.layer);
      drawMacroOp(root(), inspectMacroOp(mapping, choice, input));
    },
    update: () => mapping && view?.update(macroArray(mapping)),
    tellErrors: (errors: readonly (readonly [string, number])[]) =>
      mapping && view?.update(withAdcErrors(macroArray(mapping), new Map(errors))),
    loseDevice: () => device?.destroy(),
    devices: () => devices,
    frameTimes,
    chosen,
    view: () => view,
  },
});
