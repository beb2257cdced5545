// How the windows of convolutions and pools are written in ONNX.

import type { Size } from '../../../../core/feature-map.ts';
import { extentOf, type Window } from '../../../../core/window.ts';
import type { Step } from '../importer.ts';
import type { MapValue } from '../value.ts';
import { imageLayout, type Layout } from '../view.ts';

/** A window, and what `ceil_mode` adds to its pads behind the map. */
export interface OnnxWindow {
  /** Without what is added. */
  readonly window: Window;
  readonly added: readonly [bottom: number, right: number];
}

/**
 * The layout of a tensor of images, which have one or two sides.
 * @throws {CimError} (input) naming the kernel, when they have three
 */
export function imagesOf(step: Step, { view }: MapValue, kernel?: readonly number[]): Layout {
  const { dims, isBatch } = view;
  if (dims.length < 3 || dims.length > 4) {
    const of = kernel ? `kernel_shape [${kernel.join(',')}] on ` : '';
    throw step.fail(
      `has ${of}a tensor of ${dims.join('x')}: only images of one or two sides are supported`,
    );
  }
  if (!isBatch && dims[0] !== 1)
    throw step.fail(`works on ${dims[0]} images, and another operator of the graph mixes them`);
  return imageLayout(dims.length, isBatch);
}

/** Reads one number per side: two where there is one, as for sounds. */
function sides(
  step: Step,
  name: string,
  rank: number,
  byDefault: number,
): readonly [number, number] {
  const values = step.integers(name) ?? Array.from({ length: rank - 2 }, () => byDefault);
  if (values.length !== rank - 2)
    throw step.fail(`has ${name} [${values.join(',')}] for images of ${rank - 2} sides`);
  const [first = 1, second] = values;
  return second === undefined ? [byDefault, first] : [first, second];
}

/**
 * The window of a convolution or pool.
 * @param map rows and columns of its input
 * @param kernel rows and columns of the weights, where there are some
 * @throws {CimError} (input) naming the attribute that is wrong
 */
export function windowOf(
  step: Step,
  map: Size,
  { rank, kernel }: { readonly rank: number; readonly kernel?: Size },
): OnnxWindow {
  const { height, width } = kernelOf(step, rank, kernel);
  const strides = sides(step, 'strides', rank, 1);
  const dilations = sides(step, 'dilations', rank, 1);
  for (const [name, values] of Object.entries({
    kernel_shape: [height, width],
    strides,
    dilations,
  }))
    if (values.some((value) => !(Number.isInteger(value) && value > 0 && value <= 65536)))
      throw step.fail(`has ${name} [${values.join(',')}]: each must be 1 … 65536`);
  const open: Window = { height, width, strides, dilations, pads: [0, 0, 0, 0] };
  const window = { ...open, pads: padsOf(step, map, open, rank) };
  const isCeil = step.integer('ceil_mode', 0) === 1;
  return { window, added: isCeil ? addedPads(window, map) : [0, 0] };
}

function kernelOf(step: Step, rank: number, weight: Size | undefined): Size {
  if (!step.integers('kernel_shape')) {
    if (weight) return weight;
    throw step.fail('has no attribute kernel_shape');
  }
  const [height, width] = sides(step, 'kernel_shape', rank, 1);
  if (weight && (weight.height !== height || weight.width !== width))
    throw step.fail(
      `has kernel_shape [${height},${width}], and its weight is ${weight.height}x${weight.width}`,
    );
  return { height, width };
}

function padsOf(step: Step, map: Size, window: Window, rank: number): Window['pads'] {
  const automatic = step.text('auto_pad', 'NOTSET');
  const given = step.integers('pads') ?? Array.from({ length: 2 * (rank - 2) }, () => 0);
  if (automatic === 'VALID') return [0, 0, 0, 0];
  if (automatic === 'SAME_UPPER' || automatic === 'SAME_LOWER') {
    const extent = extentOf(window);
    const isUpper = automatic === 'SAME_UPPER';
    const [top, bottom] = samePads(map.height, extent.height, window.strides[0], isUpper);
    const [left, right] = samePads(map.width, extent.width, window.strides[1], isUpper);
    return [top, left, bottom, right];
  }
  if (automatic !== 'NOTSET') throw step.fail(`has auto_pad ${automatic}, which is not known`);
  if (given.length !== 2 * (rank - 2) || given.some((pad) => !(pad >= 0 && pad <= 1024)))
    throw step.fail(`has pads [${given.join(',')}]: ${2 * (rank - 2)} of 0 … 1024 are possible`);
  return (rank === 3 ? [0, given[0], 0, given[1]] : given) as unknown as Window['pads'];
}

/** Pads that make as many outputs as strides begin in the map; the odd one is behind it, or before it. */
function samePads(
  size: number,
  extent: number,
  stride: number,
  isUpper: boolean,
): readonly [number, number] {
  const outputs = Math.ceil(size / stride);
  const all = Math.max(0, (outputs - 1) * stride + extent - size);
  const less = Math.floor(all / 2);
  return isUpper ? [less, all - less] : [all - less, less];
}

/** Pixels behind the padded map that its last windows reach when a part of a window counts; none that begins there. */
function addedPads(window: Window, map: Size): readonly [number, number] {
  const extent = extentOf(window);
  const { pads, strides } = window;
  const added = (
    size: number,
    {
      before,
      after,
      extent: length,
      stride,
    }: Record<'before' | 'after' | 'extent' | 'stride', number>,
  ): number => {
    const most = Math.ceil((size + before + after - length) / stride);
    const last = most * stride >= size + before ? most - 1 : most;
    return Math.max(0, last * stride + length - (size + before + after));
  };
  return [
    added(map.height, {
      before: pads[0],
      after: pads[2],
      extent: extent.height,
      stride: strides[0],
    }),
    added(map.width, { before: pads[1], after: pads[3], extent: extent.width, stride: strides[1] }),
  ];
}

/** The window with its added pads. */
export const wholeWindow = ({ window, added }: OnnxWindow): Window => {
  const [top, left, bottom, right] = window.pads;
  return { ...window, pads: [top, left, bottom + added[0], right + added[1]] };
};
