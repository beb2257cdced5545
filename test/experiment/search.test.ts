// The search finds what trying every candidate finds, and tries no more than it must.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binomialInterval } from '../../src/core/accuracy.ts';
import { type Figures, figures } from '../../src/experiment/figures.ts';
import type { Coordinates } from '../../src/experiment/point.ts';
import {
  type Measure,
  searchCheapest,
  type SearchGoal,
  searchStages,
} from '../../src/experiment/search.ts';
import { type ConditionStatistics, meanOf } from '../../src/experiment/statistics.ts';

interface Chip {
  readonly energy: number;
  readonly area: number;
  /** The same on every image, whatever their number. */
  readonly accuracy: number;
}

const statistics = (
  coordinates: Coordinates,
  values: Partial<Figures>,
  images: number,
): ConditionStatistics => ({
  coordinates,
  chips: 1,
  failed: 0,
  images,
  accuracyOverImages:
    values.accuracy === undefined || values.accuracy === null
      ? null
      : {
          mean: values.accuracy,
          deviation: null,
          interval: binomialInterval(values.accuracy, images) ?? null,
          draws: images,
        },
  overChips: Object.fromEntries(
    figures.map(({ name }) => [name, meanOf([values[name] ?? []].flat())]),
  ) as ConditionStatistics['overChips'],
  difference: null,
});

/** Measures chips by number, and what was asked. */
function measured(chips: readonly Chip[]): {
  readonly measure: Measure;
  readonly asked: string[];
  readonly candidates: readonly Coordinates[];
} {
  const asked: string[] = [];
  const measure: Measure = (coordinates, images) => {
    const index = Number(coordinates['chip']);
    const { energy, area, accuracy } = chips[index]!;
    if (images > 0) asked.push(`${index}:${images}`);
    const cost = { energyPerFrame: energy, area };
    const simulated = { ...cost, accuracy, quantizedAccuracy: 0.9, agreement: accuracy + 0.1 };
    return Promise.resolve(statistics(coordinates, images > 0 ? simulated : cost, images));
  };
  return { measure, asked, candidates: chips.map((_, chip) => ({ chip })) };
}

const goal: SearchGoal = {
  best: figures.find(({ name }) => name === 'energyPerFrame')!,
  bounds: [],
  minAccuracy: 0.8,
  images: [50, 200, 800],
};

const chips: readonly Chip[] = [
  { energy: 9, area: 1, accuracy: 0.9 },
  { energy: 2, area: 1, accuracy: 0.1 },
  { energy: 5, area: 1, accuracy: 0.85 },
  { energy: 4, area: 7, accuracy: 0.9 },
  { energy: 3, area: 1, accuracy: 0.78 },
];

describe('a search', () => {
  it('tries candidates from the cheapest on, hopeless ones on few images, dearer ones not at all', async () => {
    const { measure, asked, candidates } = measured(chips);
    const found = await searchCheapest(
      candidates,
      { ...goal, bounds: [{ figure: 'area', max: 5 }] },
      measure,
    );

    expect(found.map(({ coordinates, verdict }) => [coordinates['chip'], verdict])).toEqual([
      [1, 'rejected'],
      [4, 'rejected'],
      [3, 'outOfBounds'],
      [2, 'chosen'],
      [0, 'notNeeded'],
    ]);
    // 0.78 cannot be told from 0.8 on 50 or 200 images.
    expect(asked).toEqual(['1:50', '4:50', '4:200', '4:800', '2:50', '2:200', '2:800']);
    expect(found[0]!.why).toMatch(/^accuracy 0\.1 on 50 images, at most 0\.\d+ \(95 %\)$/);
    expect(found[1]!.why).toBe('accuracy 0.78 on 800 images');
    expect(found[2]!.why).toBe('area is 7, more than 5');
  });

  it('asks for what may be lost against the integer network', async () => {
    const { measure, candidates } = measured(chips);
    const loss = { ...goal, minAccuracy: undefined, maxLoss: 0.06 };

    const found = await searchCheapest(candidates, loss, measure);
    expect(found.find(({ verdict }) => verdict === 'chosen')!.coordinates).toEqual({ chip: 3 });
    // 12 % of the classes differ: 0.12 - 1.96 sqrt((0.12 - 0.12²) / 200).
    expect(found[1]!.why).toBe('loses 0.12 on 200 images, at least 0.07496 (95 %)');
  });

  it('finds what trying all finds, whatever the order of the candidates', async () => {
    const chip = fc.record({
      energy: fc.integer({ min: 1, max: 9 }),
      area: fc.integer({ min: 1, max: 9 }),
      accuracy: fc.integer({ min: 0, max: 20 }).map((n) => n / 20),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(chip, { maxLength: 12 }), async (all) => {
        const { measure, candidates } = measured(all);
        const bounds = [{ figure: 'area', max: 6 } as const];

        const found = await searchCheapest(candidates, { ...goal, bounds }, measure);
        const good = all.filter(({ area, accuracy }) => area <= 6 && accuracy >= 0.8);
        const least = good.toSorted((a, b) => a.energy - b.energy)[0];
        const chosen = found.filter(({ verdict }) => verdict === 'chosen');
        expect(chosen.map(({ cost }) => cost)).toEqual(least ? [least.energy] : []);
        expect(found).toHaveLength(all.length);
      }),
    );
  });

  it('maximizes a figure of which more is better', async () => {
    const { candidates } = measured(chips);
    const measure: Measure = (coordinates, images) =>
      Promise.resolve(
        statistics(
          coordinates,
          { framesPerSecond: Number(coordinates['chip']), accuracy: images > 0 ? 0.9 : null },
          images,
        ),
      );
    const best = figures.find(({ name }) => name === 'framesPerSecond')!;

    const [first] = await searchCheapest(candidates, { ...goal, best }, measure);
    expect([first!.coordinates['chip'], first!.verdict]).toEqual([4, 'chosen']);
  });

  it('puts what cannot be mapped last, as failed', async () => {
    const { measure, candidates } = measured(chips);
    const failing: Measure = async (coordinates, images) =>
      coordinates['chip'] === 1 ? undefined : await measure(coordinates, images);

    const found = await searchCheapest(candidates, goal, failing);
    expect(found.at(-1)).toMatchObject({ verdict: 'failed', cost: null, coordinates: { chip: 1 } });
  });

  it('is refused without an accuracy or images', async () => {
    const { measure, candidates } = measured(chips);
    await expect(
      searchCheapest(candidates, { ...goal, minAccuracy: undefined }, measure),
    ).rejects.toThrow('min-accuracy: no accuracy is asked for');
    await expect(searchCheapest(candidates, { ...goal, images: [0] }, measure)).rejects.toThrow(
      'images: a search needs images',
    );
  });

  it('has stages that grow up to the last', () => {
    expect(searchStages(50, 2000)).toEqual([50, 200, 800, 2000]);
    expect(searchStages(50, 50)).toEqual([50]);
    expect(searchStages(50, 20)).toEqual([20]);
  });
});
