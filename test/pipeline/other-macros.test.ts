// Macros with other cells and ADCs than MARS's, through the whole pipeline.

import { describe, expect, it } from 'vitest';
import { type ChipSpec, mars, readChipFile, setChipValues } from '../../src/chips/index.ts';
import { readoutCost } from '../../src/chips/adc-cost.ts';
import { macroGeometry } from '../../src/chips/macro-geometry.ts';
import { chipAdc } from '../../src/chips/readout.ts';
import { columnReadout } from '../../src/train/recipes/column-readout.ts';
import { compress } from '../../src/compress/compress.ts';
import { isMacroLayer } from '../../src/compress/compressed-network.ts';
import { cellOf } from '../../src/core/columns.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import { type GpuBackend, openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { adcErrors } from '../../src/inspect/adc-errors.ts';
import { columnSums } from '../../src/inspect/column-sums.ts';
import { cellPlace } from '../../src/inspect/cell-place.ts';
import { macroArray } from '../../src/inspect/macro-array.ts';
import { inspectMacroOp } from '../../src/inspect/macro-op.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { plannedActivity } from '../../src/mapping/planned-activity.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { integerForward, integerInput } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { summarize } from '../../src/report/summarize.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { tryAdapter } from '../support/adapters.ts';
import { caught } from '../support/caught.ts';
import { macroLayersOf } from '../support/mapped.ts';
import {
  differentialPairs,
  losslessMacros,
  nonUniformAdc,
  otherMacros,
  twoBitCells,
} from '../support/other-macros.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const tour = compress(tourNetwork(), {});
const tourImages: FeatureMap = noise(tour.input, 2);

async function openLavapipe(skip: (why: string) => never): Promise<GpuBackend> {
  const adapter = await tryAdapter('lavapipe');
  if (typeof adapter === 'string') return skip(adapter);
  const { device } = await openDevice(adapter.gpu);
  return await openGpuBackend(device, adapter.description);
}

const noisy = (chip: ChipSpec): ChipSpec =>
  setChipValues(chip, ['noise.read=0.3', 'noise.offset=0.4', 'noise.gain=0.02']);

