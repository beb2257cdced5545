import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import type { CompressedNetwork } from '../../src/compress/compressed-network.ts';
import { adcCode, type AdcTable, uniformAdc, uniformTable } from '../../src/core/adc-table.ts';
import { toImageSet } from '../../src/datasets/image-set.ts';
import { calibratedAdc, fittedAdcs, levelledAdc } from '../../src/inspect/adc-range.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { readJob, writeJob } from '../../src/pipeline/job-file.ts';
import { type Job, mapJob, runJob } from '../../src/pipeline/run-job.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { adcText } from '../../src/report/report-words.ts';
import { mapped } from '../support/mapped.ts';
import { holds } from '../support/property.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

/** Squared error of an ADC over reads by their sum. */
const errorOf = (counts: readonly number[], adc: AdcTable): number =>
  counts.reduce((total, count, sum) => {
    const value = adc.values[adcCode(sum * 256, adc)]! / 256;
    return total + count * (sum - value) ** 2;
  }, 0);

describe('calibratedAdc', () => {
  /** A thousand reads: 0 … 9 a hundred times each, and one of 40. */
  const counts = [...Array.from({ length: 10 }, () => 100), ...Array<number>(30).fill(0), 1];

  it('reaches the sum that the percentile of the reads do not exceed', () => {
    // 99.9 % of 1001 reads are 999.999: sum 9, in 3 steps of two bits.
    expect(uniformAdc(calibratedAdc(counts, 2, 99.9, 0))).toEqual({
      bits: 2,
      step: 768,
      offset: 0,
    });
    // All of them: 40 in 3 steps, rounded up to 1/256.
    expect(uniformAdc(calibratedAdc(counts, 2, 100, 0))).toEqual({
      bits: 2,
      step: Math.ceil((40 * 256) / 3),
      offset: 0,
    });
    // 39 % lie at 3 or below.
    expect(uniformAdc(calibratedAdc(counts, 2, 39, 0))!.step).toBe(256);
  });

  it('never has a step below one unit: sums are whole', () => {
    expect(uniformAdc(calibratedAdc(counts, 6, 99.9, 0))!.step).toBe(256);
    expect(uniformAdc(calibratedAdc([7], 3, 99.9, 0))!.step).toBe(256);
  });

  it('begins at the offset', () => {
    expect(uniformAdc(calibratedAdc(counts, 2, 100, 1024))).toMatchObject({
      step: Math.ceil((36 * 256) / 3),
      offset: 1024,
    });
  });
});

describe('levelledAdc', () => {
  it('gives every sum its own value where there are codes enough', () => {
    const adc = levelledAdc([5, 0, 3, 0, 0, 1], 8);

    expect(Array.from(adc.values)).toEqual([0, 512, 1280]);
    expect(Array.from(adc.thresholds)).toEqual([256, 896]);
  });

  it('puts values at the means of what is nearest to them', () => {
    // Two heaps: 0 and 1, ten each; 20 and 22, ten and thirty.
    const counts = Array<number>(23).fill(0);
    [counts[0], counts[1], counts[20], counts[22]] = [10, 10, 10, 30];

    const adc = levelledAdc(counts, 2);

    expect(Array.from(adc.values)).toEqual([0.5 * 256, 21.5 * 256]);
    expect(Array.from(adc.thresholds)).toEqual([11 * 256]);
  });

  it('is at least as good as the uniform ADC of as many codes over the same sums', () => {
    const reads = fc.array(fc.nat(1000), { minLength: 10, maxLength: 49 });

    holds(
      fc.property(reads, fc.constantFrom(2, 3, 4), (counts, bits) => {
        const most = counts.findLastIndex((count) => count > 0);
        const codes = 2 ** bits;
        if (counts.filter((count) => count > 0).length <= codes) return;
        const levelled = levelledAdc(counts, codes);
        const step = Math.max(256, Math.ceil((most * 256) / (codes - 1)));
        const uniform = uniformTable({ bits, step, offset: 0 });

        expect(levelled.values.length).toBeLessThanOrEqual(codes);
        // Values are rounded to 1/256: each read is off by up to half of that more than from a mean.
        const rounding = counts.reduce((sum, count) => sum + count, 0) / 512 ** 2;
        expect(errorOf(counts, levelled)).toBeLessThanOrEqual(errorOf(counts, uniform) + rounding);
        for (const list of [levelled.values, levelled.thresholds])
          list.slice(1).forEach((value, i) => expect(value).toBeGreaterThan(list[i]!));
      }),
      200,
    );
  });
});

