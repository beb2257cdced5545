// One macro-op in full: what every word line drives, what every cell holds, what every bit line sums up to, its codes,
// and how they are shifted and added. Built on the functions of the reference, so it shows what is simulated.

import { adcCode, adcUnits, fixedPointUnit, isSaturated } from '../core/adc-table.ts';
import { cellOf } from '../core/columns.ts';
import { type FeatureMap, imageSlice } from '../core/feature-map.ts';
import { assert, at, CimError } from '../core/errors.ts';
import type { KernelTile } from '../mapping/kernel-tile.ts';
import type { MappedMacroLayer, Mapping } from '../mapping/map-to-chip.ts';
import { decodeIndex } from '../mapping/index-code.ts';
import { activationOn, digit, wordActivations } from '../reference/input-phases.ts';
import { wordOf } from '../reference/macro-mac.ts';
import { type ColumnOp, macroOpKey, noisySum, pixelKey } from '../reference/noise.ts';
import { type MacroProgram, offsetPerMacroOp } from '../simulate/macro-program.ts';
import { toProgram } from '../simulate/to-program.ts';
import { macroLayer } from './mapped-layer.ts';
import { permittedText } from './permitted-text.ts';

/** Which macro-op. */
export interface MacroOpChoice {
  readonly layer: string;
  readonly tile: number;
  /** Place of the group in the tile's list: its slot is this modulo the slots of a macro. */
  readonly group: number;
  /** Macro within the core. */
  readonly macro: number;
  /** Output pixel. */
  readonly y: number;
  readonly x: number;
  /** Image among those of the input. */
  readonly image: number;
}

/** One macro-op. */
export interface MacroOp extends MacroOpChoice {
  /** Index code of the group, and what it says: channel block and kernel position (0, 0 in a packed layer). */
  readonly code: number;
  readonly block: number;
  readonly ky: number;
  readonly kx: number;
  readonly slot: number;
  readonly weightLoad: number;
  readonly core: number;
  /** True where the group's pixel lies outside the feature map: then no word line drives anything. */
  readonly outsideMap: boolean;
  readonly phases: number;
  readonly inputBitsPerPhase: number;
  /** Whether the chip has noise, which then is in `analog` and all that follows. */
  readonly noisy: boolean;
  readonly wordLines: readonly DrivenWordLine[];
  readonly kernels: readonly MacroOpKernel[];
}

/** One word line. */
export interface DrivenWordLine {
  readonly activation: number;
  /** What it drives in each input phase. */
  readonly digits: readonly number[];
}

/** One kernel of the macro. */
export interface MacroOpKernel {
  /** Number in its layer. */
  readonly kernel: number;
  /** In the order of the chip's columns: from the lowest weight bit to the sign in two's complement. */
  readonly columns: readonly MacroOpColumn[];
  /** Levels of the codes (the codes themselves of a uniform ADC), shifted and added: sum over columns and phases of shift * level. */
  readonly partialSum: number;
  /** What `partialSum` stands for with the ADC's step and offset, in units of the layer's sums; a multiple of 1/256. */
  readonly value: number;
}

/** One bit line. */
export interface MacroOpColumn {
  readonly column: number;
  /** What one unit on the bit line stands for: +-2^(weight bit) in two's complement. */
  readonly factor: number;
  readonly partition: number;
  /** Number within the macro. */
  readonly bitLine: number;
  /** What the cell of each word line holds. */
  readonly cells: Uint8Array;
  /** One per input phase. */
  readonly reads: readonly MacroOpRead[];
}

/** One column read. */
export interface MacroOpRead {
  /** Unit discharges that the cells take. */
  readonly sum: number;
  /** What the ADC sees: `sum`, with noise where the chip has it; in unit discharges. */
  readonly analog: number;
  readonly code: number;
  /** The code in steps of the ADC: the code itself where the ADC is uniform. */
  readonly level: number;
  /** The sum that the code stands for. */
  readonly value: number;
  readonly saturated: boolean;
  /** What the level is multiplied by: factor * 2^(phase * bits per phase). */
  readonly shift: number;
}

