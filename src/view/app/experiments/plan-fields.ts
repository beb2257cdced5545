// A plan as the fields of the page have it: base settings of the form, one axis or two, chip instances, images.

import type { AxisEntry, PlanFile } from '../../../experiment/plan.ts';
import { defaultSettings, type RunSettings, runSettings } from '../../../settings/run-settings.ts';
import { settingsIn } from '../../../settings/setting.ts';

/** An axis as a person writes it: a path, and values such as `3..6`. */
export interface AxisField {
  readonly path: string;
  readonly values: string;
}

/** What the fields say. */
export interface PlanFields {
  readonly axes: readonly AxisField[];
  readonly chips: number;
}

/** How many axes have fields. */
export const axisFields = 2;

type Base = NonNullable<PlanFile['base']>;

/** Settings as the base of a plan: those that differ from the defaults, and the images. */
export const baseOf = (settings: RunSettings): Base =>
  Object.fromEntries(
    settingsIn(runSettings, 'command line').flatMap(({ key }) => {
      const value = settings[key as keyof RunSettings];
      const isDefault =
        JSON.stringify(value) === JSON.stringify(defaultSettings[key as keyof RunSettings]);
      return value === undefined || (isDefault && key !== 'images') ? [] : [[key, value]];
    }),
  );

/** The plan with what the fields say in place of its axes and chip instances; all else stays. */
export function planWith(plan: PlanFile, { axes, chips }: PlanFields): PlanFile {
  const named = axes.filter(({ path, values }) => path !== '' || values !== '');
  return {
    ...plan,
    axes: named.map(({ path, values }) => ({ grid: { [path]: values } })),
    chips: chips === 1 ? undefined : chips,
  };
}

/** What the fields say for a plan; undefined where it has axes that they cannot show. */
export function fieldsOf({ axes = [], chips = 1 }: PlanFile): PlanFields | undefined {
  const grids = axes.map(gridOf);
  if (grids.some((grid) => grid === undefined)) return undefined;
  const fields = grids.flatMap((grid) => grid ?? []);
  return fields.length > axisFields ? undefined : { axes: fields, chips };
}

function gridOf({ grid, zip, list }: AxisEntry): readonly AxisField[] | undefined {
  if (!grid || zip || list) return undefined;
  const entries = Object.entries(grid);
  // A text of a list would be read as several values where one of them has a comma.
  const isPlain = entries.every(
    ([, values]) =>
      typeof values === 'string' || values.every((value) => !String(value).includes(',')),
  );
  if (!isPlain) return undefined;
  return entries.map(([path, values]) => ({
    path,
    values: typeof values === 'string' ? values : values.join(','),
  }));
}
