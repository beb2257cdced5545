// Sums become activations: add the residual, scale, round, clip. Twin of shaders/requantize.wgsl.
//
//   q = clip(round(scale * (2^fraction sum + round(residualScale * (r - its zero)))) + zero, low, high)     rounding: halves up
//
// Fraction and zeros are 0 unless training settled other codes. Scales are those of the layer, or of each kernel. With a table q is a signed 8-bit code, and its entry is stored.

import { at } from '../core/errors.ts';
import { applyScale, clamp, type FixedScale } from '../core/integer.ts';
import type { FeatureMap, Shape } from '../core/feature-map.ts';
import { codeRange } from '../compress/stored-codes.ts';
import type { RequantizeProgram } from '../simulate/macro-program.ts';

/** Requantizes sums of order (image, y, x, channel); signed results are stored in two's complement. */
export function requantize(
  program: RequantizeProgram,
  shape: Shape & { readonly images: number },
  sums: Int32Array,
  residual: FeatureMap | undefined,
): FeatureMap {
  const { outputBits, table, fraction = 0 } = program;
  const { low, high, zero } = codeRange(program);
  const data = new Uint8Array(sums.length);
  for (let i = 0; i < sums.length; i++) {
    const own = scalesOf(program, i % shape.channels);
    const added = applyScale(residualAt(program, shape, i, residual), own.added);
    const sum = (sums[i] as number) * 2 ** fraction + added;
    const code = clamp(applyScale(sum, own.scale) + zero, low, high);
    data[i] = table ? at(table, code - low) : code;
  }
  return { ...shape, bits: outputBits, data };
}

/** The scale of a kernel's sums, and of what is added to them. */
function scalesOf(
  { scale, residual, kernels }: RequantizeProgram,
  kernel: number,
): { readonly scale: FixedScale; readonly added: FixedScale } {
  if (!kernels) return { scale, added: residual?.scale ?? scale };
  const number = (i: number): number => kernels[4 * kernel + i] as number;
  return {
    scale: { multiplier: number(0), shift: number(1) },
    added: { multiplier: number(2), shift: number(3) },
  };
}

/** The code of the map that is added, less the one that stands for 0; 0 where it has none. */
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
  return (residual.signed ? (byte << 24) >> 24 : byte) - (residual.zero ?? 0);
}