/**
 * The {@link MacroOp} of a choice.
 * @param input the feature map that the layer reads, such as `integerInput` gives; its first image is image
 * `options.firstImage` of the run
 * @param options `seed` of the chip's noise, 1 by default; `firstImage`, 0 by default, tells read noise apart
 * @throws {CimError} (usage) when there is no such layer, tile, group, macro, pixel or image, with those there are
 */
export function inspectMacroOp(
  mapping: Mapping,
  choice: MacroOpChoice,
  input: FeatureMap,
  options: { readonly seed?: number | undefined; readonly firstImage?: number | undefined } = {},
): MacroOp {
  const mapped = macroLayer(mapping, choice.layer);
  const tile = checkedTile(mapping, mapped, choice, input);
  const program = toProgram(mapping, mapped, options.seed);
  const known = knownOf(program, choice, input, options.firstImage ?? 0);
  const { geometry } = mapped;
  const group = (program.tileStarts[choice.tile] as number) + choice.group;
  const code = program.codes[group] as number;
  const { block, position } = decodeIndex(code, mapped.grid.positions);
  const firstInTile = choice.macro * geometry.kernelsPerMacro;
  const kernels = Math.min(geometry.kernelsPerMacro, tile.kernels - firstInTile);
  const bitLines = mapping.chip.macro.bitLinesPerPartition.value;
  return {
    ...choice,
    code,
    block,
    ky: Math.floor(position / program.kernel.width),
    kx: position % program.kernel.width,
    slot: choice.group % geometry.groupSlots,
    weightLoad: Math.floor(choice.group / geometry.groupSlots),
    core: coreOf(mapped, choice),
    outsideMap: known.word < 0,
    phases: program.phases,
    inputBitsPerPhase: program.inputBitsPerPhase,
    noisy: program.noise !== undefined,
    wordLines: drivenLines(program, known),
    kernels: Array.from({ length: kernels }, (_, k) => {
      const place: KernelPlace = {
        kernelInTile: firstInTile + k,
        partition: Math.floor(k / geometry.kernelsPerPartition),
        firstBitLine:
          Math.floor(k / geometry.kernelsPerPartition) * bitLines +
          (k % geometry.kernelsPerPartition) * geometry.columnsPerKernel,
      };
      return kernelOf(program, known, { group, code, tile }, place);
    }),
  };
}

/** Inputs of the macro-op. */
interface Known {
  readonly activations: Uint8Array;
  readonly word: number;
  /** Key of the pixel for read noise; 0 without noise. */
  readonly ofPixel: number;
}

function checkedTile(
  { network }: Mapping,
  mapped: MappedMacroLayer,
  choice: MacroOpChoice,
  input: FeatureMap,
): KernelTile {
  const { layer, geometry, tiles } = mapped;
  const { height, width } = layer.outputShape;
  const inTile = `kernel tile ${choice.tile} of ${layer.name}`;
  const check = (owner: string, what: string, count: number, value: number): void => {
    const error = permittedText(owner, what, count, value);
    if (error !== undefined) throw new CimError('usage', { what: error, where: network.name });
  };
  check(layer.name, 'kernel tile', tiles.length, choice.tile);
  const tile = at(tiles, choice.tile);
  check(inTile, 'group', tile.codes.length, choice.group);
  check(inTile, 'macro', Math.ceil(tile.kernels / geometry.kernelsPerMacro), choice.macro);
  check(layer.name, 'row', height, choice.y);
  check(layer.name, 'column', width, choice.x);
  check('the run', 'image', input.images, choice.image);
  return tile;
}

function knownOf(
  program: MacroProgram,
  choice: MacroOpChoice,
  input: FeatureMap,
  firstImage: number,
): Known {
  const { output, noise, tileStarts } = program;
  const { y, x } = choice;
  const group = (tileStarts[choice.tile] as number) + choice.group;
  const pixel = ((firstImage + choice.image) * output.height + y) * output.width + x;
  return {
    activations: wordActivations(program, imageSlice(input, choice.image, 1)),
    word: wordOf(program, group, { image: 0, y, x }),
    ofPixel: noise ? pixelKey(noise, pixel) : 0,
  };
}

