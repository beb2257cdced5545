// Checks, before any point is computed, that the chips of a plan have the values that it sets.

import { setChipValues } from '../chips/index.ts';
import { hasKind } from '../core/errors.ts';
import { loadChip } from '../settings/load-job.ts';
import type { Sources } from '../settings/sources.ts';
import type { Point } from './point.ts';

/**
 * Checks the paths of the chip that points set. One that no chip of the plan has is a mistake of the plan; one that a single
 * chip has not is an error of its points.
 * @throws {CimError} (usage) naming the path
 * @throws {CimError} (usage, input) when a chip cannot be read
 */
export async function checkChipPaths(
  points: readonly Point[],
  sources: Pick<Sources, 'chipFile'>,
): Promise<void> {
  const names = [...new Set(points.map(({ settings }) => settings.chip))];
  const chips = await Promise.all(
    names.map(async (chip) => await loadChip({ chip, set: [] }, sources)),
  );
  const settings = new Set(points.flatMap((point) => point.settings.set));
  for (const setting of settings) {
    const errors = chips.map((chip) => {
      try {
        setChipValues(chip, [setting]);
        return undefined;
      } catch (error) {
        return error;
      }
    });
    if (errors.every((error) => hasKind(error, 'usage'))) throw errors[0];
  }
}
