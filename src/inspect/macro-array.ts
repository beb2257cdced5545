// Where every stored weight bit physically lies: which core's macros hold which groups of which layer, cell by cell.
// Plain data, so that a worker can make it and a page can draw it.

import type { KernelTile, WeightLoad } from '../mapping/kernel-tile.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import type { LayerActivity } from '../simulate/activity.ts';
import type { ChipSpec } from '../chips/index.ts';
import { cellOf, columnName } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import { popcount } from '../core/integer.ts';
import { smallest } from '../core/extremes.ts';
import { weightIndex } from '../compress/weight-group.ts';

/** The macros of a chip over a whole frame, with what they hold. */
export interface MacroArray {
  readonly network: string;
  readonly chip: string;
  readonly cores: number;
  readonly macrosPerCore: number;
  /** Rows of cells of a macro. */
  readonly wordLines: number;
  /** Rows of one slot: the word lines of one weight group. */
  readonly wordLinesOn: number;
  readonly partitions: number;
  readonly bitLinesPerPartition: number;
  /** Weight groups that fit a macro. */
  readonly groupSlots: number;
  /** Macro layers, in the order in which they run. */
  readonly layers: readonly ArrayLayer[];
  /** In the order in which they are loaded: by layer, then pass, then weight load. */
  readonly fillings: readonly Filling[];
  /** 32-bit words that hold a row. */
  readonly wordsPerRow: number;
  /**
   * The cells of all macros of all fillings, row by row: bit i of word j of a row is bit line 32 j + i. Only rows of
   * filled slots are here; `FilledMacro.firstRow` says where a macro's begin.
   */
  readonly cells: Uint32Array;
}

/** What is known of a layer as a whole. */
export interface ArrayLayer {
  readonly name: string;
  /** Bit lines of a kernel in words, such as `bit 3`. */
  readonly columnNames: readonly string[];
  readonly kernels: number;
  /** Output pixels of an image, and those of a row. */
  readonly pixels: number;
  readonly width: number;
  readonly kernelTiles: number;
  readonly storedGroups: number;
  /** Groups that the layer could have. */
  readonly groups: number;
  readonly fillings: number;
  /** Macro-ops per image. */
  readonly macroOps: number;
  /** Share of the cells of its filled slots that hold a 1; undefined where no slot is filled. */
  readonly cellDensity: number | undefined;
  /** Saturated reads over column reads; undefined where nothing was simulated. */
  readonly saturatedShare: number | undefined;
  /** Mean error of the ADC, unit discharges; undefined where it is not known. */
  readonly adcError: number | undefined;
}

/** What the macros of a core hold from one weight load of a kernel tile to the next. */
export interface Filling {
  /** Number of its layer in `MacroArray.layers`. */
  readonly layer: number;
  readonly tile: number;
  /** Number of the weight load within the tile. */
  readonly load: number;
  /** Place of its first group in the tile's list. */
  readonly firstGroup: number;
  /** Index code of the group in each filled slot. */
  readonly codes: Uint16Array;
  /** Cores that hold it: several where the pixels of a tile are split. */
  readonly runs: readonly FillingRun[];
  /** The macros that hold kernels of the tile; others of the core are empty. */
  readonly macros: readonly FilledMacro[];
}

/** A filling on one core. */
export interface FillingRun {
  readonly core: number;
  readonly pass: number;
  readonly firstPixel: number;
  readonly pixels: number;
}

/** One macro of a filling. */
export interface FilledMacro {
  /** Number within its core. */
  readonly macro: number;
  /** Number of its first kernel in the layer. */
  readonly firstKernel: number;
  readonly kernels: number;
  /** Number of its first row in `MacroArray.cells`; rows of slot s are firstRow + s * wordLinesOn and on. */
  readonly firstRow: number;
  /** Cells that hold a 1. */
  readonly ones: number;
  /** Cells of its filled slots, and `ones` over them. */
  readonly filledCells: number;
  readonly cellDensity: number;
  /** Filled slots over all slots. */
  readonly slotShare: number;
  /** Macro-ops per image, over all cores that hold the filling. */
  readonly macroOps: number;
}

