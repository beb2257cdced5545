// The operators of ONNX that are understood, one line each. An operator of another domain stands under `domain.name`.

import type { Step } from '../importer.ts';
import type { Value } from '../value.ts';
import { activations } from './activations.ts';
import { binary, negate, several } from './arithmetic.ts';
import { conv, gemm, matMul } from './convolution.ts';
import { convChannelsLast, maxPoolChannelsLast } from './channels-last.ts';
import { concat, pad } from './join.ts';
import { batchNormalization, lrn, prelu, softmax } from './norms.ts';
import { cast, constant, constantOfShape, dropout, identity } from './passing.ts';
import { averagePool, globalPool, maxPool, reduce } from './pooling.ts';
import { bipolarQuant, dequantizeLinear, quant, quantizeLinear, trunc } from './quantization.ts';
import * as shapes from './shapes.ts';
import { convInteger, matMulInteger, qLinearConv, qLinearMatMul } from './whole-numbers.ts';

/** Imports one node: gives the values of its outputs, in order. */
export type Handler = (step: Step) => readonly (Value | undefined)[];

/** What imports each operator. */
export const handlers: Readonly<Record<string, Handler>> = {
  ...activations,
  Add: binary('add'),
  AveragePool: averagePool,
  BatchNormalization: batchNormalization,
  Cast: cast,
  CastLike: cast,
  Concat: concat,
  Constant: constant,
  ConstantOfShape: constantOfShape,
  Conv: conv,
  ConvInteger: convInteger,
  DepthToSpace: shapes.depthToSpace,
  Div: binary('div'),
  DequantizeLinear: dequantizeLinear,
  Dropout: dropout,
  Expand: shapes.expand,
  Flatten: shapes.flatten,
  Gather: shapes.gather,
  Gemm: gemm,
  GlobalAveragePool: globalPool('mean'),
  GlobalMaxPool: globalPool('max'),
  Identity: identity,
  LRN: lrn,
  LogSoftmax: softmax(true),
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  Max: several('max'),
  MaxPool: maxPool,
  Min: several('min'),
  Mul: binary('mul'),
  Neg: negate,
  PRelu: prelu,
  Pad: pad,
  Pow: binary('pow'),
  QLinearConv: qLinearConv,
  QLinearMatMul: qLinearMatMul,
  QuantizeLinear: quantizeLinear,
  ReduceMax: reduce('max'),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  Reshape: shapes.reshapeTo,
  Resize: shapes.resize,
  Shape: shapes.shape,
  Size: shapes.size,
  Slice: shapes.slice,
  Softmax: softmax(false),
  SpaceToDepth: shapes.spaceToDepth,
  Split: shapes.split,
  Squeeze: shapes.squeeze,
  Sub: binary('sub'),
  Sum: several('add'),
  Transpose: shapes.transposeTo,
  Unsqueeze: shapes.unsqueeze,
  ...ofDomains(['onnx.brevitas', 'qonnx.custom_op.general', 'finn.custom_op.general'], {
    BipolarQuant: bipolarQuant,
    Quant: quant,
    Trunc: trunc,
  }),
  ...ofDomains(['qonnx.custom_op.channels_last'], {
    Conv: convChannelsLast,
    MaxPool: maxPoolChannelsLast,
  }),
};

/** The same operators of several domains. */
function ofDomains(
  domains: readonly string[],
  own: Readonly<Record<string, Handler>>,
): Readonly<Record<string, Handler>> {
  return Object.fromEntries(
    domains.flatMap((domain) =>
      Object.entries(own).map(([name, handler]) => [`${domain}.${name}`, handler]),
    ),
  );
}

/** Names of the operators that are understood, in order. */
export const supportedOperators: readonly string[] = Object.keys(handlers).toSorted();
