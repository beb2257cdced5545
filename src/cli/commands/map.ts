// `mars map`: what of a network is stored where.

import { Command } from 'commander';
import { formatShare } from '../../core/number-text.ts';
import { shownText } from '../../core/shown-text.ts';
import { countOf } from '../../core/words.ts';
import { indexCodeBits } from '../../mapping/index-code.ts';
import { type IndexCoding, indexCodings } from '../../mapping/index-coding.ts';
import { indexBitsByCoding, layerStorage, mappingStorage } from '../../mapping/mapping-summary.ts';
import { groupShapeOf } from '../../mapping/layer-groups.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import { writeStoredImage } from '../../mapping/stored-image.ts';
import { mapJob, trainedOn } from '../../pipeline/run-job.ts';
import { loadCalibratedJob, loadMapJob } from '../../settings/load-job.ts';
import { datasetOfImage, nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions } from '../options.ts';
import { print } from '../output.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

interface MapCommandOptions extends JobOptions {
  readonly image?: string;
  readonly json?: boolean;
}

/** The command. */
export function mapCommand(): Command {
  return addJobOptions(new Command('map'))
    .description(
      'compress and map a network; print its kernel tiles, groups, weight loads and the bits of its group lists in every coding',
    )
    .option(
      '--image <file>',
      'write the stored image of the compressed network, for mars run --network <file>',
    )
    .option(
      '--json',
      'print as JSON, with every kernel tile’s index codes, core and pixels, and the memory of every feature map',
    )
    .action(map);
}

async function map(options: MapCommandOptions): Promise<void> {
  if (options.image !== undefined) checkTargets([options.image], '--image');
  // What is stored where follows from the weights; an image also holds scales, which real images must calibrate.
  const job = await (options.image === undefined ? loadMapJob : loadCalibratedJob)(
    options,
    nodeSources,
  );
  const mapping = mapJob(job);
  let written = '';
  if (options.image !== undefined) {
    const { network, chip, indexCoding } = mapping;
    const stored = { network, indexCoding, dataset: datasetOfImage(trainedOn(job), options) };
    const image = writeStoredImage(stored, (bits) => groupShapeOf(chip, bits));
    writeWhole(options.image, image, '--image');
    written = `Written: ${options.image}, ${countOf(image.length, 'byte')}\n`;
  }
  print(
    options.json
      ? `${JSON.stringify(mappingData(mapping), null, 2)}\n`
      : mappingText(mapping) + written,
  );
}

type BitsByCoding = Readonly<Record<IndexCoding, number>>;

/** The mapping as plain data. */
function mappingData(mapping: Mapping): object {
  const layers = mapping.layers.flatMap((mapped) => {
    if (mapped.kind !== 'macro') return [];
    const tiles = mapped.tiles.map((tile) => ({ ...tile, codes: Array.from(tile.codes) }));
    const { packed, blocks, positions, codes } = mapped.grid;
    return [
      {
        name: mapped.layer.name,
        packed,
        blocks,
        positions,
        codeBits: indexCodeBits(codes),
        indexFormat: mapped.indexFormat,
        indexBitsByCoding: indexBitsByCoding(mapped),
        ...layerStorage(mapped),
        tiles,
        runs: mapped.runs,
        ...(mapped.strips && { strips: mapped.strips }),
      },
    ];
  });
  return {
    version: 1,
    network: mapping.network.name,
    chip: mapping.chip.name,
    indexCoding: mapping.indexCoding,
    balance: mapping.balance,
    featureMaps: Object.fromEntries(mapping.featureMaps),
    total: { ...mappingStorage(mapping), indexBitsByCoding: totalIndexBits(mapping) },
    layers,
  };
}

function totalIndexBits(mapping: Mapping): BitsByCoding {
  const total = { absolute: 0, gap: 0, bitmap: 0 };
  for (const mapped of mapping.layers) {
    if (mapped.kind !== 'macro') continue;
    const bits = indexBitsByCoding(mapped);
    for (const coding of indexCodings) total[coding] += bits[coding];
  }
  return total;
}

function mappingText(mapping: Mapping): string {
  const coding = mapping.indexCoding;
  const lines = mapping.layers.flatMap((mapped) => {
    if (mapped.kind !== 'macro') return [];
    const { groups, groupsKept, indexBits, storedBits, cellsUsed } = layerStorage(mapped);
    const loads = mapped.tiles.reduce((sum, tile) => sum + tile.loads.length, 0);
    const packed = mapped.grid.packed ? ', packed' : '';
    const used = cellsUsed === undefined ? '' : `, ${formatShare(cellsUsed)} of their cells used`;
    const strips = mapped.strips ? `, ${countOf(mapped.strips.strips.length, 'strip')}` : '';
    return [
      `${shownText(mapped.layer.name).padEnd(12)}${String(mapped.tiles.length).padStart(4)} kernel ${mapped.tiles.length === 1 ? 'tile' : 'tiles'}, ${groupsKept} of ${groups} groups${used}, ` +
        `${countOf(loads, 'weight load')}, ${mapped.indexFormat.width}-bit ${coding} index (${indexBits} bits), ${storedBits} bits stored${packed}${strips}`,
    ];
  });
  const { groups, groupsKept, storedBits, denseBits } = mappingStorage(mapping);
  const total = `${'total'.padEnd(12)}${groupsKept} of ${groups} groups, ${storedBits} bits stored, dense ${denseBits}`;
  return `${lines.join('\n')}\n${total}\n\n${codingTable(mapping)}`;
}

/** Bits of the group lists, layer by layer, in every coding. */
function codingTable(mapping: Mapping): string {
  const row = (name: string, cells: readonly (string | number)[]): string =>
    `${name.padEnd(12)}${cells.map((cell) => String(cell).padStart(10)).join('')}\n`;
  const bitsRow = (name: string, bits: BitsByCoding): string =>
    row(
      name,
      indexCodings.map((coding) => bits[coding]),
    );
  const rows = mapping.layers.map((mapped) =>
    mapped.kind === 'macro' ? bitsRow(shownText(mapped.layer.name), indexBitsByCoding(mapped)) : '',
  );
  return [row('index bits', indexCodings), ...rows, bitsRow('total', totalIndexBits(mapping))].join(
    '',
  );
}
