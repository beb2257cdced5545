// Settings that exclude each other. Apart from their table, whose words a worker does not need.

import { CimError } from '../core/errors.ts';
import type { RunSettings } from './run-settings.ts';
import { nameOf } from './setting.ts';

/** At most one of these says which groups are kept. */
const pruning = ['prunedGroups', 'groupMasks', 'densityProfile'] as const;

/**
 * Checks settings against each other.
 * @throws {CimError} (usage) naming two that cannot be given together
 */
export function checkRunSettings(
  settings: Partial<Pick<RunSettings, (typeof pruning)[number]>>,
): void {
  const given = pruning.filter((key) => settings[key] !== undefined).map(nameOf);
  const [first, second] = given;
  if (second !== undefined)
    throw new CimError('usage', {
      what: `cannot be given with ${first}`,
      where: second,
      todo: 'use only one of them',
    });
}
