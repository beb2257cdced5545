// Requantizers and pools in the memory of a machine.

import type { PoolLayer } from '../compress/compressed-network.ts';
import type { Shape } from '../core/feature-map.ts';
import { codeRange } from '../compress/stored-codes.ts';
import type { RequantizeProgram } from '../simulate/macro-program.ts';
import { poolFields, requantizerFields } from './fields.ts';
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

/** Writes a pool, with room to work in. */
export function poolOf(pool: PoolLayer, writer: Writer): number {
  const { window, inputShape, outputShape } = pool;
  return writer.structure(poolFields, {
    inputHeight: inputShape.height,
    inputWidth: inputShape.width,
    channels: inputShape.channels,
    height: outputShape.height,
    width: outputShape.width,
    windowHeight: window.height,
    windowWidth: window.width,
    strideY: window.strides[0],
    strideX: window.strides[1],
    top: window.pads[0],
    left: window.pads[1],
    dilationY: window.dilations[0],
    dilationX: window.dilations[1],
    isMax: pool.kind === 'maxPool' ? 1 : 0,
    countsPadding: pool.countIncludePad ? 1 : 0,
    sums: writer.room(4 * inputShape.channels),
  });
}
