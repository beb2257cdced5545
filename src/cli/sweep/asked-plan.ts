// The plan that a command line asks for: a file, what its options change in it, and axes that are written inline.

import type { Command } from 'commander';
import { CimError } from '../../core/errors.ts';
import type { SettingValue } from '../../experiment/axis-values.ts';
import { type PlanFile, readPlan } from '../../experiment/plan.ts';
import { runSettings } from '../../settings/run-settings.ts';
import { settingsIn } from '../../settings/setting.ts';
import { readBytes } from '../files.ts';
import { usage } from '../options.ts';

/** Options that make a plan, apart from the settings of a run. */
export interface PlanOptions {
  readonly vary: readonly string[];
  readonly chips?: number;
}

/**
 * The plan of a command.
 * @param file path of a plan file, if one is given
 * @throws {CimError} (usage) when nothing says what to run
 * @throws {CimError} (input) when the file cannot be read or is no plan
 */
export function askedPlan(
  file: string | undefined,
  options: PlanOptions,
  command: Command,
): PlanFile {
  if (file === undefined && options.vary.length === 0 && options.chips === undefined)
    throw usage(
      'there is nothing to vary',
      'give a plan file, --vary adc.bits=3..6 or --chips 20; mars run does a single run',
    );
  const plan: PlanFile = file === undefined ? { version: 1 } : readPlan(readBytes(file), file);
  const given = givenSettings(command);
  const set = [...setOf(plan), ...((given['set'] as readonly string[] | undefined) ?? [])];
  const base = { ...plan.base, ...given, ...(set.length > 0 ? { set } : {}) };
  return {
    ...plan,
    ...(Object.keys(base).length > 0 ? { base } : {}),
    axes: [...(plan.axes ?? []), ...options.vary.map(axisOf)],
    chips: options.chips ?? plan.chips,
  };
}

const setOf = ({ base }: PlanFile): readonly string[] =>
  (base?.['set'] as readonly string[] | undefined) ?? [];

/** Settings that were written on the command line: defaults change nothing in a plan. */
function givenSettings(
  command: Command,
): Readonly<Record<string, SettingValue | readonly string[]>> {
  const values = command.opts<Record<string, SettingValue | readonly string[]>>();
  return Object.fromEntries(
    settingsIn(runSettings, 'command line')
      .filter(({ key }) => command.getOptionValueSource(key) === 'cli')
      .flatMap(({ key }) => (values[key] === undefined ? [] : [[key, values[key]]])),
  );
}

/** The axis of `adc.bits=3..6`. */
function axisOf(text: string): NonNullable<PlanFile['axes']>[number] {
  const at = text.indexOf('=');
  const path = text.slice(0, at).trim();
  if (at > 0 && path !== '') return { grid: { [path]: text.slice(at + 1) } };
  throw new CimError('usage', {
    what: `"${text}" is not path=values`,
    where: 'vary',
    todo: 'for example adc.bits=3..6, noise.read=0,0.1,0.2 or network=vgg16,resnet18',
  });
}