describe.each(otherMacros)('$name', (chip) => {
  it('comes back from its chip file', () => {
    expect(readChipFile(JSON.stringify(chip), 'chip.json')).toEqual(chip);
  });

  it.for([
    ['ideal', chip],
    ['with noise', noisy(chip)],
  ] as const)('gives the same on lavapipe as on the reference, %s', async ([, own], { skip }) => {
    await using gpu = await openLavapipe(skip);
    const mapping = mapToChip(tour, own);

    const expected = await simulate(mapping, tourImages, { backend: openReference() });
    const actual = await simulate(mapping, tourImages, { backend: gpu });

    expect(new Set(Object.values(actual.paths))).toEqual(new Set(['bit lines']));
    expect(actual.outputs).toEqual(expected.outputs);
    expect(actual.activity).toEqual(expected.activity);
    expect(expected.outputs).not.toEqual(integerForward(tour, tourImages));
  });

  it('gives the same on lavapipe as on the reference for a narrow ResNet20', async ({ skip }) => {
    await using gpu = await openLavapipe(skip);
    const network = compress(resnet20({ width: 4 }), { weightBits: 4, activationBits: 4 });
    const images = noise(network.input, 1);
    const mapping = mapToChip(network, chip);

    const expected = await simulate(mapping, images, { backend: openReference() });
    const actual = await simulate(mapping, images, { backend: gpu });

    expect(new Set(expected.outputs).size).toBeGreaterThan(5);
    expect(actual.outputs).toEqual(expected.outputs);
    expect(actual.activity).toEqual(expected.activity);
  });

  it('counts the reads of every column, and pays for each', async () => {
    const mapping = mapToChip(tour, chip);
    const run = await simulate(mapping, tourImages, { backend: openReference() });
    const report = summarize(mapping, run, scheduleAll(mapping));

    for (const [i, mapped] of macroLayersOf(mapping).entries()) {
      const { columnReads, zeroPhaseReads } = run.activity[i]!;
      const perBit = plannedActivity(mapped, 2).columnReads / mapped.columns.factors.length;
      expect(columnReads).toBe(perBit * mapped.columns.factors.length);
      expect(zeroPhaseReads % mapped.columns.factors.length).toBe(0);
      // fJ to pJ, per image.
      const { zeroPhaseShare } = chip.energy;
      const paid = columnReads - (1 - zeroPhaseShare.value) * zeroPhaseReads;
      const energy = report.layers.find(({ name }) => name === mapped.layer.name)!.energy;
      expect(energy.macro).toBeCloseTo((paid * readoutCost(chip).columnRead) / 2000, 6);
    }
  });

  it('shows macro-ops whose columns add up to what is simulated', () => {
    const mapping = mapToChip(tour, chip);
    const { layer, columns } = macroLayersOf(mapping)[2]!;
    const input = integerInput(tour, tourImages, layer.name);
    const choice = { layer: layer.name, tile: 0, group: 1, macro: 0, y: 1, x: 1, image: 0 };

    const op = inspectMacroOp(mapping, choice, input);

    for (const { columns: shown, value } of op.kernels) {
      expect(shown.map(({ factor }) => factor)).toEqual(columns.factors);
      const standsFor = shown.flatMap(({ reads, factor }) =>
        reads.map((read, phase) => factor * 2 ** (phase * op.inputBitsPerPhase) * read.value),
      );
      expect(value).toBe(standsFor.reduce((sum, one) => sum + one, 0));
    }
  });

  it('has column sums up to the largest that its cells allow, and errors of its ADC', () => {
    const mapping = mapToChip(tour, chip);
    const sums = columnSums(mapping, tourImages, 'main');

    expect(sums.counts).toHaveLength(
      macroGeometry(chip, tour.layers.find(isMacroLayer)!).largestSum + 1,
    );
    expect(sums.counts.reduce((all, count) => all + count, 0)).toBe(sums.reads);
    expect(sums.levels.map(({ value }) => 256 * value)).toEqual([...chipAdc(chip).values]);
    expect(Math.max(...adcErrors(mapping, tourImages).values())).toBeGreaterThan(0);
  });

  it('is refused by training, which does not know its readout', () => {
    expect(caught(() => columnReadout(chip))).toMatchObject({ kind: 'usage' });
  });
});

describe.each(losslessMacros)('$name with an ADC that loses nothing', (chip) => {
  it('gives the integers of the network, by dot products and by every read', async ({ skip }) => {
    const mapping = mapToChip(tour, chip);
    const exact = integerForward(tour, tourImages);

    const reference = await simulate(mapping, tourImages, { backend: openReference() });
    expect(reference.outputs).toEqual(exact);
    expect(reference.activity.every(({ saturatedReads }) => saturatedReads === 0)).toBe(true);

    await using gpu = await openLavapipe(skip);
    const fast = await simulate(mapping, tourImages, { backend: gpu });
    expect(new Set(Object.values(fast.paths))).toEqual(new Set(['dot product']));
    expect(fast.outputs).toEqual(exact);
    expect(fast.activity).toEqual(reference.activity);
  });

  it('is no matter to training', () => {
    expect(columnReadout(chip)).toBeUndefined();
  });
});

