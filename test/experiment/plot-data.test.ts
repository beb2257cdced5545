// What plots show: points in order, Pareto fronts against the definition, swings of a tornado.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FigureName } from '../../src/experiment/figures.ts';
import {
  plotPoints,
  seriesText,
  silentPaths,
  tornadoOf,
  tradeOffs,
} from '../../src/experiment/plot-data.ts';
import type { Coordinates } from '../../src/experiment/point.ts';
import { type ConditionStatistics, meanOf } from '../../src/experiment/statistics.ts';

const condition = (
  coordinates: Coordinates,
  values: Partial<Record<FigureName, readonly number[]>>,
): ConditionStatistics => ({
  coordinates,
  chips: 1,
  failed: 0,
  images: 0,
  accuracyOverImages: null,
  overChips: Object.fromEntries(
    Object.entries(values).map(([name, draws]) => [name, meanOf(draws)]),
  ) as ConditionStatistics['overChips'],
  difference: null,
});

describe('silent paths', () => {
  it('are those of one value, and those that follow from another', () => {
    const grid = [3, 4].flatMap((bits) => [
      { 'adc.bits': bits, chip: 'mars', 'adc.range': 'chip', images: 2000 },
      { 'adc.bits': bits, chip: 'mars', 'adc.range': 'calibrated', images: 2000 },
      { 'adc.bits': bits, chip: 'mars', 'adc.range': 'table', images: 250 },
    ]);
    const zip = [2, 4].map((cores) => ({ 'cores.count': cores, 'cores.macros': 8 / cores }));

    expect(silentPaths(grid)).toEqual(['chip', 'images']);
    expect(silentPaths(zip)).toEqual(['cores.macros']);
    expect(silentPaths([])).toEqual([]);
  });
});

describe('points of a plot', () => {
  it('are in the order of their coordinates, with their intervals', () => {
    const of = (bits: number, chip: string): ConditionStatistics =>
      condition({ 'adc.bits': bits, chip }, { accuracy: [bits / 10, bits / 10] });
    const points = plotPoints([of(10, 'b'), of(9, 'a'), of(10, 'a')], 'accuracy');

    expect(points.map(({ coordinates }) => Object.values(coordinates))).toEqual([
      [9, 'a'],
      [10, 'a'],
      [10, 'b'],
    ]);
    expect(points[0]).toMatchObject({ value: 0.9, low: 0.9, high: 0.9 });
    expect(plotPoints([of(1, 'a')], 'area')).toEqual([]);
    expect(seriesText({ 'adc.bits': 3, chip: 'a' }, ['adc.bits'])).toBe('chip a');
  });
});

describe('a Pareto front', () => {
  it('has the conditions that none dominates', () => {
    const small = fc.integer({ min: 0, max: 6 });
    const many = fc.array(fc.tuple(small, small), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(many, fc.boolean(), fc.boolean(), (values, moreX, moreY) => {
        const statistics = values.map(([x, y], i) =>
          condition({ seed: i }, { energyPerFrame: [x], accuracy: [y] }),
        );
        const directions = { moreXIsBetter: moreX, moreYIsBetter: moreY };
        const found = tradeOffs(statistics, { x: 'energyPerFrame', y: 'accuracy' }, directions);
        const sign = ([x, y]: readonly [number, number]): readonly [number, number] => [
          moreX ? x : -x,
          moreY ? y : -y,
        ];
        const isDominated = (one: readonly [number, number]): boolean =>
          values.some((other) => {
            const [[ax, ay], [bx, by]] = [sign(one), sign(other)];
            return bx >= ax && by >= ay && (bx > ax || by > ay);
          });
        expect(found.map(({ isOnFront }) => isOnFront)).toEqual(
          values.map((one) => !isDominated(one)),
        );
      }),
    );
  });
});

describe('a tornado', () => {
  const statistics = [2, 4].flatMap((cores) =>
    [3, 5, 6].map((bits) =>
      condition(
        { 'cores.count': cores, 'adc.bits': bits },
        { framesPerSecond: [100 * cores + bits] },
      ),
    ),
  );

  it('has the swing of each axis around a condition, largest first', () => {
    const { center, swings } = tornadoOf(statistics, 'framesPerSecond', { 'adc.bits': 5 });

    expect(center.value).toBe(205);
    expect(swings).toEqual([
      { path: 'cores.count', low: { at: 2, value: 205 }, high: { at: 4, value: 405 } },
      { path: 'adc.bits', low: { at: 3, value: 203 }, high: { at: 6, value: 206 } },
    ]);
  });

  it('needs a condition that there is', () => {
    expect(() => tornadoOf(statistics, 'framesPerSecond', { 'adc.bits': 7 })).toThrow(
      'center: no result has framesPerSecond at cores.count 2, adc.bits 7',
    );
  });
});
