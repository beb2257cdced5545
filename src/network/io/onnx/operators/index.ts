// The operators of ONNX that are understood, one line each. An operator of another domain stands under `domain.name`.

import type { Step } from '../importer.ts';
import type { Value } from '../value.ts';
import { activations } from './activations.ts';
import { binary, negate, several } from './arithmetic.ts';
import { conv, gemm, matMul } from './convolution.ts';
import { concat, pad } from './join.ts';
import { batchNormalization, lrn, prelu, softmax } from './norms.ts';
import { cast, constant, constantOfShape, dropout, identity } from './passing.ts';
import { averagePool, globalPool, maxPool, reduce } from './pooling.ts';
import * as shapes from './shapes.ts';

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
  DepthToSpace: shapes.depthToSpace,
  Div: binary('div'),
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
  Max: several('max'),
  MaxPool: maxPool,
  Min: several('min'),
  Mul: binary('mul'),
  Neg: negate,
  PRelu: prelu,
  Pad: pad,
  Pow: binary('pow'),
  ReduceMax: reduce('max'),
  ReduceMean: reduce('mean'),
  ReduceSum: reduce('sum'),
  Reshape: shapes.reshapeTo,
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
};

/** Names of the operators that are understood, in order. */
export const supportedOperators: readonly string[] = Object.keys(handlers).toSorted();
