// Weights that are whole numbers of some unit: what the chip keeps of a network that was quantized before.

import { bitsFor } from '../../../core/integer.ts';
import type { GraphNode } from '../../graph.ts';
import type { Precision, TrainedScales } from '../../network.ts';
import type { Constant } from './tensor.ts';

/**
 * The scales of weights that are whole numbers of some unit, where all of a kernel have the same; undefined where not.
 * @param kernels how many kernels the weights are of, the outermost dimension
 */
export function trainedUnits(
  { units, data }: Constant,
  kernels: number,
): TrainedScales | undefined {
  if (!units || units.bits > 8) return undefined;
  const { bits: weightBits, scale } = units;
  const each = data.length / kernels;
  const kernelScales = Array.from(
    { length: kernels },
    (_, m) => scale[scale.length === 1 ? 0 : m * each] as number,
  );
  const isPerKernel = scale.every((one, i) => one === kernelScales[Math.floor(i / each)]);
  if (scale.length > 1 && !isPerKernel) return undefined;
  const weightScale = kernelScales.reduce((most, one) => Math.max(most, one), 0);
  const isOne = kernelScales.every((one) => one === weightScale);
  return { weightBits, weightScale, ...(isOne ? {} : { kernelScales }) };
}

/** The most bits of weights, and of codes that are stored; 8 where they are not settled. */
export function precisionOf(
  nodes: readonly GraphNode[],
  scales: ReadonlyMap<string, TrainedScales>,
): Precision {
  const weightBits = [...scales.values()].reduce((most, one) => Math.max(most, one.weightBits), 2);
  let activationBits = 0;
  for (const { op, attributes } of nodes)
    if (op === 'quantize')
      activationBits = Math.max(activationBits, bitsFor(attributes.high - attributes.low + 1));
  return { weightBits, activationBits: activationBits === 0 ? 8 : Math.min(8, activationBits) };
}
