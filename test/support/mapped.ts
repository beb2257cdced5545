// Small networks on variants of MARS, compressed in the groups that the variant runs.

import { mars, setChipValues } from '../../src/chips/index.ts';
import { compress, type CompressOptions } from '../../src/compress/compress.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { mapToChip, type MappedMacroLayer, type Mapping } from '../../src/mapping/map-to-chip.ts';
import type { Network } from '../../src/network/network.ts';

/** Compresses `network` and maps it onto MARS with `settings` as `--set` takes them. */
export function mapped(
  network: Network,
  options: CompressOptions & { readonly settings?: readonly string[] } = {},
): Mapping {
  const { settings = [], ...rest } = options;
  const chip = setChipValues(mars, settings);
  const groupShape = groupShapeOf(chip, options.weightBits ?? 8);
  return mapToChip(compress(network, { groupShape, ...rest }), chip);
}

/** The layers of a mapping that run in the macros. */
export const macroLayersOf = (mapping: Mapping): readonly MappedMacroLayer[] =>
  mapping.layers.filter((layer) => layer.kind === 'macro');