const images = noise(tourNetwork().input, 3);
const training = noise(tourNetwork().input, 4, 9);

const jobOf = (...set: readonly string[]): Job => {
  const chip = setChipValues(mars, ['adc.bits=3', ...set]);
  const labels = new Uint8Array(3);
  return {
    network: tourNetwork(),
    chip,
    calibration: training,
    weightBits: 8,
    activationBits: 8,
    prunedGroups: 0,
    images: toImageSet({ name: 'noise', classes: 5, images, labels }, 'noise'),
    seed: 1,
    floatImages: 0,
    ...(chip.adc.range.value === 'chip' ? {} : { adcImages: training }),
  };
};

describe('adc.range', () => {
  it('chip: leaves every layer the chip’s ADC', () => {
    expect(fittedAdcs(mapped(tourNetwork()), training)).toBeUndefined();
  });

  it('fits chips of other ADCs and noise to sums that are known, and of other macros to their own', () => {
    const sets = [
      [],
      ['adc.bits=5'],
      ['adc.range=table'],
      ['noise.read=0.1'],
      ['macro.wordLinesOn=8'],
    ];
    const fitted = (network: CompressedNetwork, set: readonly string[]): unknown => {
      const chip = setChipValues(mars, ['adc.bits=3', 'adc.range=calibrated', ...set]);
      return fittedAdcs(mapToChip(network, chip), training);
    };
    const { network } = mapped(tourNetwork());
    const together = sets.map((set) => fitted(network, set));
    // From a network of its own each, of which no sums are known.
    const alone = sets.map((set) => fitted(mapped(tourNetwork()).network, set));

    expect(together).toEqual(alone);
    expect(together[3]).toEqual(together[0]);
    for (const other of [1, 2, 4]) expect(together[other]).not.toEqual(together[0]);
  });

  it('calibrated: fewer reads saturate, and the report says the step of each layer', async () => {
    const backend = openReference();
    const [plain, fitted] = [
      await runJob(jobOf(), backend),
      await runJob(jobOf('adc.range=calibrated', 'adc.percentile=99'), backend),
    ];

    const saturated = ({ report }: typeof plain): number =>
      report.layers.reduce((sum, { saturatedReads }) => sum + saturatedReads, 0);
    expect(saturated(fitted)).toBeLessThan(saturated(plain) / 4);
    const steps = fitted.report.layers.flatMap(({ adc }) => adc?.step ?? []);
    expect(steps).toHaveLength(6);
    expect(new Set(steps).size).toBeGreaterThan(1);
    expect(adcText(fitted.report)).toMatch(/^8 codes, step [\d.]+ to [\d.]+ by layer$/);
    expect(adcText(plain.report)).toBe('3 bits, step 1, offset 0');
    // What an ADC costs follows its bits, whatever they are fitted to.
    expect(fitted.report.energy.columnRead).toEqual(plain.report.energy.columnRead);
    expect(fitted.report.area).toEqual(plain.report.area);
  });

  it('table: levels of each layer, nearer to the exact sums', async () => {
    const { report } = await runJob(jobOf('adc.range=table'), openReference());

    const adcs = report.layers.flatMap(({ adc }) => adc ?? []);
    expect(adcs.every(({ codes }) => codes <= 8)).toBe(true);
    expect(adcs.some(({ step }) => step === null)).toBe(true);
    expect(adcText(report)).toMatch(/codes, by a table for each layer$/);
  });

  it('without images of its own a mapping has the chip’s ADC', () => {
    const { adcImages: _, ...job } = jobOf('adc.range=calibrated');
    const layers = mapJob(job).layers;

    expect(layers.length).toBeGreaterThan(5);
    for (const layer of layers)
      if (layer.kind === 'macro')
        expect(uniformAdc(layer.adc)).toMatchObject({ bits: 3, step: 256 });
  });

  it('goes along to another process', () => {
    const job = jobOf('adc.range=calibrated');
    const again = readJob(writeJob(job));

    expect(again.adcImages).toEqual(training);
    expect(mapJob(again).layers).toEqual(mapJob(job).layers);
  });
});
