import { describe, expect, it } from 'vitest';
import { adcErrors } from '../../src/inspect/adc-errors.ts';
import { columnSums } from '../../src/inspect/column-sums.ts';
import { imageSlice } from '../../src/core/feature-map.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

const images = noise({ height: 9, width: 8, channels: 3 }, 3);
const all = { maxReads: 1e9 };

describe('the errors of the ADC', () => {
  it('are none where it loses nothing', () => {
    const mapping = mapped(tourNetwork());
    const names = macroLayersOf(mapping).map(({ layer }) => layer.name);

    expect([...adcErrors(mapping, images, all)]).toEqual(names.map((name) => [name, 0]));
  });

  it.each([
    ['adc.bits=3', 'adc.step=1', 'adc.offset=0'],
    ['adc.bits=3', 'adc.step=4', 'adc.offset=0'],
    ['adc.bits=4', 'adc.step=1.5', 'adc.offset=-1'],
  ])(
    'are the distances of all sums of the first image to the nearest level, with %s %s %s',
    (...settings) => {
      const mapping = mapped(tourNetwork(), { prunedGroups: 0.3, settings });

      const errors = adcErrors(mapping, images, all);

      for (const { layer } of macroLayersOf(mapping)) {
        const sums = columnSums(mapping, imageSlice(images, 0, 1), layer.name, all);
        const nearest = (sum: number): number =>
          Math.min(...sums.levels.map(({ value }) => Math.abs(value - sum)));
        const total = sums.counts.reduce((before, count, sum) => before + count * nearest(sum), 0);
        expect(errors.get(layer.name)).toBeCloseTo(total / sums.reads, 12);
      }
      expect(Math.max(...errors.values())).toBeGreaterThan(0.1);
    },
  );

  it('come from few pixels, the same each time, unless more are asked for', () => {
    const mapping = mapped(tourNetwork(), { settings: ['adc.bits=3'] });
    const few = { maxReads: 3000 };

    expect(adcErrors(mapping, images, few)).toEqual(adcErrors(mapping, images, few));
    expect(adcErrors(mapping, images, few)).not.toEqual(adcErrors(mapping, images, all));
    expect(adcErrors(mapping, images, few)).not.toEqual(
      adcErrors(mapping, images, { ...few, seed: 2 }),
    );
  });
});
