// What a core has to do for a run of a kernel tile: its weight loads, and how its pixels stream through the ports.

import { dramCycles } from '../chips/dram.ts';
import type { ChipSpec } from '../chips/index.ts';
import type { KernelTile } from '../mapping/kernel-tile.ts';
import type { MappedMacroLayer } from '../mapping/map-to-chip.ts';
import type { TileRun } from '../mapping/place-tiles.ts';
import type { CoreItem } from './run-cores.ts';
import type { MacroHalf } from './timeline.ts';

/** Where stalls come from can be switched off, to see what the macros alone would take. */
export type StallModel = 'modelled' | 'none';

/** What holds cores up. */
export interface ItemModel {
  readonly stalls: StallModel;
  /** Cores that load weights from DRAM at once, each with its share of the bandwidth; 0 where none comes from there. */
  readonly dramCores: number;
  /** Bits of the group list per stored group. */
  readonly indexBits: number;
}

/** The items of one run, in the order in which its core does them. */
export function coreItems(
  chip: ChipSpec,
  mapped: MappedMacroLayer,
  run: TileRun,
  model: ItemModel,
): CoreItem[] {
  const { stalls } = model;
  const tile = mapped.tiles[run.tile];
  if (!tile) return [];
  if (stalls === 'none' && tile.loads.length === 0) return [];
  // A tile whose groups are all pruned still has its biases to write.
  const loads = tile.loads.length === 0 ? [{ firstGroup: 0, groups: 0 }] : tile.loads;
  const halves = halvesOf(chip, mapped, tile);
  return loads.flatMap(({ groups }, load) =>
    halves.map((half): CoreItem => {
      const place: ItemPlace = {
        groups,
        pixels: run.pixels * chip.controller.batch.value,
        kernels: half.kernels,
        isLoaded: run.isLoaded ?? false,
        isFirst: load === 0,
        isLast: load === loads.length - 1,
      };
      const times = stalls === 'none' ? plainTimes(mapped, place) : itemTimes(chip, mapped, place);
      const number = halfOf(half, halves.length, load);
      const { pixels } = place;
      const fromDram = place.isLoaded
        ? 0
        : weightCycles(chip, mapped, { groups, half: number }, model);
      const late = Math.max(0, fromDram - times.loadCycles);
      const common = { tile: tile.index, load, half: number, groups, pixels };
      return { ...common, ...times, loadCycles: times.loadCycles + late, dramCycles: late };
    }),
  );
}

/** Whole cycles to bring weights and index codes of a load from DRAM, whose bandwidth several cores share. */
function weightCycles(
  chip: ChipSpec,
  { layer, geometry }: MappedMacroLayer,
  load: { readonly groups: number; readonly half: MacroHalf },
  { dramCores, indexBits }: ItemModel,
): number {
  if (dramCores === 0 || load.groups === 0) return 0;
  const kernels = load.half === 'all' ? geometry.kernelsPerCore : geometry.kernelsPerHalf;
  const index = indexBits * (kernels / geometry.kernelsPerCore);
  const bits = load.groups * (geometry.wordLinesOn * kernels * layer.weightBits + index);
  return Math.ceil(dramCycles(chip, (bits / 8) * dramCores, 1));
}

interface Half {
  readonly number: MacroHalf;
  readonly kernels: number;
}

/** Under macroPingPong a tile's kernels run in two halves, one per half of the macros. */
function halvesOf(chip: ChipSpec, mapped: MappedMacroLayer, tile: KernelTile): readonly Half[] {
  if (chip.controller.overlap.value !== 'macroPingPong')
    return [{ number: 'all', kernels: tile.kernels }];
  const first = Math.min(tile.kernels, mapped.geometry.kernelsPerHalf);
  const second = tile.kernels - first;
  const half: Half = { number: 0, kernels: first };
  return second > 0 ? [half, { number: 1, kernels: second }] : [half];
}

/** A tile that needs only one half of the macros takes them in turns, so that a load still has a half to go to. */
const halfOf = (half: Half, halves: number, load: number): MacroHalf => {
  if (half.number === 'all' || halves > 1) return half.number;
  return load % 2 === 0 ? 0 : 1;
};

interface ItemPlace {
  readonly groups: number;
  readonly pixels: number;
  readonly kernels: number;
  /** Are its weights in the macros already? */
  readonly isLoaded: boolean;
  /** Is this the first, the last load of the tile? Between loads partial sums spill. */
  readonly isFirst: boolean;
  readonly isLast: boolean;
}

type ItemTimes = Omit<CoreItem, 'tile' | 'load' | 'half' | 'groups' | 'pixels' | 'dramCycles'>;

/** Loads and macro-ops, and nothing that holds them up. */
function plainTimes(
  { geometry }: MappedMacroLayer,
  { groups, pixels, isLoaded }: ItemPlace,
): ItemTimes {
  const perPixel = groups * geometry.cyclesPerMacroOp;
  return {
    fullRate: 1 / perPixel,
    reads: 0,
    writes: 0,
    loadCycles: isLoaded ? 0 : groups * geometry.loadCyclesPerGroup,
    computeCycles: pixels * perPixel,
    drainCycles: 0,
  };
}

function itemTimes(chip: ChipSpec, mapped: MappedMacroLayer, place: ItemPlace): ItemTimes {
  const { layer, geometry } = mapped;
  const { groups, kernels, isFirst, isLast } = place;
  const plain = plainTimes(mapped, place);
  const wordsOf = (bits: number): number => bits / chip.featureMap.portBits.value;
  const storedBits = isLast ? kernels * (layer.requantize?.outputBits ?? 0) : 0;
  const sumBits = kernels * chip.accumulator.bits.value;
  const spills = Number(!isFirst) + Number(!isLast);
  const spillCycles = (spills * sumBits) / chip.accumulator.spillBitsPerCycle.value;
  return {
    ...plain,
    // The requantizer of a core takes a pixel per cycle at most.
    fullRate: 1 / Math.max(groups * geometry.cyclesPerMacroOp, spillCycles, 1),
    reads:
      groups * wordsOf(geometry.wordLinesOn * layer.inputBits) +
      wordsOf(layer.residual ? storedBits : 0),
    writes: wordsOf(storedBits),
    drainCycles: chip.controller.pipelineCycles.value,
  };
}