/**
 * The {@link MacroArray} of a mapping.
 * @throws {CimError} (usage) where a cell holds more than one bit: such cells cannot be drawn yet
 * @param activity counted events of a simulation, for the saturated share of each layer; none by default
 */
export function macroArray(mapping: Mapping, activity: readonly LayerActivity[] = []): MacroArray {
  const { macro, cores } = mapping.chip;
  const { wordLines, wordLinesOn, partitions, bitLinesPerPartition } = macro;
  checkCells(mapping.chip);
  const mapped = mapping.layers.filter((layer) => layer.kind === 'macro');
  const plans = mapped.flatMap((layer, number) => fillingsOf(layer, number));
  const wordsPerRow = Math.ceil((partitions.value * bitLinesPerPartition.value) / 32);
  const rows = plans.reduce((sum, plan) => sum + rowsOf(plan, wordLinesOn.value), 0);
  const store: CellStore = {
    cells: new Uint32Array(rows * wordsPerRow),
    wordsPerRow,
    bitLines: bitLinesPerPartition.value,
    nextRow: 0,
  };
  const fillings = plans.map((plan) => fill(plan, store));
  return {
    network: mapping.network.name,
    chip: mapping.chip.name,
    cores: cores.count.value,
    macrosPerCore: cores.macros.value,
    wordLines: wordLines.value,
    wordLinesOn: wordLinesOn.value,
    partitions: partitions.value,
    bitLinesPerPartition: bitLinesPerPartition.value,
    groupSlots: Math.floor(wordLines.value / wordLinesOn.value),
    layers: mapped.map((layer, number) =>
      arrayLayer(
        layer,
        fillings.filter((filling) => filling.layer === number),
        activity,
      ),
    ),
    fillings,
    wordsPerRow,
    cells: store.cells,
  };
}

function checkCells({ name, macro }: ChipSpec): void {
  const bits = macro.cells?.bits.value ?? 1;
  if (bits === 1) return;
  throw new CimError('usage', {
    what: `its cells hold ${bits} bits, and only cells of one bit can be drawn`,
    where: [name, 'macro.cells'],
    todo: 'look at single macro-ops, which show what every cell holds',
  });
}

/** A filling whose cells are still to be written. */
interface Plan {
  readonly mapped: MappedMacroLayer;
  readonly number: number;
  readonly tile: KernelTile;
  readonly load: number;
  readonly part: WeightLoad;
  readonly runs: readonly FillingRun[];
}

/** The fillings of a layer by pass, tile and weight load: a core works them off in this order. */
function fillingsOf(mapped: MappedMacroLayer, number: number): readonly Plan[] {
  const plans = mapped.tiles.flatMap((tile) => {
    const runs = mapped.runs
      .filter((run) => run.tile === tile.index)
      .map(({ core, pass, firstPixel, pixels }) => ({ core, pass, firstPixel, pixels }));
    return tile.loads.map((part, load): Plan => ({ mapped, number, tile, load, part, runs }));
  });
  const passOf = ({ runs }: Plan): number => smallest(runs.map(({ pass }) => pass));
  return plans.toSorted((a, b) => passOf(a) - passOf(b));
}

const macrosOf = ({ mapped, tile }: Plan): number =>
  Math.ceil(tile.kernels / mapped.geometry.kernelsPerMacro);

const rowsOf = (plan: Plan, wordLinesOn: number): number =>
  macrosOf(plan) * plan.part.groups * wordLinesOn;

interface CellStore {
  readonly cells: Uint32Array;
  readonly wordsPerRow: number;
  /** Bit lines of a partition. */
  readonly bitLines: number;
  nextRow: number;
}

function fill(plan: Plan, store: CellStore): Filling {
  const { tile, load, part, runs, number } = plan;
  const codes = tile.codes.slice(part.firstGroup, part.firstGroup + part.groups);
  const macros = Array.from({ length: macrosOf(plan) }, (_, macro) =>
    fillMacro(plan, codes, macro, store),
  );
  return {
    layer: number,
    tile: tile.index,
    load,
    firstGroup: part.firstGroup,
    codes,
    runs,
    macros,
  };
}

