// A plan: what to run, as a file that a person writes. Base settings, axes, chip instances, points to leave out.

import { z } from 'zod';
import { CimError } from '../core/errors.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { runSettings } from '../settings/run-settings.ts';
import { settingsIn } from '../settings/setting.ts';
import type { SettingValue } from './axis-values.ts';
import type { Coordinates } from './point.ts';

/** Version of plan files. */
const planVersion = 1;

/** A condition of a value: that one, one of these, or within these bounds. */
export type Condition =
  | SettingValue
  | readonly SettingValue[]
  | { readonly min?: number | undefined; readonly max?: number | undefined };

type Values = Readonly<Record<string, readonly SettingValue[] | string>>;

/** An axis: one of the three. Values are a list, or a text such as `3..6`. */
export interface AxisEntry {
  /** Every combination of the values of its paths. */
  readonly grid?: Values | undefined;
  /** The first values of its paths, their second ones, and so on. */
  readonly zip?: Values | undefined;
  /** Settings that go together, such as a network with its density profile. */
  readonly list?: readonly Coordinates[] | undefined;
}

/**
 * A plan as its file has it. A path is a setting (`network`, `weightBits`, `chip`) or a value of the chip (`adc.bits`).
 */
export interface PlanFile {
  readonly version: 1;
  readonly name?: string | undefined;
  /** Settings that every point has, in the words of `RunSettings`; those that are not given have their defaults. */
  readonly base?:
    | Readonly<Record<string, SettingValue | readonly string[] | undefined>>
    | undefined;
  /** Each multiplies the number of points. */
  readonly axes?: readonly AxisEntry[] | undefined;
  /** Chip instances of every point: seeds that follow each other from `chipSeed` on; 1 by default. */
  readonly chips?: number | undefined;
  /** Conditions of points to leave out; all paths of an entry must fit. */
  readonly exclude?: readonly Readonly<Record<string, Condition>>[] | undefined;
  /** Values of axes: each point is compared with the one that has these, and otherwise the same. */
  readonly baseline?: Coordinates | undefined;
}

const settingValue = z.union([z.number(), z.string().min(1)]);
const baseSchema: z.ZodType<PlanFile['base']> = z.strictObject(
  Object.fromEntries(
    settingsIn(runSettings, 'command line').map(({ key, help, isList }) => {
      const value: z.ZodType<SettingValue | readonly string[]> = isList
        ? z.array(z.string())
        : settingValue;
      return [key, value.optional().meta({ title: help })];
    }),
  ),
);
const valuesSchema = z.union([z.array(settingValue), z.string()]);
const axisSchema = z.strictObject({
  grid: z.record(z.string(), valuesSchema).optional(),
  zip: z.record(z.string(), valuesSchema).optional(),
  list: z.array(z.record(z.string(), settingValue)).optional(),
});
const boundsSchema = z.strictObject({ min: z.number().optional(), max: z.number().optional() });
const conditionSchema = z.union([settingValue, z.array(settingValue), boundsSchema]);

const planSchema: z.ZodType<PlanFile> = z.strictObject({
  version: z.literal(planVersion),
  name: z.string().optional(),
  base: baseSchema.optional(),
  axes: z.array(axisSchema).optional(),
  chips: z.int().min(1).max(1e6).optional(),
  exclude: z.array(z.record(z.string(), conditionSchema)).optional(),
  baseline: z.record(z.string(), settingValue).optional(),
});

/** The JSON Schema of plan files. */
export const planJsonSchema = (): object => z.toJSONSchema(planSchema, { io: 'input' });

/**
 * Reads a plan file.
 * @param where the file it came from
 * @throws {CimError} (input) naming the path of the first field that is wrong
 */
export function readPlan(source: Uint8Array | string, where: string): PlanFile {
  const value = parseJson(source, (what, cause) => new CimError('input', { what, where, cause }));
  return checkSchema(
    planSchema,
    value,
    ({ path, what, todo }) =>
      new CimError('input', {
        what,
        where: [where, path],
        todo: todo ?? '`mars sweep --schema` prints the JSON Schema of plans',
      }),
  );
}

/** Canonical text of a plan. */
export const planText = (plan: PlanFile): string => {
  const { version, name, base, axes, chips, exclude, baseline } = plan;
  return `${JSON.stringify({ version, name, base, axes, chips, exclude, baseline }, null, 2)}\n`;
};
