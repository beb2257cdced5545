// From a plan to its points: every combination of its axes and chip instances that no condition leaves out.

import { CimError } from '../core/errors.ts';
import { checkRunSettings } from '../settings/check-settings.ts';
import { noiseSeed } from '../settings/load-job.ts';
import { defaultSettings, type RunSettings } from '../settings/run-settings.ts';
import { axisValues, maxPoints, type SettingValue, tooMany } from './axis-values.ts';
import type { AxisEntry, Condition, PlanFile } from './plan.ts';
import {
  type Coordinates,
  identityText,
  pathNamed,
  type Point,
  pointOf,
  withValues,
} from './point.ts';

/** A plan, expanded. */
export interface Experiment {
  readonly plan: PlanFile;
  /** Paths of its axes, in their order. */
  readonly paths: readonly string[];
  /** In the order of the axes, the last one fastest, then chip instances. */
  readonly points: readonly Point[];
}

/**
 * The points of a plan.
 * @throws {CimError} (usage) naming what of it is not possible: an axis without values, a path that does not exist, too
 * many points (by their number, before any is made), two points that are the same
 */
export function expandPlan(plan: PlanFile): Experiment {
  const base = baseSettings(plan);
  const axes = (plan.axes ?? []).flatMap((entry, i) => axesOf(entry, `axes.${i}`));
  const paths = pathsOf(axes, plan);
  const chips = plan.chips ?? 1;
  const count = axes.reduce((product, axis) => product * axis.length, chips);
  if (count > maxPoints) throw tooMany(count, 'plan');
  checkBaseline(plan, axes, paths);
  const leftOut = conditionsOf(plan, paths);
  const points = combinations(axes)
    .filter((coordinates) => !leftOut.some((fits) => fits(coordinates)))
    .flatMap((coordinates) => chipInstances(withValues(base, coordinates), coordinates, chips));
  if (points.length === 0)
    throw new CimError('usage', {
      what: 'its conditions leave out every point',
      where: 'exclude',
      todo: 'leave out fewer',
    });
  checkIds(points);
  return { plan, paths, points };
}

function baseSettings({ base = {} }: PlanFile): RunSettings {
  const { set = [], data, ...others } = base as Readonly<Record<string, unknown>>;
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  const settings = withValues(
    { ...defaultSettings, floatImages: 0, set: set as readonly string[] },
    Object.fromEntries(given) as Coordinates,
  );
  return data === undefined ? settings : { ...settings, data: data as string };
}

type Axis = readonly Coordinates[];

/** A grid is an axis per path; a zip and a list are one axis each. */
function axesOf({ grid, zip, list }: AxisEntry, where: string): readonly Axis[] {
  const kinds = [grid, zip, list].filter((kind) => kind !== undefined);
  if (kinds.length !== 1)
    throw new CimError('usage', {
      what: kinds.length === 0 ? 'has no values' : 'has more than one of grid, zip and list',
      where,
      todo: 'give it one of grid, zip and list',
    });
  if (grid)
    return Object.entries(grid).map(([path, values]) =>
      valuesAt(path, values, where).map((value) => ({ [pathNamed(path)]: value })),
    );
  if (zip) return [zipped(zip, where)];
  const steps = (list ?? []).map((step) =>
    Object.fromEntries(Object.entries(step).map(([path, value]) => [pathNamed(path), value])),
  );
  if (steps.length === 0) throw empty([where, 'list']);
  return [steps];
}

function zipped(zip: NonNullable<AxisEntry['zip']>, where: string): Axis {
  const columns = Object.entries(zip).map(
    ([path, values]) => [pathNamed(path), valuesAt(path, values, where)] as const,
  );
  const [first] = columns;
  if (!first) throw empty([where, 'zip']);
  const other = columns.find(([, values]) => values.length !== first[1].length);
  if (other)
    throw new CimError('usage', {
      what: `${first[0]} has ${first[1].length} values, but ${other[0]} has ${other[1].length}`,
      where: [where, 'zip'],
      todo: 'give all of them as many values',
    });
  return first[1].map((_, i) =>
    Object.fromEntries(columns.map(([path, values]) => [path, values[i] as SettingValue])),
  );
}

function valuesAt(
  path: string,
  values: string | readonly SettingValue[],
  where: string,
): readonly SettingValue[] {
  const list = typeof values === 'string' ? axisValues(values, path) : values;
  if (list.length === 0) throw empty([where, path]);
  return list;
}

