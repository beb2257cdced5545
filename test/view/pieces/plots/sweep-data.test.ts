// What the plots of an experiment say in words and numbers.

import { describe, expect, it } from 'vitest';
import { type DrawingChoice, drawingOf } from '../../../../src/experiment/drawing.ts';
import type { Row } from '../../../../src/experiment/point-result.ts';
import { statisticsOf } from '../../../../src/experiment/statistics.ts';
import {
  imageIntervals,
  sweepData,
  type SweepPicture,
} from '../../../../src/view/pieces/plots/sweep-data.ts';
import { madeRow } from '../../../support/rows.ts';

const pictureOf = (rows: readonly Row[], choice: DrawingChoice): SweepPicture => {
  const statistics = statisticsOf(rows, undefined);
  return { statistics, drawing: drawingOf(statistics, 'rows', choice) };
};

const simulated = [6, 3].flatMap((bits) =>
  [1, 2].map((chipSeed) =>
    madeRow(
      { 'adc.bits': bits },
      { accuracy: bits / 8 + (chipSeed - 1.5) / 50, energyPerFrame: 100 * bits },
      { chipSeed, right: 'ff' },
    ),
  ),
);
const estimated = [2, 4].flatMap((cores) =>
  [3, 4].map((bits) =>
    madeRow(
      { 'adc.bits': bits, 'cores.count': cores },
      { framesPerSecond: 100 * cores, energyPerFrame: 10 * bits },
    ),
  ),
);

describe('the data of a plot', () => {
  it('are in the order of the axis, with intervals over chips; curves of the accuracy say those over images too', () => {
    const picture = pictureOf(simulated, { kind: 'curves' });
    const { table, summary, caption } = sweepData(picture);

    expect(table.columns).toEqual([
      'adc.bits',
      'accuracy on the chip',
      '95 % over chips from',
      'to',
    ]);
    expect(table.rows.map(([bits, mean]) => [bits, mean])).toEqual([
      [3, 0.375],
      [6, 0.75],
    ]);
    // Student t of two draws 0.02 apart: 12.706 * 0.01.
    expect(table.rows[0]![2]).toBeCloseTo(0.375 - 0.12706, 4);
    expect(caption).toContain('bands: 95 % over chip instances');
    expect(caption).toContain('whiskers: 95 % over the images');
    expect(summary).toBe(
      'accuracy on the chip against adc.bits: from 37.50 % at adc.bits 3 to 75.00 % at adc.bits 6.',
    );
    expect(imageIntervals(picture)).toHaveLength(2);
  });

  it('of estimates have no accuracy: what they have is drawn', () => {
    const picture = pictureOf(estimated, { kind: 'curves', x: 'cores.count' });

    expect(sweepData(picture).summary).toContain('frames per second against cores.count');
    expect(sweepData(picture).caption).not.toContain('whiskers');
    expect(imageIntervals(picture)).toEqual([]);
    expect(() => pictureOf(estimated, { kind: 'curves', y: 'accuracy' })).toThrow(
      'has no result with accuracy',
    );
  });

  it('say what is on a Pareto front', () => {
    const { summary, table } = sweepData(pictureOf(estimated, { kind: 'pareto' }));

    expect(summary).toContain('1 of 4 conditions are on the Pareto front');
    expect(table.rows.find((row) => row.at(-1) === 'yes')).toEqual([3, 4, 30, 400, 'yes']);
  });

  it('of a heat map and a tornado name the axes', () => {
    const map = sweepData(pictureOf(estimated, { kind: 'heatmap' }));
    const tornado = sweepData(pictureOf(estimated, { kind: 'tornado' }));

    expect(map.summary).toBe(
      'Heat map of frames per second by adc.bits and cores.count: from 200 at adc.bits 3, cores.count 2 to 400 at adc.bits 3, cores.count 4.',
    );
    expect(tornado.table.rows.map(([path]) => path)).toEqual(['cores.count', 'adc.bits']);
    expect(tornado.summary).toContain('cores.count moves it most');
  });
});
