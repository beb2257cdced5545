// Operators on whole numbers: each is what DequantizeLinear, the operator on real numbers and QuantizeLinear do one after the other.

import type { Step } from '../importer.ts';
import type { Constant } from '../tensor.ts';
import { constantOf, dimsOf, type MapValue, type Value } from '../value.ts';
import { convolved, multiplied } from './convolution.ts';
import {
  checkUnits,
  dequantized,
  dequantizedConstant,
  quantized,
  type Units,
} from './quantization.ts';

/** Scale and zero point of a tensor, from two inputs. */
function unitsAt(step: Step, index: number, what: string, axis = 1): Units {
  const scale = step.constant(index, `scale of ${what}`);
  const zero = step.constantIf(index + 1, `zero point of ${what}`);
  const units = { scale, zero, axis };
  checkUnits(step, units);
  return units;
}

/** What the whole numbers of input 0 stand for. */
function realInput(step: Step, units: Units): MapValue {
  const real = dequantized(step, step.map(0), units);
  if (real.kind === 'map') return real;
  throw step.fail('has only constants to work on, which is not supported for it');
}

/** QLinearConv: input, weight and output with scale and zero point each, and a bias in units of the first two. */
export function qLinearConv(step: Step): readonly Value[] {
  const of = unitsAt(step, 1, 'the input');
  const weights = unitsAt(step, 4, 'the weight', 0);
  const input = realInput(step, of);
  const weight = dequantizedConstant(step, step.constant(3, 'weight'), weights);
  const bias = step.constantIf(8, 'bias');
  const unit = of.scale.data[0] as number;
  const { data: scales } = weights.scale;
  const real =
    bias &&
    constantOf(
      bias.name,
      input.type,
      bias.dims,
      bias.data.map((value, m) => value * unit * (scales[scales.length === 1 ? 0 : m] as number)),
    );
  const output = unitsAt(step, 6, 'the output');
  const sums = convolved(step, { input, weight: { ...weight, type: input.type }, bias: real });
  return [quantized(step, sums, output, output.zero?.type ?? 'uint8')];
}

/** QLinearMatMul: both factors and the output with scale and zero point each. */
export function qLinearMatMul(step: Step): readonly Value[] {
  const input = realInput(step, unitsAt(step, 1, 'the first factor'));
  const factor = step.constant(3, 'weight');
  const axis = Math.max(0, factor.dims.length - 1);
  const weights = unitsAt(step, 4, 'the second factor', axis);
  const weight = dequantizedConstant(step, factor, weights);
  const output = unitsAt(step, 6, 'the output');
  const product = multiplied(step, input, { ...weight, type: input.type });
  return [quantized(step, product, output, output.zero?.type ?? 'uint8')];
}

const one = constantOf('1', 'float32', [], [1]);

/** Whole numbers less their zero point (input `index`), as real ones. */
function less(step: Step, index: number, axis: number, what: string): Units {
  const zero = step.constantIf(index, `zero point of ${what}`);
  const scale = zero ? { ...one, dims: zero.dims, data: zero.data.map(() => 1) } : one;
  return { scale, zero, axis };
}

/** The weight of an operator that gives whole numbers. */
const wholeWeight = (step: Step, axis: number): Constant => {
  const weight = step.constant(1, 'weight');
  return dequantizedConstant(step, weight, less(step, 3, axis, 'the weight'));
};

/** ConvInteger: whole numbers in and out. */
export function convInteger(step: Step): readonly Value[] {
  const input = realInput(step, less(step, 2, 1, 'the input'));
  return [{ ...convolved(step, { input, weight: wholeWeight(step, 0) }), type: 'int32' }];
}

/** MatMulInteger: whole numbers in and out. */
export function matMulInteger(step: Step): readonly Value[] {
  const rank = dimsOf(step.input(0)).length;
  const input = realInput(step, less(step, 2, Math.max(0, rank - 2), 'the first factor'));
  const axis = Math.max(0, step.constant(1, 'weight').dims.length - 1);
  return [{ ...multiplied(step, input, wholeWeight(step, axis)), type: 'int32' }];
}