describe('cells of other kinds', () => {
  it('take the room of their columns', () => {
    const bits = { weightBits: 8, inputBits: 8 };

    // 8 bit lines hold one kernel of 4 digits and a sign; 16 one of 7 pairs.
    expect(macroGeometry(twoBitCells, bits)).toMatchObject({
      columnsPerKernel: 5,
      kernelsPerPartition: 1,
      largestSum: 16 * 3 * 3,
    });
    expect(macroGeometry(differentialPairs, bits)).toMatchObject({
      columnsPerKernel: 14,
      kernelsPerPartition: 1,
      largestSum: 48,
    });
  });

  it('are drawn where they hold one bit, and refused where they hold more', () => {
    const mapping = mapToChip(tour, differentialPairs);
    const array = macroArray(mapping);
    const { columns } = macroLayersOf(mapping)[0]!;
    const [filling] = array.fillings;
    const [macro] = filling!.macros;
    const seen = new Set<number>();
    for (let bitLine = 0; bitLine < 14; bitLine++) {
      const place = cellPlace(array, filling!, macro!, { row: 0, bitLine });
      const weight = tour.layers.filter(isMacroLayer)[0]!.weights[0]!;
      expect(place.column).toBe(bitLine);
      expect(place.value).toBe(cellOf(columns, weight, bitLine));
      seen.add(place.value);
    }
    expect(array.layers[0]!.columnNames[3]).toBe('column 3 (times -2)');
    expect(seen.size).toBe(2);

    expect(caught(() => macroArray(mapToChip(tour, twoBitCells)))).toMatchObject({
      kind: 'usage',
      where: ['two-bit-cells', 'macro.cells'],
    });
  });

  it('have mismatch where they hold one bit only', () => {
    const mismatch = ['noise.cell=0.05'];

    expect(() => mapToChip(tour, setChipValues(differentialPairs, mismatch))).not.toThrow();
    expect(caught(() => mapToChip(tour, setChipValues(twoBitCells, mismatch)))).toMatchObject({
      kind: 'mapping',
      where: ['tour', 'stem'],
    });
  });

  it('refuse a weight that they cannot hold, naming its layer', () => {
    const layers = tour.layers.map((layer) =>
      isMacroLayer(layer) && layer.name === 'main'
        ? { ...layer, weights: layer.weights.with(7, -128) }
        : layer,
    );

    expect(caught(() => mapToChip({ ...tour, layers }, differentialPairs))).toMatchObject({
      kind: 'mapping',
      where: ['tour', 'main'],
    });
    expect(() => mapToChip({ ...tour, layers }, twoBitCells)).not.toThrow();
  });
});

describe('an ADC of a layer', () => {
  it('takes the place of the chip’s', async () => {
    const backend = openReference();
    const coarse = chipAdc(setChipValues(mars, ['adc.bits=3', 'adc.step=4']));
    const outputsOf = async (adcs?: ReadonlyMap<string, typeof coarse>): Promise<Int32Array> =>
      (await simulate(mapToChip(tour, mars, { adcs }), tourImages, { backend })).outputs;

    const all = new Map(tour.layers.map(({ name }) => [name, coarse]));
    const chip = setChipValues(mars, ['adc.bits=3', 'adc.step=4']);
    const { outputs } = await simulate(mapToChip(tour, chip), tourImages, { backend });

    expect(await outputsOf(all)).toEqual(outputs);
    expect(await outputsOf(new Map([['main', coarse]]))).not.toEqual(await outputsOf());
  });
});

describe('a chip file with a table', () => {
  const changed = (change: (adc: Record<string, { value: number[] }>) => void): string => {
    const chip = JSON.parse(JSON.stringify(nonUniformAdc)) as ChipSpec;
    change(chip.adc as never);
    return JSON.stringify(chip);
  };

  it.each([
    ['fewer values', (adc) => adc['values']!.value.pop(), 'adc.values'],
    ['values out of order', (adc) => (adc['values']!.value[3] = 9), 'adc.values'],
    [
      'thresholds out of order',
      (adc) => (adc['thresholds']!.value = adc['thresholds']!.value.toReversed()),
      'adc.thresholds',
    ],
    ['no thresholds', (adc) => delete adc['thresholds'], 'adc.thresholds'],
    ['one value as a number', (adc) => (adc['values']!.value = 4 as never), 'adc.values.value'],
  ] as [string, (adc: Record<string, { value: number[] }>) => void, string][])(
    'refuses %s by name',
    (_, change, path) => {
      expect(caught(() => readChipFile(changed(change), 'chip.json'))).toMatchObject({
        kind: 'chip',
        where: ['chip.json', path],
      });
    },
  );

  it('takes lists from --set', () => {
    const set = setChipValues(nonUniformAdc, ['adc.thresholds=0.5,10', 'adc.values=0,4,20']);

    expect(chipAdc(set)).toEqual({
      thresholds: Int32Array.of(128, 2560),
      values: Int32Array.of(0, 1024, 5120),
      low: -128,
      high: 2 * 5120 - 2560,
    });
    expect(caught(() => setChipValues(nonUniformAdc, ['adc.values=0,x']))).toMatchObject({
      kind: 'usage',
      where: ['set', 'adc.values'],
    });
  });
});
