// What a layer must keep to so that whatever simulates it has exact integers: looked at when it is mapped, not when it
// runs.

import type { ChipSpec } from '../chips/index.ts';
import { noiseDeviations } from '../chips/noise-spec.ts';
import type { MacroLayer } from '../compress/compressed-network.ts';
import { type AdcTable, adcUnits } from '../core/adc-table.ts';
import { type Columns, factorSum, largestFactors } from '../core/columns.ts';
import { CimError } from '../core/errors.ts';
import { ceilDivide } from '../core/integer.ts';

/** Bits of the sums that a requantizer takes, and of the accumulators of a chip that loses nothing. */
const sumBits = 31;

/** Kernels of a layer that read noise can tell apart. */
const maxNoisyKernels = 65536;

/**
 * Checks the sums of a layer as the integer network has them, without macros and ADC: bias and products of any inputs.
 * @throws {CimError} (mapping) naming the layer and a kernel whose sums can exceed {@link sumBits}
 */
export function checkLayerSums(network: string, layer: MacroLayer): void {
  const { bias, weights, inputBits, weightBits, requantize } = layer;
  const limit = 2 ** (sumBits - 1 - (requantize?.fraction ?? 0));
  const highest = 2 ** inputBits - 1;
  const inputs = weights.length / bias.length;
  const largestBias = bias.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0);
  if (largestBias + highest * inputs * 2 ** (weightBits - 1) < limit) return;
  bias.forEach((ofKernel, kernel) => {
    let magnitude = 0;
    for (let i = kernel * inputs; i < (kernel + 1) * inputs; i++)
      magnitude += Math.abs(weights[i] as number);
    const largest = Math.abs(ofKernel) + highest * magnitude;
    if (largest >= limit)
      throw new CimError('mapping', {
        what: `sums of kernel ${kernel} can reach ${largest.toExponential(2)}, a requantizer takes ${sumBits - (requantize?.fraction ?? 0)} bits`,
        where: [network, layer.name],
        todo: 'use fewer weight bits, fewer activation bits or fewer inputs',
      });
  });
}

/** @throws {CimError} (mapping) naming a layer with more kernels than the chip's read noise tells apart */
export function checkNoiseNumbers(network: string, layer: MacroLayer, chip: ChipSpec): void {
  const { kernels } = layer.geometry;
  const isNoisy = Object.values(noiseDeviations(chip.noise)).some((deviation) => deviation !== 0);
  if (!isNoisy || kernels <= maxNoisyKernels) return;
  throw new CimError('mapping', {
    what: `has ${kernels} kernels; read noise supports at most ${maxNoisyKernels}`,
    where: [network, layer.name],
    todo: 'map it onto a chip without noise',
  });
}

/** How a layer's columns are read. */
interface Readout {
  readonly columns: Columns;
  readonly adc: AdcTable;
  /** Most groups of a kernel. */
  readonly groups: number;
}

/**
 * Checks that cells hold a layer's weights, that noise knows such cells, and that every number that codes stand for is
 * exact: doubles hold it, and 32 bits what one macro-op gives.
 * @throws {CimError} (mapping) naming the layer
 */
export function checkReadout(
  network: string,
  layer: MacroLayer,
  chip: ChipSpec,
  { columns, adc, groups }: Readout,
): void {
  const fail = (what: string, todo: string): never => {
    throw new CimError('mapping', { what, where: [network, layer.name], todo });
  };
  if (columns.min > -(2 ** (layer.weightBits - 1)) && layer.weights.includes(columns.min - 1))
    fail(
      `has a weight of ${columns.min - 1}, the chip's cells hold ${columns.min} ... ${columns.max}`,
      "quantize symmetrically, or map it onto a chip with two's complement",
    );
  if (columns.cellBits > 1 && chip.noise.cell.value !== 0)
    fail(
      `is mapped onto cells of ${columns.cellBits} bits, and their mismatch (noise.cell) is not modelled`,
      'set noise.cell to 0',
    );
  const perPhase = chip.macro.inputBitsPerPhase.value;
  const phases = ceilDivide(layer.inputBits, perPhase);
  const weight = (2 ** (phases * perPhase) - 1) / (2 ** perPhase - 1);
  const { step, offset, levels } = adcUnits(adc);
  const codes = largestFactors(columns) * weight * (levels.at(-1) ?? 0);
  const offsets = Math.abs(factorSum(columns) * offset * weight);
  if (codes >= 2 ** 31 || offsets >= 2 ** 31 || groups * (step * codes + offsets) >= 2 ** 53)
    fail(
      'has sums of codes beyond what is computed exactly',
      'use an ADC with a coarser step, a smaller range or a smaller offset',
    );
}
