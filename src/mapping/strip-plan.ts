// A layer whose maps do not all fit the banks runs in strips of output rows: what a strip reads of DRAM is brought into
// a bank, halo included, and what it makes is taken out again.

import { CimError } from '../core/errors.ts';
import { smallest } from '../core/extremes.ts';
import { activationsPerImage, type Shape } from '../core/feature-map.ts';
import { ceilDivide } from '../core/integer.ts';
import { extentOf, type Window } from '../core/window.ts';

/** Output rows that are computed while their inputs are in the banks. */
export interface Strip {
  readonly firstRow: number;
  /** 0 while a pool gathers rows for an output row that is not done yet. */
  readonly rows: number;
  /** Bytes that it brings from DRAM: of the input, rows that the strip before had as well included, and of the residual. */
  readonly read: number;
  /** Bytes that it takes to DRAM. */
  readonly written: number;
}

/** How a layer goes through the banks. */
export interface StripPlan {
  /** Output rows of a strip; the last one may have fewer. */
  readonly rows: number;
  /** 2: strips fill half a bank, so that transfers go on while the other half is computed with. 1: they take turns. */
  readonly buffers: 1 | 2;
  readonly strips: readonly Strip[];
}

/** A map of a layer that is in DRAM: its sizes, and the bytes of the bank that its strips pass through. */
export interface OutsideMap {
  readonly shape: Shape;
  readonly bits: number;
  readonly bankBytes: number;
}

/** A layer with maps in DRAM. */
export interface StripLayer {
  /** Network and layer, for errors. */
  readonly where: readonly string[];
  readonly inputShape: Shape;
  readonly outputShape: Shape;
  readonly window: Window;
  /** Whether what is read of a window can be added up before all of it is there, as in a pool. */
  readonly isPool: boolean;
  readonly input?: OutsideMap | undefined;
  readonly output?: OutsideMap | undefined;
  /** Its shape is the part that is added: as many pixels as the output has. */
  readonly residual?: OutsideMap | undefined;
  /** Cycles that the cores take, and those that DRAM takes, for that many strips. */
  readonly coreCycles: (strips: number) => number;
  readonly dramCycles: (bytes: number, transfers: number) => number;
}

const bytesOf = (shape: Shape, bits: number): number =>
  Math.ceil((activationsPerImage(shape) * bits) / 8);

const rowBytes = ({ shape, bits }: OutsideMap): number => (shape.width * shape.channels * bits) / 8;

/** Input rows from the first to the last that output rows see, cut to the map. */
function inputRows({ window, inputShape }: StripLayer, firstRow: number, rows: number): number {
  const first = firstRow * window.strides[0] - window.pads[0];
  const end = first + (rows - 1) * window.strides[0] + extentOf(window).height;
  return Math.max(0, Math.min(end, inputShape.height) - Math.max(first, 0));
}

/**
 * Plans the strips of a layer: as many rows as the banks hold, in halves of a bank or in whole ones, whichever takes
 * fewer cycles.
 * @throws {CimError} (mapping) naming the layer, and the bank that is smaller than the rows under one kernel
 */
export function planStrips(layer: StripLayer): StripPlan {
  const plans = ([2, 1] as const).flatMap((buffers) => {
    const rows = mostRows(layer, buffers);
    return rows < 1 ? [] : [stripsOf(layer, rows, buffers)];
  });
  const [best] = plans.toSorted((a, b) => cyclesOf(layer, a) - cyclesOf(layer, b));
  if (best) return best;
  if (layer.isPool && layer.input) return gatheredStrips(layer, layer.input);
  throw tooThin(layer);
}

/** Most output rows whose inputs, residual and outputs fit; 0 where not even one does. */
function mostRows(layer: StripLayer, buffers: number): number {
  const { outputShape, window, input, output, residual } = layer;
  const most = (map: OutsideMap): number => Math.floor(map.bankBytes / buffers / rowBytes(map));
  const height = extentOf(window).height;
  const inRows = input ? most(input) : Infinity;
  // A map that fits whole needs no rows beyond its own for the padding around it.
  const isWhole = inRows >= layer.inputShape.height;
  const byInput = isWhole ? Infinity : Math.floor((inRows - height) / window.strides[0]) + 1;
  const others = [output, residual].flatMap((map) => (map ? [most(map)] : []));
  return Math.max(0, smallest([outputShape.height, byInput, ...others]));
}

function stripsOf(layer: StripLayer, rows: number, buffers: 1 | 2): StripPlan {
  const { outputShape, input, output, residual } = layer;
  const strips = Array.from({ length: ceilDivide(outputShape.height, rows) }, (_, i): Strip => {
    const firstRow = i * rows;
    const own = Math.min(rows, outputShape.height - firstRow);
    const inputs = input ? inputRows(layer, firstRow, own) * rowBytes(input) : 0;
    const added = residual ? own * rowBytes(residual) : 0;
    return {
      firstRow,
      rows: own,
      read: Math.ceil(inputs) + Math.ceil(added),
      written: output ? Math.ceil(own * rowBytes(output)) : 0,
    };
  });
  return { rows, buffers, strips };
}

/** A pool whose window is taller than a bank: the map streams through once, and its rows are added up or compared. */
function gatheredStrips(layer: StripLayer, input: OutsideMap): StripPlan {
  const { outputShape, output } = layer;
  const total = bytesOf(input.shape, input.bits);
  const pieces = ceilDivide(total, Math.max(1, Math.floor(input.bankBytes / 2)));
  const strips = Array.from({ length: pieces }, (_, i): Strip => {
    const isLast = i === pieces - 1;
    return {
      firstRow: 0,
      rows: isLast ? outputShape.height : 0,
      read: Math.floor((total * (i + 1)) / pieces) - Math.floor((total * i) / pieces),
      written: isLast && output ? bytesOf(output.shape, output.bits) : 0,
    };
  });
  return { rows: outputShape.height, buffers: 2, strips };
}

function cyclesOf(layer: StripLayer, { buffers, strips }: StripPlan): number {
  let bytes = 0;
  let transfers = 0;
  for (const { read, written } of strips) {
    bytes += read + written;
    transfers += Number(read > 0) + Number(written > 0);
  }
  const cores = layer.coreCycles(strips.length);
  const dram = layer.dramCycles(bytes, transfers);
  return buffers === 2 ? Math.max(cores, dram) : cores + dram;
}

function tooThin(layer: StripLayer): CimError {
  const { input, output, residual, window } = layer;
  const height = Math.min(extentOf(window).height, layer.inputShape.height);
  const needs = [
    { map: input, rows: height, name: 'input' },
    { map: output, rows: 1, name: 'output' },
    { map: residual, rows: 1, name: 'residual' },
  ].flatMap(({ map, rows, name }) => {
    const needed = map ? Math.ceil(rows * rowBytes(map)) : 0;
    return map && needed > map.bankBytes ? [{ needed, rows, name, bytes: map.bankBytes }] : [];
  });
  const [first] = needs;
  const { needed = 0, rows = 1, name = 'input', bytes = 0 } = first ?? {};
  return new CimError('mapping', {
    what: `its ${name} is in DRAM, and a strip of ${rows} ${rows === 1 ? 'row' : 'rows'}, the least that ${name === 'input' ? 'its kernel' : 'a pixel row'} needs, has ${needed} bytes; the bank for it has ${bytes} (featureMap.bankBytes)`,
    where: layer.where,
    todo: 'set featureMap.bankBytes higher, or use fewer activation bits',
  });
}
