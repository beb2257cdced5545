// Requantizers and pools in the memory of a machine.

import type { PoolLayer } from '../compress/compressed-network.ts';
import type { Shape } from '../core/feature-map.ts';
import type { Window } from '../core/window.ts';
import { codeRange } from '../compress/stored-codes.ts';
import type { RequantizeProgram } from '../simulate/macro-program.ts';
import { type Fields, poolFields, requantizerFields } from './fields.ts';
import type { Writer } from './writer.ts';

/** Writes a requantizer of maps of a shape. */
export function requantizerOf(requantize: RequantizeProgram, shape: Shape, writer: Writer): number {
  const { scale, residual, table } = requantize;
  const { low, high, zero } = codeRange(requantize);
  return writer.structure(requantizerFields, {
    height: shape.height,
    width: shape.width,
    channels: shape.channels,
    multiplier: scale.multiplier,
    shift: scale.shift,
    low,
    high,
    zero,
    fraction: requantize.fraction ?? 0,
    table: writer.put(table),
    ...addedFields(residual),
    kernels: writer.put(requantize.kernels),
  });
}

/** What a requantizer says of the map that is added, where there is none. */
const nothingAdded = {
  addedHeight: 0,
  addedWidth: 0,
  addedChannels: 0,
  addedStride: 1,
  addedOffset: 0,
  addedMultiplier: 0,
  addedShift: 0,
  addedSigned: 0,
  addedZero: 0,
};

/** What is said of the map that is added; its shape is known when the layer runs. */
function addedFields(residual: RequantizeProgram['residual']): typeof nothingAdded {
  if (!residual) return nothingAdded;
  return {
    ...nothingAdded,
    addedStride: residual.stride,
    addedOffset: residual.channelOffset,
    addedMultiplier: residual.scale.multiplier,
    addedShift: residual.scale.shift,
    addedSigned: residual.signed ? 1 : 0,
    addedZero: residual.zero ?? 0,
  };
}

/** Sizes of a window's work, as pools and convolutions in real arithmetic have them. */
export const windowSizes = (
  { height, width, strides, pads, dilations }: Window,
  input: Shape,
  output: Shape,
): Omit<Fields<typeof poolFields>, 'isMax' | 'countsPadding' | 'sums'> => ({
  inputHeight: input.height,
  inputWidth: input.width,
  channels: input.channels,
  height: output.height,
  width: output.width,
  windowHeight: height,
  windowWidth: width,
  strideY: strides[0],
  strideX: strides[1],
  top: pads[0],
  left: pads[1],
  dilationY: dilations[0],
  dilationX: dilations[1],
});

/** Writes a pool, with room to work in. */
export function poolOf(pool: PoolLayer, writer: Writer): number {
  return writer.structure(poolFields, {
    ...windowSizes(pool.window, pool.inputShape, pool.outputShape),
    isMax: pool.kind === 'maxPool' ? 1 : 0,
    countsPadding: pool.countIncludePad ? 1 : 0,
    sums: writer.room(4 * pool.inputShape.channels),
  });
}
