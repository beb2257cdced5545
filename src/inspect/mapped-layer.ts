// Finds a macro layer of a mapping by its name.

import { CimError } from '../core/errors.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';

/**
 * The macro layer called `name`.
 * @throws {CimError} (usage) when the mapping has none of that name
 */
export function macroLayer(mapping: Mapping, name: string): MappedMacroLayer {
  for (const mapped of mapping.layers)
    if (mapped.kind === 'macro' && mapped.layer.name === name) return mapped;
  throw new CimError('usage', {
    what: `there is no layer ${name} in the macros`,
    where: [mapping.network.name],
  });
}
