// What plots of an experiment show, apart from how they are drawn.

import { CimError } from '../core/errors.ts';
import { largest, smallest } from '../core/extremes.ts';
import type { SettingValue } from './axis-values.ts';
import { isSame } from './expand-plan.ts';
import type { FigureName } from './figures.ts';
import type { Coordinates } from './point.ts';
import type { ConditionStatistics } from './statistics.ts';

/** A value of a figure at a condition, with its 95 % interval over chip instances where there is one. */
export interface PlotPoint {
  readonly coordinates: Coordinates;
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** The conditions where a figure has a value, in the order of their coordinates, whatever that of the rows. */
export const plotPoints = (
  statistics: readonly ConditionStatistics[],
  figure: FigureName,
): readonly PlotPoint[] =>
  statistics
    .flatMap(({ coordinates, overChips }) => {
      const mean = overChips[figure];
      if (!mean) return [];
      const [low, high] = mean.interval ?? [mean.mean, mean.mean];
      return [{ coordinates, value: mean.mean, low, high }];
    })
    .toSorted((a, b) => compared(a.coordinates, b.coordinates));

/** By the values of each path in turn: numbers by size, then words. */
function compared(a: Coordinates, b: Coordinates): number {
  for (const [path, own] of Object.entries(a)) {
    const other = b[path];
    if (other === undefined || isSame(own, other)) continue;
    if (typeof own === 'number' && typeof other === 'number') return own - other;
    return String(own) < String(other) ? -1 : 1;
  }
  return 0;
}

/** The coordinates but those of some paths, as text: what tells curves apart. */
export const seriesText = (coordinates: Coordinates, without: readonly string[]): string =>
  Object.entries(coordinates)
    .filter(([path]) => !without.includes(path))
    .map(([path, value]) => `${path} ${value}`)
    .join(', ');

/**
 * Paths that do not tell conditions apart: those of one value, and those whose value follows from that of another path, as the
 * images of a list of settings do.
 */
export function silentPaths(all: readonly Coordinates[]): readonly string[] {
  const paths = [...new Set(all.flatMap((one) => Object.keys(one)))];
  const valuesOf = (path: string): number => new Set(all.map((one) => String(one[path]))).size;
  const pairs = (path: string, other: string): number =>
    new Set(all.map((one) => JSON.stringify([String(one[path]), String(one[other])]))).size;
  const follows = (path: string, other: string): boolean =>
    other !== path &&
    pairs(path, other) === valuesOf(other) &&
    // Of two that follow from each other, the first stays.
    (valuesOf(other) > valuesOf(path) || paths.indexOf(other) < paths.indexOf(path));
  return paths.filter((path) => valuesOf(path) < 2 || paths.some((other) => follows(path, other)));
}

/** A condition by two figures. */
export interface TradeOff {
  readonly coordinates: Coordinates;
  readonly x: number;
  readonly y: number;
  /** Whether no other condition is at least as good in both figures and better in one. */
  readonly isOnFront: boolean;
}

/** Which way two figures are better. */
export interface Directions {
  readonly moreXIsBetter: boolean;
  readonly moreYIsBetter: boolean;
}

/** The conditions by two figures, and which of them are on the Pareto front. */
export function tradeOffs(
  statistics: readonly ConditionStatistics[],
  figures: { readonly x: FigureName; readonly y: FigureName },
  { moreXIsBetter, moreYIsBetter }: Directions,
): readonly TradeOff[] {
  const points = statistics.flatMap(({ coordinates, overChips }) => {
    const [x, y] = [overChips[figures.x]?.mean, overChips[figures.y]?.mean];
    return x === undefined || y === undefined ? [] : [{ coordinates, x, y }];
  });
  const gain = (point: { readonly x: number; readonly y: number }): readonly [number, number] => [
    moreXIsBetter ? point.x : -point.x,
    moreYIsBetter ? point.y : -point.y,
  ];
  // From the best x on, a point is on the front where its y beats all before; of equal x only the best y is.
  const sorted = points.toSorted((a, b) => {
    const [ga, gb] = [gain(a), gain(b)];
    return gb[0] - ga[0] || gb[1] - ga[1];
  });
  const front = new Set<object>();
  let best: readonly [number, number] = [NaN, -Infinity];
  for (const point of sorted) {
    const [x, y] = gain(point);
    if (y < best[1] || (y === best[1] && x !== best[0])) continue;
    front.add(point);
    best = [x, y];
  }
  return points.map((point) => ({ ...point, isOnFront: front.has(point) }));
}

/** What one axis does to a figure while all others stay. */
export interface AxisSwing {
  readonly path: string;
  readonly low: { readonly at: SettingValue; readonly value: number };
  readonly high: { readonly at: SettingValue; readonly value: number };
}

/** A tornado: the swing of every axis around one condition, largest first. */
export interface Tornado {
  readonly center: PlotPoint;
  readonly swings: readonly AxisSwing[];
}

/**
 * The swings around `center`, which names values of some axes; of the others the first condition's count.
 * @throws {CimError} (usage) when that condition has no value of the figure
 */
export function tornadoOf(
  statistics: readonly ConditionStatistics[],
  figure: FigureName,
  center: Coordinates,
): Tornado {
  const points = plotPoints(statistics, figure);
  const at: Coordinates = { ...points[0]?.coordinates, ...center };
  const differing = (one: Coordinates): readonly string[] =>
    Object.keys(at).filter((path) => !isSame(one[path], at[path] as SettingValue));
  const middle = points.find(({ coordinates }) => differing(coordinates).length === 0);
  if (!middle)
    throw new CimError('usage', {
      what: `no result has ${figure} at ${seriesText(at, [])}`,
      where: 'center',
      todo: 'choose a condition of the results, as path=value,path=value',
    });
  const swings = Object.keys(at).flatMap((path): readonly AxisSwing[] => {
    const along = points.filter(({ coordinates }) =>
      differing(coordinates).every((other) => other === path),
    );
    if (along.length < 2) return [];
    const end = (value: number): AxisSwing['low'] => ({
      at: along.find((one) => one.value === value)?.coordinates[path] ?? '',
      value,
    });
    const values = along.map(({ value }) => value);
    return [{ path, low: end(smallest(values)), high: end(largest(values)) }];
  });
  const size = ({ low, high }: AxisSwing): number => high.value - low.value;
  return { center: middle, swings: swings.toSorted((a, b) => size(b) - size(a)) };
}
