// The conformance tests of ONNX itself: what is supported computes what they say, all else is refused by its name.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CimError } from '../../../../src/core/errors.ts';
import { forwardOnnx } from '../../../../src/network/io/onnx/forward-onnx.ts';
import { readModel } from '../../../../src/network/io/onnx/model.ts';
import { supportedOperators } from '../../../../src/network/io/onnx/operators/index.ts';
import type { Constant } from '../../../../src/network/io/onnx/tensor.ts';
import { root } from '../../../support/mars.ts';
import {
  noOnnxData,
  type NodeTest,
  nodeTests,
  onnxData,
  onnxFile,
} from '../../../support/onnx-data.ts';

/** The document with the table; `MARS_WRITE_DOCS=1` writes it. */
const document = join(root, 'docs/onnx-conformance.md');

/** ONNX's own tolerances (`onnx/backend/test/case`): relative and absolute. */
const [relative, absolute] = [1e-3, 1e-7];

const tests = [...nodeTests('node'), ...nodeTests('pytorch')];
const operatorsOf = ({ model, name }: NodeTest): readonly string[] => [
  ...new Set(readModel(model, name).nodes.map(({ type }) => type)),
];

/** Refused for what they do, not for their operator: ours are real numbers and never empty. */
const beyondReals: Readonly<Record<string, RegExp>> = {
  test_add_int8: /Add of int8/,
  test_add_uint8: /Add of uint8/,
  test_div_int32_trunc: /Div of int32/,
  test_div_int8: /Div of int8/,
  test_div_uint8: /Div of uint8/,
  test_mul_int8: /Mul of int8/,
  test_mul_uint8: /Mul of uint8/,
  test_sub_int8: /Sub of int8/,
  test_sub_uint8: /Sub of uint8/,
  test_matmul_3d: /MatMul .*only one matrix of weights/,
  test_matmul_4d: /MatMul .*only one matrix of weights/,
  test_matmul_bcast: /MatMul .*only one matrix of weights/,
  test_dequantizelinear_blocked: /DequantizeLinear has a block_size/,
  test_qlinearmatmul_3D_int8_float16: /QLinearMatMul .*only one matrix of weights/,
  test_qlinearmatmul_3D_int8_float32: /QLinearMatMul .*only one matrix of weights/,
  test_qlinearmatmul_3D_uint8_float16: /QLinearMatMul .*only one matrix of weights/,
  test_qlinearmatmul_3D_uint8_float32: /QLinearMatMul .*only one matrix of weights/,
  test_quantizelinear_blocked_asymmetric: /QuantizeLinear has a block_size/,
  test_quantizelinear_blocked_symmetric: /QuantizeLinear has a block_size/,
  test_reshape_allowzero_reordered: /0x3x4/,
  test_slice_start_out_of_bounds: /Slice leaves nothing/,
};

const isRefused = (test: NodeTest): boolean =>
  test.name in beyondReals ||
  operatorsOf(test).some((operator) => !supportedOperators.includes(operator));

/** What differs between two tensors; undefined where nothing does. */
function difference(found: Constant, wanted: Constant): string | undefined {
  if (found.dims.join('x') !== wanted.dims.join('x'))
    return `${found.dims.join('x')} instead of ${wanted.dims.join('x')}`;
  const bad = wanted.data.findIndex((value, i) => {
    const own = found.data[i]!;
    return !(
      Object.is(own, value) || Math.abs(own - value) <= absolute + relative * Math.abs(value)
    );
  });
  return bad < 0 ? undefined : `value ${bad} is ${found.data[bad]}, not ${wanted.data[bad]}`;
}

/** The table of the document. */
function table(): string {
  const rows = new Map<string, { passed: number; refused: string[] }>();
  for (const test of tests)
    for (const operator of operatorsOf(test)) {
      const row = rows.get(operator) ?? { passed: 0, refused: [] };
      if (isRefused(test)) row.refused.push(test.name.replace(/^test_/, ''));
      else row.passed++;
      rows.set(operator, row);
    }
  const lines = [...new Set([...rows.keys(), ...supportedOperators])].toSorted().map((operator) => {
    const { passed, refused } = rows.get(operator) ?? { passed: 0, refused: [] };
    const known = supportedOperators.includes(operator);
    const why = known ? refused.join(', ') : `${refused.length} tests`;
    return `| ${operator} | ${known ? 'yes' : 'no'} | ${passed} | ${why} |`;
  });
  const passed = tests.filter((test) => !isRefused(test)).length;
  return `# ONNX: conformance by operator

Written by \`test/network/io/onnx/conformance.test.ts\` (\`MARS_WRITE_DOCS=1\`), which also holds it. Of ${tests.length} conformance tests
of the ONNX project that are about inference of CNNs (backend node tests and those converted from PyTorch) ${passed} pass
within ONNX's own tolerances; the other ${tests.length - passed} are refused by name. A test counts for every operator that it has.

| operator | supported | tests passed | tests refused |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

describe.skipIf(onnxData === undefined)('the conformance tests of ONNX', () => {
  it.each(tests.filter((test) => !isRefused(test)))('$name', ({ name, model, inputs, outputs }) => {
    const names = readModel(model, name).outputs.map((output) => output.name);
    for (const [i, wanted] of outputs.entries()) {
      const found = forwardOnnx(model, name, inputs, { output: names[i] });
      expect(difference(found, wanted)).toBeUndefined();
    }
  });

  it.each(tests.filter(isRefused))('$name is refused by name', (test) => {
    const { name, model, inputs } = test;
    const run = (): unknown => forwardOnnx(model, name, inputs);

    expect(run).toThrow(CimError);
    const odd = operatorsOf(test).filter((operator) => !supportedOperators.includes(operator));
    expect(run).toThrow(beyondReals[name] ?? new RegExp(`(${odd.join('|')}) is not supported`));
  });

  it('are what the document says', () => {
    if (process.env['MARS_WRITE_DOCS'] === '1') writeFileSync(document, table());
    expect(readFileSync(document, 'utf8')).toBe(table());
  });
});

it('finds the files of others', ({ skip }) => {
  if (onnxData === undefined) skip(noOnnxData);
  expect(onnxFile('README.md').length).toBeGreaterThan(0);
});
