// Sums become activations: add the residual, scale, round, clip. Twin of shaders/requantize.wgsl.
//
//   q = clip(round(scale * (sum + round(residualScale * r))), low, high)     rounding: halves up
//
// With a table q is a signed 8-bit code, and its entry is stored.

import { at } from '../core/errors.ts';
import { applyScale, clamp } from '../core/integer.ts';
import type { FeatureMap, Shape } from '../core/feature-map.ts';
import { codeRange, type RequantizeProgram } from '../simulate/macro-program.ts';

/** Requantizes sums of order (image, y, x, channel); signed results are stored in two's complement. */
export function requantize(
  program: RequantizeProgram,
  shape: Shape & { readonly images: number },
  sums: Int32Array,
  residual: FeatureMap | undefined,
): FeatureMap {
  const { outputBits, scale, table } = program;
  const { low, high } = codeRange(program);
  const data = new Uint8Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const sum = (sums[i] as number) + residualAt(program, shape, i, residual);
    const code = clamp(applyScale(sum, scale), low, high);
    data[i] = table ? at(table, code - low) : code;
  }
  return { ...shape, bits: outputBits, data };
}

function residualAt(
  program: RequantizeProgram,
  shape: Shape,
  index: number,
  map: FeatureMap | undefined,
): number {
  const { residual } = program;
  if (!residual || !map) return 0;
  const channel = (index % shape.channels) - residual.channelOffset;
  if (channel < 0 || channel >= map.channels) return 0;
  const pixel = Math.floor(index / shape.channels);
  const x = (pixel % shape.width) * residual.stride;
  const y = (Math.floor(pixel / shape.width) % shape.height) * residual.stride;
  const image = Math.floor(pixel / (shape.width * shape.height));
  const byte = map.data[
    ((image * map.height + y) * map.width + x) * map.channels + channel
  ] as number;
  return applyScale(residual.signed ? (byte << 24) >> 24 : byte, residual.scale);
}
