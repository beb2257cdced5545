// `mars map`: what of a network is stored where.

import { Command } from 'commander';
import { layerStorage, mappingStorage } from '../../mapping/mapping-summary.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import { mapJob } from '../../pipeline/run-job.ts';
import { addJobOptions, type JobOptions, loadMapJob } from '../options.ts';

/** The command. */
export function mapCommand(): Command {
  return addJobOptions(new Command('map'))
    .description(
      'compress and map a network; print its kernel tiles, groups, index codes and weight loads',
    )
    .option('--json', 'print as JSON, with the index codes of every kernel tile')
    .action((options: JobOptions & { readonly json?: boolean }) => {
      const mapping = mapJob(loadMapJob(options));
      process.stdout.write(
        options.json ? `${JSON.stringify(mappingData(mapping), null, 2)}\n` : mappingText(mapping),
      );
    });
}

/** The mapping as plain data. */
function mappingData(mapping: Mapping): object {
  const layers = mapping.layers.flatMap((mapped) => {
    if (mapped.kind !== 'macro') return [];
    const tiles = mapped.tiles.map((tile) => ({ ...tile, codes: Array.from(tile.codes) }));
    const { packed, blocks, positions } = mapped.layer.grid;
    return [
      {
        name: mapped.layer.name,
        packed,
        blocks,
        positions,
        codeBits: mapped.codeBits,
        ...layerStorage(mapped),
        tiles,
      },
    ];
  });
  return {
    version: 1,
    network: mapping.network.name,
    chip: mapping.chip.name,
    total: mappingStorage(mapping),
    layers,
  };
}

function mappingText(mapping: Mapping): string {
  const lines = mapping.layers.flatMap((mapped) => {
    if (mapped.kind !== 'macro') return [];
    const { groups, groupsKept, indexBits, storedBits } = layerStorage(mapped);
    const loads = mapped.tiles.reduce((sum, tile) => sum + tile.loads.length, 0);
    const packed = mapped.layer.grid.packed ? ', packed' : '';
    return [
      `${mapped.layer.name.padEnd(12)}${String(mapped.tiles.length).padStart(4)} kernel tiles, ${groupsKept} of ${groups} groups, ` +
        `${loads} weight loads, ${mapped.codeBits}-bit index codes (${indexBits} bits), ${storedBits} bits stored${packed}`,
    ];
  });
  const { groups, groupsKept, storedBits, denseBits } = mappingStorage(mapping);
  return `${lines.join('\n')}\n${'total'.padEnd(12)}${groupsKept} of ${groups} groups, ${storedBits} bits stored, dense ${denseBits}\n`;
}