const empty = (where: readonly string[]): CimError =>
  new CimError('usage', { what: 'has no values', where, todo: 'give it at least one' });

/** The paths of all axes; each belongs to one of them. */
function pathsOf(axes: readonly Axis[], { chips }: PlanFile): readonly string[] {
  const paths = axes.flatMap((axis) => [...new Set(axis.flatMap((step) => Object.keys(step)))]);
  const twice = paths.find((path, i) => paths.indexOf(path) < i);
  if (twice !== undefined)
    throw new CimError('usage', {
      what: 'is varied by two axes',
      where: twice,
      todo: 'give all its values to one of them',
    });
  if (chips !== undefined && paths.includes('chipSeed'))
    throw new CimError('usage', {
      what: 'cannot be an axis where the plan has chips, which sets it',
      where: 'chipSeed',
      todo: 'use only one of them',
    });
  return paths;
}

function combinations(axes: readonly Axis[]): readonly Coordinates[] {
  let found: readonly Coordinates[] = [{}];
  for (const axis of axes)
    found = found.flatMap((before) => axis.map((step) => ({ ...before, ...step })));
  return found;
}

function chipInstances(
  settings: RunSettings,
  coordinates: Coordinates,
  chips: number,
): readonly Point[] {
  checkRunSettings(settings);
  const first = noiseSeed(settings);
  return Array.from({ length: chips }, (_, i) =>
    pointOf(withValues(settings, { chipSeed: first + i }), coordinates),
  );
}

/** Whether two values are the same: 4 and "4" are. */
export const isSame = (a: SettingValue | undefined, b: SettingValue): boolean =>
  a !== undefined && String(a) === String(b);

function conditionsOf(
  { exclude = [] }: PlanFile,
  paths: readonly string[],
): readonly ((coordinates: Coordinates) => boolean)[] {
  return exclude.map((entry) => {
    const tests = Object.entries(entry).map(([text, condition]) => {
      const path = axisNamed(text, paths, 'exclude');
      return (coordinates: Coordinates): boolean => fits(condition, coordinates[path]);
    });
    if (tests.length === 0) throw empty(['exclude']);
    return (coordinates) => tests.every((test) => test(coordinates));
  });
}

function fits(condition: Condition, value: SettingValue | undefined): boolean {
  if (value === undefined) return false;
  if (typeof condition !== 'object') return isSame(value, condition);
  if (isList(condition)) return condition.some((one) => isSame(value, one));
  const number = Number(value);
  return number >= (condition.min ?? -Infinity) && number <= (condition.max ?? Infinity);
}

const isList = (condition: object): condition is readonly SettingValue[] =>
  Array.isArray(condition);

function axisNamed(text: string, paths: readonly string[], where: string): string {
  const path = pathNamed(text);
  if (paths.includes(path)) return path;
  throw new CimError('usage', {
    what: `${path} is not an axis of the plan`,
    where,
    todo: `its axes: ${paths.join(', ') || 'none'}`,
  });
}

function checkBaseline(
  { baseline = {} }: PlanFile,
  axes: readonly Axis[],
  paths: readonly string[],
): void {
  for (const [text, value] of Object.entries(baseline)) {
    const path = axisNamed(text, paths, 'baseline');
    const values = axes.flatMap((axis) => axis.flatMap((step) => step[path] ?? []));
    if (!values.some((one) => isSame(one, value)))
      throw new CimError('usage', {
        what: `${path} is never ${value}`,
        where: 'baseline',
        todo: `its values: ${[...new Set(values)].join(', ')}`,
      });
  }
}

/** Ids tell points apart: the same settings twice are a mistake, and so would be two settings with one id. */
function checkIds(points: readonly Point[]): void {
  const seen = new Map<string, Point>();
  for (const point of points) {
    const other = seen.get(point.id);
    if (other) {
      const isTwice = identityText(other.settings) === identityText(point.settings);
      throw new CimError('usage', {
        what: isTwice
          ? `two points have the same settings (${coordinatesText(point.coordinates)})`
          : `two points have the id ${point.id}`,
        where: 'plan',
        todo: isTwice ? 'give each value once' : 'change a seed, and report it',
      });
    }
    seen.set(point.id, point);
  }
}

/** `adc.bits=4 noise.read=0.1`. */
export const coordinatesText = (coordinates: Coordinates): string =>
  Object.entries(coordinates)
    .map(([path, value]) => `${path}=${value}`)
    .join(' ') || 'the only point';
