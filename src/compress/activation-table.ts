// Activations other than ReLU: the requantizer rounds sums to 8-bit codes and looks the stored code of each up in a table.
// What a layer stores then has a zero point: code `zero` stands for 0, so that word lines see no negative values.

import { assert, CimError } from '../core/errors.ts';
import { applyScale, bitsFor, clamp, type FixedScale } from '../core/integer.ts';
import type { Activation } from '../network/fused-network.ts';
import { operatorOf } from '../network/graph.ts';
import { codeOf, type QuantizeAttributes } from '../network/ops/quantize.ts';

/** How the values of a stored map are written: a value is `(code - zero) * scale`. */
export interface ActivationScale {
  /** Real value of one unit. */
  readonly scale: number;
  readonly bits: number;
  /** Whether codes are in two's complement. */
  readonly signed: boolean;
  readonly zero: number;
}

/** Entries of a table: one for each signed 8-bit code, from the lowest. */
export const tableEntries = 256;
/** The code that the first entry is for, negated. */
const firstCode = tableEntries / 2;

/** A table, and how what it gives is stored. */
export interface ActivationTable {
  /** Real value of one of the signed 8-bit codes that are looked up. */
  readonly inputScale: number;
  readonly output: ActivationScale;
  /** Stored code by signed 8-bit code, from -128 up. */
  readonly table: Uint8Array;
}

/**
 * The table of an activation. Its codes stand for the range of the activation over everything that can be looked up, with
 * 0 in it, or are those that training settled.
 * @param clip largest magnitude in front of the activation, above 0: what code 127 stands for
 * @param stored bits of the stored codes, 1 ... 8, or the codes
 * @throws {CimError} (compress) when the activation has a value that is no finite number, or none but 0
 */
export function activationTable(
  activation: Activation,
  clip: number,
  stored: number | QuantizeAttributes,
  where: readonly string[],
): ActivationTable {
  const apply = operatorOf(activation.op).activation?.(activation.attributes);
  assert(apply !== undefined, `${activation.op} is an activation`);
  const inputScale = clip / (firstCode - 1);
  const values = Float64Array.from({ length: tableEntries }, (_, i) =>
    apply((i - firstCode) * inputScale),
  );
  if (typeof stored !== 'number') {
    const code = codeOf(stored);
    const table = Uint8Array.from(values, (value) => code(value) - stored.low);
    return { inputScale, output: scaleOfCodes(stored), table };
  }
  const low = values.reduce((least, value) => Math.min(least, value), 0);
  const high = values.reduce((most, value) => Math.max(most, value), 0);
  if (!(high - low > 0 && high - low < Infinity))
    throw new CimError('compress', {
      what: `${activation.op} maps ${-clip} ... ${clip} to ${low} ... ${high}, which no code can stand for`,
      where,
    });
  const highest = 2 ** stored - 1;
  const scale = (high - low) / highest;
  const zero = Math.round(-low / scale);
  const table = Uint8Array.from(values, (value) =>
    clamp(Math.round(value / scale) + zero, 0, highest),
  );
  return { inputScale, output: { scale, bits: stored, signed: false, zero }, table };
}

/** How codes that training settled are stored: from 0 up. */
export const scaleOfCodes = ({ scale, zero, low, high }: QuantizeAttributes): ActivationScale => ({
  scale,
  bits: Math.max(1, bitsFor(high - low + 1)),
  signed: false,
  zero: zero - low,
});

/**
 * Takes out of a layer's bias what the zero point of its input adds to the sums: `zero` times the sum of a kernel's weights.
 * Word lines outside the map drive that code too, so that this is exact with pads.
 */
export function takeOutZero(
  bias: Float64Array,
  weights: Int8Array,
  { zero }: Pick<ActivationScale, 'zero'>,
): void {
  if (zero === 0) return;
  const perKernel = weights.length / bias.length;
  for (let m = 0; m < bias.length; m++) {
    let sum = 0;
    for (const weight of weights.subarray(m * perKernel, (m + 1) * perKernel)) sum += weight;
    bias[m] = (bias[m] as number) - zero * sum;
  }
}

/**
 * Refuses pads that count as values around a map with a zero point: means take them for code 0.
 * @throws {CimError} (compress) with `where`
 */
export function checkNoPads(
  pads: readonly number[],
  { zero }: ActivationScale,
  where: readonly string[],
): void {
  if (zero === 0 || pads.every((pad) => pad === 0)) return;
  throw new CimError('compress', {
    what: `has pads that count, and reads a map in which code ${zero} stands for 0; such pads are code 0`,
    where,
    todo: 'use no pads there, or ReLU as the activation of the layer that it reads',
  });
}

/** Takes out of a layer's bias what the zero point of the map that it adds adds to some of its channels. */
export function takeOutResidualZero(
  bias: Float64Array,
  added: ActivationScale,
  channels: { readonly first: number; readonly count: number },
  scale: (kernel: number) => FixedScale,
): void {
  if (added.zero === 0) return;
  const end = channels.first + channels.count;
  for (let m = channels.first; m < end; m++)
    bias[m] = (bias[m] as number) - applyScale(added.zero, scale(m));
}