/** The core that runs the tile at a pixel. */
function coreOf({ runs, layer }: MappedMacroLayer, { tile, y, x }: MacroOpChoice): number {
  const pixel = y * layer.outputShape.width + x;
  const run = runs.find(
    (one) => one.tile === tile && pixel >= one.firstPixel && pixel < one.firstPixel + one.pixels,
  );
  assert(run !== undefined, `a core for pixel (${y}, ${x}) of ${layer.name}`);
  return run.core;
}

const drivenLines = (
  program: MacroProgram,
  { activations, word }: Known,
): readonly DrivenWordLine[] =>
  Array.from({ length: program.wordLinesOn }, (_, line) => {
    const activation = activationOn(program, activations, word, line);
    const digits = Array.from({ length: program.phases }, (_unused, phase) =>
      digit(activation, phase, program.inputBitsPerPhase),
    );
    return { activation, digits };
  });

interface GroupOfTile {
  /** Number of the group in the program. */
  readonly group: number;
  readonly code: number;
  readonly tile: KernelTile;
}

interface KernelPlace {
  readonly kernelInTile: number;
  readonly partition: number;
  readonly firstBitLine: number;
}

function kernelOf(
  program: MacroProgram,
  known: Known,
  { group, code, tile }: GroupOfTile,
  place: KernelPlace,
): MacroOpKernel {
  const kernel = tile.firstKernel + place.kernelInTile;
  const op: ColumnOp = {
    kernel,
    kernelOfGroup: group * program.kernelsPerTile + place.kernelInTile,
    key: program.noise ? macroOpKey(known.ofPixel, kernel, code) : 0,
    activations: known.activations,
    word: known.word,
  };
  const columns = program.columns.factors.map((factor, column): MacroOpColumn => {
    const cells = cellsOf(program, op.kernelOfGroup, column);
    return {
      column,
      factor,
      partition: place.partition,
      bitLine: place.firstBitLine + column,
      cells,
      reads: Array.from({ length: program.phases }, (_unused, phase) =>
        readColumn(program, op, cells, { column, phase }),
      ),
    };
  });
  const partialSum = columns
    .flatMap(({ reads }) => reads)
    .reduce((sum, { shift, level }) => sum + shift * level, 0);
  const { step } = adcUnits(program.adc);
  const value = (step * partialSum + offsetPerMacroOp(program)) / fixedPointUnit;
  return { kernel, columns, partialSum, value };
}

function cellsOf(
  { columns, weights, wordLinesOn }: MacroProgram,
  kernelOfGroup: number,
  column: number,
): Uint8Array {
  const own = weights.subarray(kernelOfGroup * wordLinesOn, (kernelOfGroup + 1) * wordLinesOn);
  return Uint8Array.from(own, (weight) => cellOf(columns, weight, column));
}

function readColumn(
  program: MacroProgram,
  op: ColumnOp,
  cells: Uint8Array,
  { column, phase }: { readonly column: number; readonly phase: number },
): MacroOpRead {
  const { adc, noise, wordLinesOn, inputBitsPerPhase, columns } = program;
  let sum = 0;
  for (let line = 0; line < wordLinesOn; line++) {
    const activation = activationOn(program, op.activations, op.word, line);
    sum += digit(activation, phase, inputBitsPerPhase) * (cells[line] as number);
  }
  const analog = noise
    ? noisySum(program, noise, op, { column, phase, sum })
    : fixedPointUnit * sum;
  const code = adcCode(analog, adc);
  return {
    sum,
    analog: analog / fixedPointUnit,
    code,
    level: adcUnits(adc).levels[code] as number,
    value: (adc.values[code] as number) / fixedPointUnit,
    saturated: isSaturated(analog, adc),
    shift: (columns.factors[column] as number) * 2 ** (phase * inputBitsPerPhase),
  };
}
