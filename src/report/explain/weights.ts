// What of a network is stored, and what macros do with it, as formulas.

import type { MacroLayer } from '../../compress/compressed-network.ts';
import { channelsSeen } from '../../compress/weight-group.ts';
import { positionsOf } from '../../core/window.ts';
import type { MappedMacroLayer } from '../../mapping/map-to-chip.ts';
import { layerStorage, type LayerStorage } from '../../mapping/mapping-summary.ts';
import { type Add, explained, type Explained, sumOf } from './common.ts';
import { constant, counted, type Expression, over, plus, times } from './expression.ts';

/** Adds what the report says of compression: sums over the layers. */
export function addCompression(add: Add, { mapping }: Explained): void {
  const stored = mapping.layers.flatMap((mapped) =>
    mapped.kind === 'macro' ? [{ name: mapped.layer.name, ...layerStorage(mapped) }] : [],
  );
  const total = (key: keyof LayerStorage): number =>
    stored.reduce((sum, one) => sum + (one[key] ?? 0), 0);
  const sums = [
    ['groups', ''],
    ['groupsKept', ''],
    ['storedBits', 'b'],
    ['indexBits', 'b'],
    ['denseBits', 'b'],
  ] as const;
  for (const [key, unit] of sums)
    add(`compression.${key}`, unit, () =>
      sumOf(stored.map((one) => explained(`layers.${one.name}.${key}`, one[key], unit))),
    );
  add('compression.macs', '', () =>
    sumOf(stored.map(({ name, macs }) => explained(`layers.${name}.macs`, macs, ''))),
  );
  const whole = (key: 'groups' | 'groupsKept'): Expression =>
    explained(`compression.${key}`, total(key), '');
  add('compression.density', '', () => over(whole('groupsKept'), whole('groups')));
  const share = (kept: 'weightsKept' | 'macsKept', all: 'weights' | 'macs', noun: string): void =>
    add(`compression.${kept}`, '', () =>
      over(
        counted(`${noun} of stored groups`, total(kept), '', 'zeros in stored groups included'),
        counted(`all ${noun}`, total(all), '', 'of every layer, zeros included'),
      ),
    );
  share('weightsKept', 'weights', 'weights');
  share('macsKept', 'macs', 'MACs');
}

/** Adds what is stored of a layer, and its events that follow from that. */
export function addLayerWeights(add: Add, mapped: MappedMacroLayer): void {
  addStorage(add, mapped);
  addLayerEvents(add, mapped);
}

const pixelsOf = ({ outputShape }: MacroLayer): Expression =>
  times(
    counted('output rows', outputShape.height, '', 'height of the feature map that it gives'),
    counted('output columns', outputShape.width, '', 'width of that map'),
  );

/** A number without unit. */
const count = (name: string, value: number, source: string): Expression =>
  counted(name, value, '', source);

const weightsOf = ({ geometry }: MacroLayer): Expression =>
  times(
    count('kernels', geometry.ownKernels?.count ?? geometry.kernels, 'that have weights'),
    count(
      'channels of a kernel',
      channelsSeen(geometry),
      'input channels, over the groups of the convolution',
    ),
    count('kernel positions', positionsOf(geometry.window), 'kernel height times width'),
  );

function addStorage(add: Add, mapped: MappedMacroLayer): void {
  const { layer, grid, tiles, places } = mapped;
  const storage = layerStorage(mapped);
  const path = (field: string): string => `layers.${layer.name}.${field}`;
  const own = (field: keyof LayerStorage, unit = ''): Expression =>
    explained(path(field), storage[field] ?? 0, unit);
  add(path('macs'), '', () => times(pixelsOf(layer), weightsOf(layer)));
  add(path('groups'), '', () =>
    places === grid.kernelTiles * grid.blocks * grid.positions
      ? times(
          count('kernel tiles', grid.kernelTiles, 'kernels over those of a weight group'),
          count('channel blocks', grid.blocks, 'input channels over those of a weight group'),
          count('group positions', grid.positions, 'kernel positions that are groups of their own'),
        )
      : count('groups with weights', places, 'of the grid, those in one group of the convolution'),
  );
  const kept = 'those with a weight that is not zero; all, on a chip without sparsity';
  add(path('groupsKept'), '', () =>
    sumOf(
      tiles.map(({ index, codes }) => count(`stored groups of tile ${index}`, codes.length, kept)),
    ),
  );
  add(path('density'), '', () => over(own('groupsKept'), own('groups')));
  addBits(add, mapped, own);
}

