// What a core has to do for a run of a kernel tile: its weight loads, and how its pixels stream through the ports.

import type { ChipSpec } from '../chips/index.ts';
import { ceilDivide } from '../core/integer.ts';
import type { KernelTile, WeightLoad } from '../mapping/kernel-tile.ts';
import type { MappedMacroLayer } from '../mapping/map-to-chip.ts';
import type { TileRun } from '../mapping/place-tiles.ts';
import type { CoreItem } from './run-cores.ts';

/** Where stalls come from can be switched off, to see what the macros alone would take. */
export type StallModel = 'modelled' | 'none';

/** The items of one run, in the order in which its core does them. */
export function coreItems(
  chip: ChipSpec,
  mapped: MappedMacroLayer,
  run: TileRun,
  stalls: StallModel,
): CoreItem[] {
  const tile = mapped.tiles[run.tile];
  if (!tile) return [];
  if (stalls === 'none' && tile.loads.length === 0) return [];
  // A tile whose groups are all pruned still has its biases to write.
  const loads = tile.loads.length === 0 ? [{ firstGroup: 0, groups: 0 }] : tile.loads;
  const halves = halvesOf(chip, mapped, tile);
  return halves.flatMap((half) =>
    loads.map((load, index) => {
      const place = { isFirst: index === 0, isLast: index === loads.length - 1 };
      const common = {
        tile: tile.index,
        load: index,
        half: half.number,
        groups: load.groups,
        pixels: run.pixels,
      };
      return {
        ...common,
        ...itemTimes(chip, mapped, load, { ...place, kernels: half.kernels }, stalls, run.pixels),
      };
    }),
  );
}

interface Half {
  readonly number: number;
  readonly kernels: number;
}

/** Under macroPingPong a tile's kernels run in two halves, one per half of the macros. */
function halvesOf(chip: ChipSpec, mapped: MappedMacroLayer, tile: KernelTile): readonly Half[] {
  if (chip.controller.overlap.value !== 'macroPingPong')
    return [{ number: -1, kernels: tile.kernels }];
  const macros = chip.cores.macros.value;
  const first = Math.min(tile.kernels, ceilDivide(macros, 2) * mapped.geometry.kernelsPerMacro);
  const second = tile.kernels - first;
  return [{ number: 0, kernels: first }, ...(second > 0 ? [{ number: 1, kernels: second }] : [])];
}

interface ItemPlace {
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly kernels: number;
}

function itemTimes(
  chip: ChipSpec,
  mapped: MappedMacroLayer,
  load: WeightLoad,
  place: ItemPlace,
  stalls: StallModel,
  pixels: number,
): Omit<CoreItem, 'tile' | 'load' | 'half' | 'groups' | 'pixels'> {
  const { layer, geometry } = mapped;
  const { portBits } = chip.featureMap;
  const perPixel = load.groups * geometry.cyclesPerMacroOp;
  const loadCycles = load.groups * geometry.loadCyclesPerGroup;
  const computeCycles = pixels * perPixel;
  if (stalls === 'none') {
    return {
      fullRate: 1 / perPixel,
      reads: 0,
      writes: 0,
      loadCycles,
      computeCycles,
      drainCycles: 0,
    };
  }
  const wordsOf = (bits: number): number => bits / portBits.value;
  const residualBits =
    layer.residual && place.isLast ? place.kernels * (layer.requantize?.outputBits ?? 0) : 0;
  const sumBits = place.kernels * chip.accumulator.bits.value;
  const spills = Number(!place.isFirst) + Number(!place.isLast);
  const spillCycles = (spills * sumBits) / chip.accumulator.spillBitsPerCycle.value;
  return {
    // The requantizer of a core takes a pixel per cycle at most.
    fullRate: 1 / Math.max(perPixel, spillCycles, 1),
    reads: load.groups * wordsOf(geometry.wordLinesOn * layer.inputBits) + wordsOf(residualBits),
    writes: place.isLast ? wordsOf(place.kernels * (layer.requantize?.outputBits ?? 0)) : 0,
    loadCycles,
    computeCycles,
    drainCycles: chip.controller.pipelineCycles.value,
  };
}
