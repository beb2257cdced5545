// Means and intervals over chip instances and over images, and paired differences against a baseline.
// docs/experiments.md says which interval is which, and what it assumes.

import { binomialInterval } from '../core/accuracy.ts';
import { smallest } from '../core/extremes.ts';
import type { SettingValue } from './axis-values.ts';
import { type FigureName, figures } from './figures.ts';
import { bitsOf } from './image-range.ts';
import type { Coordinates } from './point.ts';
import type { Row } from './point-result.ts';
import { studentQuantile } from './student-t.ts';

/** A mean over draws. */
export interface Mean {
  readonly mean: number;
  /** Standard deviation of the draws (divisor n - 1); null for a single draw. */
  readonly deviation: number | null;
  /** 95 %; null where it cannot be known. */
  readonly interval: readonly [number, number] | null;
  /** Number of draws that it rests on. */
  readonly draws: number;
}

/** How a condition differs from the baseline, on the images and chip instances that both have. */
export interface Difference {
  readonly baseline: Coordinates;
  /** Differences of the accuracy, one per chip instance; Student t. */
  readonly overChips: Mean;
  /** Differences of the images, each the mean over the chip instances; Student t. */
  readonly overImages: Mean;
  /** Images, over all chip instances, that only this condition and only the baseline has right. */
  readonly better: number;
  readonly worse: number;
}

/** The points of one condition, which differ in their chip instance alone. */
export interface ConditionStatistics {
  readonly coordinates: Coordinates;
  /** Chip instances with a result, and those that failed. */
  readonly chips: number;
  readonly failed: number;
  readonly images: number;
  /** Accuracy over images: Wilson's interval of the mean over chip instances; null for an estimate. */
  readonly accuracyOverImages: Mean | null;
  /** Figures over chip instances: Student t; null where there is no value. */
  readonly overChips: Readonly<Record<FigureName, Mean | null>>;
  /** Null without a baseline, for the baseline itself, and without images. */
  readonly difference: Difference | null;
}

/** Mean, deviation and Student t interval of independent draws; null without any. */
export function meanOf(values: readonly number[]): Mean | null {
  const draws = values.length;
  if (draws === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / draws;
  if (draws === 1) return { mean, deviation: null, interval: null, draws };
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const deviation = Math.sqrt(squares / (draws - 1));
  const half = (studentQuantile(draws - 1) * deviation) / Math.sqrt(draws);
  return { mean, deviation, interval: [mean - half, mean + half], draws };
}

/**
 * Statistics of every condition, in the order in which they first appear.
 * @param baseline values of axes; each condition is compared with the one that has these, and otherwise the same
 */
export function statisticsOf(
  rows: readonly Row[],
  baseline: Coordinates | undefined,
): readonly ConditionStatistics[] {
  const conditions = conditionsOf(rows);
  return [...conditions.values()].map((own): ConditionStatistics => {
    const coordinates = own[0]?.coordinates ?? {};
    const done = own.filter((row) => row.figures !== null);
    const images = done[0]?.images ?? 0;
    const overChips = Object.fromEntries(
      figures.map(({ name }) => [name, meanOf(done.flatMap((row) => row.figures?.[name] ?? []))]),
    ) as Record<FigureName, Mean | null>;
    return {
      coordinates,
      chips: done.length,
      failed: own.length - done.length,
      images,
      accuracyOverImages: overImages(overChips.accuracy, done, images),
      overChips,
      difference: baseline ? differenceOf(coordinates, done, { conditions, baseline }) : null,
    };
  });
}

const keyOf = (coordinates: Coordinates): string =>
  JSON.stringify(Object.entries(coordinates).map(([path, value]) => [path, String(value)]));

function conditionsOf(rows: readonly Row[]): ReadonlyMap<string, readonly Row[]> {
  const conditions = new Map<string, Row[]>();
  for (const row of rows) {
    const key = keyOf(row.coordinates);
    conditions.set(key, [...(conditions.get(key) ?? []), row]);
  }
  return conditions;
}

/** Every chip instance sees the same images: their number is the number of draws, not times that of the chips. */
function overImages(accuracy: Mean | null, done: readonly Row[], images: number): Mean | null {
  if (!accuracy || images === 0) return null;
  // A results.csv does not say which images are right.
  const share = done.every(({ right }) => right !== '') ? meanOf(imageMeans(done, images)) : null;
  const interval = binomialInterval(accuracy.mean, images) ?? null;
  return {
    mean: accuracy.mean,
    deviation: share?.deviation ?? null,
    interval,
    draws: images,
  };
}

/** Per image, the share of the chip instances that have it right. */
function imageMeans(rows: readonly Row[], images: number): readonly number[] {
  const sums = Array.from({ length: images }, () => 0);
  for (const row of rows)
    bitsOf(row.right, images).forEach((bit, image) => {
      sums[image] = (sums[image] as number) + bit;
    });
  return sums.map((sum) => sum / rows.length);
}

interface Comparison {
  readonly conditions: ReadonlyMap<string, readonly Row[]>;
  readonly baseline: Coordinates;
}

function differenceOf(
  coordinates: Coordinates,
  done: readonly Row[],
  { conditions, baseline }: Comparison,
): Difference | null {
  const values: Record<string, SettingValue> = { ...coordinates, ...baseline };
  const others = conditions.get(keyOf(values))?.filter((row) => row.figures !== null) ?? [];
  if (keyOf(values) === keyOf(coordinates)) return null;
  const pairs = done.flatMap((row) => {
    const other = others.find((one) => isSameChip(one, row));
    const hasImages = row.right !== '' && other?.right !== '';
    return other && hasImages && row.dataset === other.dataset ? [{ row, other }] : [];
  });
  // Images are the first ones of a set, so a run of fewer has them in common with a longer one.
  const images = smallest(pairs.flatMap(({ row, other }) => [row.images, other.images]));
  if (pairs.length === 0 || images === 0) return null;
  let [better, worse] = [0, 0];
  const sums = Array.from({ length: images }, () => 0);
  const perChip = pairs.map(({ row, other }) => {
    const [own, base] = [bitsOf(row.right, images), bitsOf(other.right, images)];
    let sum = 0;
    for (let image = 0; image < images; image++) {
      const change = (own[image] as number) - (base[image] as number);
      if (change > 0) better++;
      if (change < 0) worse++;
      sum += change;
      sums[image] = (sums[image] as number) + change;
    }
    return sum / images;
  });
  const overChips = meanOf(perChip);
  const overImages = meanOf(sums.map((sum) => sum / pairs.length));
  if (!overChips || !overImages) return null;
  return { baseline: values, overChips, overImages, better, worse };
}

const isSameChip = (a: Row, b: Row): boolean =>
  a.settings['chipSeed'] === b.settings['chipSeed'] && a.settings['seed'] === b.settings['seed'];