function fillMacro(plan: Plan, codes: Uint16Array, macro: number, store: CellStore): FilledMacro {
  const { mapped, tile, runs } = plan;
  const { wordLinesOn, kernelsPerMacro, groupSlots } = mapped.geometry;
  const firstKernel = tile.firstKernel + macro * kernelsPerMacro;
  const kernels = Math.min(kernelsPerMacro, tile.firstKernel + tile.kernels - firstKernel);
  const firstRow = store.nextRow;
  codes.forEach((code, slot) => {
    writeSlot(mapped, { firstKernel, kernels, code, row: firstRow + slot * wordLinesOn }, store);
  });
  store.nextRow = firstRow + codes.length * wordLinesOn;
  const words = store.cells.subarray(
    firstRow * store.wordsPerRow,
    store.nextRow * store.wordsPerRow,
  );
  let ones = 0;
  for (const word of words) ones += popcount(word);
  const rowCells =
    Math.ceil(kernelsPerMacro / mapped.geometry.kernelsPerPartition) * store.bitLines;
  const filledCells = (store.nextRow - firstRow) * rowCells;
  return {
    macro,
    firstKernel,
    kernels,
    firstRow,
    ones,
    filledCells,
    cellDensity: ones / filledCells,
    slotShare: codes.length / groupSlots,
    macroOps: codes.length * runs.reduce((sum, run) => sum + run.pixels, 0),
  };
}

interface Slot {
  readonly firstKernel: number;
  readonly kernels: number;
  readonly code: number;
  /** Its first row among all rows. */
  readonly row: number;
}

/** Writes the weights of a group's kernels in one macro; a partition holds the bits of its kernels side by side. */
function writeSlot(
  { layer, geometry, grid, columns }: MappedMacroLayer,
  slot: Slot,
  store: CellStore,
): void {
  const { weights } = layer;
  for (let wordLine = 0; wordLine < geometry.wordLinesOn; wordLine++) {
    const row = (slot.row + wordLine) * store.wordsPerRow;
    for (let kernel = 0; kernel < slot.kernels; kernel++) {
      const place = { kernel: slot.firstKernel + kernel, code: slot.code, wordLine };
      const index = weightIndex(grid, layer.geometry, place);
      const weight = index < 0 ? 0 : (weights[index] as number);
      if (weight === 0) continue;
      const partition = Math.floor(kernel / geometry.kernelsPerPartition);
      const firstColumn =
        partition * store.bitLines +
        (kernel % geometry.kernelsPerPartition) * geometry.columnsPerKernel;
      for (let column = 0; column < geometry.columnsPerKernel; column++)
        if (cellOf(columns, weight, column) === 1) {
          const at = row + ((firstColumn + column) >> 5);
          store.cells[at] = (store.cells[at] as number) | (1 << ((firstColumn + column) & 31));
        }
    }
  }
}

function arrayLayer(
  { layer, places, columns, tiles }: MappedMacroLayer,
  fillings: readonly Filling[],
  activity: readonly LayerActivity[],
): ArrayLayer {
  const macros = fillings.flatMap((filling) => filling.macros);
  const cells = macros.reduce((sum, one) => sum + one.filledCells, 0);
  const ones = macros.reduce((sum, one) => sum + one.ones, 0);
  const counted = activity.find((one) => one.layer === layer.name);
  return {
    name: layer.name,
    columnNames: columns.factors.map((_, column) => columnName(columns, column)),
    kernels: layer.geometry.kernels,
    pixels: layer.outputShape.height * layer.outputShape.width,
    width: layer.outputShape.width,
    kernelTiles: tiles.length,
    storedGroups: tiles.reduce((sum, tile) => sum + tile.codes.length, 0),
    groups: places,
    fillings: fillings.length,
    macroOps: macros.reduce((sum, one) => sum + one.macroOps, 0),
    cellDensity: cells === 0 ? undefined : ones / cells,
    saturatedShare:
      counted && counted.columnReads > 0 ? counted.saturatedReads / counted.columnReads : undefined,
    adcError: undefined,
  };
}