function addBits(
  add: Add,
  mapped: MappedMacroLayer,
  own: (field: keyof LayerStorage, unit?: string) => Expression,
): void {
  const { layer, grid, indexFormat } = mapped;
  const { indexBits } = layerStorage(mapped);
  const path = (field: string): string => `layers.${layer.name}.${field}`;
  const weightBits = counted('weight bits', layer.weightBits, 'b', 'of the network');
  const coded = `coded as ${indexFormat.coding}`;
  add(path('indexBits'), 'b', () => counted('bits of the group lists', indexBits, 'b', coded));
  add(path('storedBits'), 'b', () =>
    plus(
      times(
        own('groupsKept'),
        count('channels of a group', grid.shape.channels, 'word lines that are on at once'),
        count('kernels of a group', grid.shape.kernels, 'kernels of all macros of a core'),
        weightBits,
      ),
      own('indexBits', 'b'),
    ),
  );
  add(path('denseBits'), 'b', () => times(weightsOf(layer), weightBits));
}

/** Adds the events of a layer that follow from what is stored of it. */
function addLayerEvents(add: Add, { layer, tiles, geometry }: MappedMacroLayer): void {
  const path = (field: string): string => `layers.${layer.name}.${field}`;
  const pixels = pixelsOf(layer);
  const walks = (of: (tile: (typeof tiles)[number]) => number): number =>
    tiles.reduce((sum, tile) => sum + of(tile), 0);
  add(path('macroOps'), '', () =>
    times(
      counted(
        'macros that walk a group, of all groups',
        walks(
          ({ codes, kernels: own }) => codes.length * Math.ceil(own / geometry.kernelsPerMacro),
        ),
        '',
        'stored groups of each tile, times the macros that hold its kernels',
      ),
      pixels,
    ),
  );
  add(path('columnReads'), '', () =>
    times(
      counted(
        'kernels that walk a group, of all groups',
        walks(({ codes, kernels: own }) => codes.length * own),
        '',
        'stored groups of each tile, times its kernels',
      ),
      counted('columns of a kernel', geometry.columnsPerKernel, '', 'bit lines that hold a weight'),
      counted('input phases', geometry.phases, '', 'input bits over macro.inputBitsPerPhase'),
      pixels,
    ),
  );
}

/** Adds what a simulation found; nothing after an estimate. */
export function addFound(add: Add, { report }: Explained): void {
  const { accuracy, images, layers } = report;
  if (report.energy.activity === 'estimated') return;
  const shares = [
    ['top1', 'images that the chip classifies rightly', images],
    ['quantizedTop1', 'images that exact integers classify rightly', images],
    ['floatTop1', 'images that real arithmetic classifies rightly', accuracy.floatImages],
    ['agreement', 'images with the same class on the chip and in exact integers', images],
  ] as const;
  for (const [key, name, of] of shares) {
    const share = accuracy[key];
    if (share === null) continue;
    add(`accuracy.${key}`, '', () =>
      over(
        counted(name, Math.round(share * of), '', 'counted'),
        counted('images', of, '', key === 'floatTop1' ? 'the first ones' : 'of the run'),
      ),
    );
  }
  const reads = layers.filter(({ columnReads }) => columnReads > 0);
  for (const { name, saturatedReads, columnReads, overflowedSums } of reads) {
    const path = (field: string): string => `layers.${name}.${field}`;
    add(path('saturatedReads'), '', () =>
      over(
        counted(
          'column reads beyond the codes',
          saturatedReads * images,
          '',
          'of all images, counted by the simulation',
        ),
        constant(images, 'images of the run'),
      ),
    );
    add(path('overflowedSums'), '', () =>
      over(
        counted(
          'sums beyond the accumulator',
          overflowedSums * images,
          '',
          'of all images, counted by the simulation',
        ),
        constant(images, 'images of the run'),
      ),
    );
    add(path('saturatedShare'), '', () =>
      over(
        explained(path('saturatedReads'), saturatedReads, ''),
        explained(path('columnReads'), columnReads, ''),
      ),
    );
  }
  const sum = (field: 'saturatedReads' | 'columnReads' | 'overflowedSums'): Expression =>
    sumOf(reads.map((one) => explained(`layers.${one.name}.${field}`, one[field], '')));
  add('reads.saturatedShare', '', () => over(sum('saturatedReads'), sum('columnReads')));
  add('reads.overflowedSums', '', () => sum('overflowedSums'));
}

/** Adds what is counted or measured beside the frame. */
export function addCounts(add: Add, { report }: Explained): void {
  const { peakMemory, provenance } = report;
  if (peakMemory !== null)
    add('peakMemory', 'B', () =>
      counted(
        'bytes of buffers',
        peakMemory,
        'B',
        'most that the simulation held on its device at once',
      ),
    );
  for (const evidence of ['read', 'inferred', 'assumed'] as const)
    add(`provenance.${evidence}`, '', () =>
      counted(
        `numbers of the chip that were ${evidence}`,
        provenance.filter((one) => one.evidence === evidence).length,
        '',
        'counted; `mars info --chip` lists them',
      ),
    );
}
