// Files that must be refused: each with one line that names file, node and what is wrong; nothing crashes or hangs.

import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { describe, expect, it } from 'vitest';
import { CimError } from '../../../../src/core/errors.ts';
import { readOnnx } from '../../../../src/network/io/onnx/read-onnx.ts';
import {
  type OnnxGraph,
  type OnnxNode,
  writeOnnx,
} from '../../../../src/train/autodiff/onnx-writer.ts';
import { tries } from '../../../support/long.ts';
import { noOnnxData, onnxData, onnxFile } from '../../../support/onnx-data.ts';

const conv: OnnxNode = {
  operator: 'Conv',
  inputs: ['image', 'w'],
  outputs: ['conv1'],
  attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
};
const rest: readonly OnnxNode[] = [
  { operator: 'Relu', inputs: ['conv1'], outputs: ['relu1'], attributes: {} },
  { operator: 'GlobalAveragePool', inputs: ['relu1'], outputs: ['pool'], attributes: {} },
  { operator: 'Flatten', inputs: ['pool'], outputs: ['scores'], attributes: {} },
];
const good: OnnxGraph = {
  name: 'good',
  nodes: [conv, ...rest],
  constants: [{ name: 'w', shape: [4, 3, 3, 3], data: new Float32Array(108).fill(0.1) }],
  inputs: [{ name: 'image', type: 'float32', shape: [1, 3, 8, 8] }],
  outputs: [{ name: 'scores', type: 'float32', shape: [1, 4] }],
};
const withNode = (change: Partial<OnnxNode>): OnnxGraph => ({
  ...good,
  nodes: [{ ...conv, ...change }, ...rest],
});
const read = (graph: OnnxGraph): unknown => readOnnx(writeOnnx(graph), 'x.onnx');
const input = (shape: readonly number[]): OnnxGraph => ({
  ...good,
  inputs: [{ name: 'image', type: 'float32', shape }],
});

describe('an ONNX file', () => {
  it('that is good is read', () => {
    expect(readOnnx(writeOnnx(good), 'x.onnx').nodes.map(({ op }) => op)).toEqual([
      'conv',
      'relu',
      'averagePool',
    ]);
  });

  it.each<readonly [string, OnnxGraph, RegExp]>([
    [
      'of an unknown operator',
      withNode({ operator: 'LSTM' }),
      /^x\.onnx > conv1: LSTM is not supported/,
    ],
    [
      'with three sides',
      input([1, 3, 8, 8, 8]),
      /^x\.onnx > conv1: Conv has kernel_shape \[3,3\] on a tensor of 1x3x8x8x8/,
    ],
    [
      'with weights of other channels',
      input([1, 5, 8, 8]),
      /conv1: Conv has a weight "w" of 4x3x3x3.*5 channels/,
    ],
    [
      'with a group that does not divide',
      withNode({ attributes: { group: 2 } }),
      /conv1: Conv has group 2/,
    ],
    [
      'with an attribute that is not known',
      withNode({ attributes: { magic: 1 } }),
      /conv1: Conv has an attribute magic/,
    ],
    [
      'with strides of 0',
      withNode({ attributes: { strides: [0, 1] } }),
      /conv1: Conv has strides \[0,1\]/,
    ],
    [
      'with pads of the wrong number',
      withNode({ attributes: { pads: [1, 1] } }),
      /conv1: Conv has pads \[1,1\]/,
    ],
    [
      'with an auto_pad that is not known',
      withNode({ attributes: { auto_pad: 'BEST' } }),
      /conv1: Conv has auto_pad BEST/,
    ],
    [
      'with an attribute of the wrong kind',
      withNode({ attributes: { pads: 1 } }),
      /conv1: Conv has an attribute pads that is no list/,
    ],
    [
      'that reads what nothing makes',
      withNode({ inputs: ['image', 'w_typo'] }),
      /conv1: Conv reads "w_typo", which nothing makes/,
    ],
    [
      'whose nodes wait for each other',
      withNode({ inputs: ['relu1', 'w'] }),
      /waits for itself: (conv1 > relu1 > conv1|relu1 > conv1 > relu1)$/,
    ],
    [
      'with two inputs',
      { ...good, inputs: [...good.inputs, { ...good.inputs[0]!, name: 'other' }] },
      /^x\.onnx: its graph has 2 inputs: "image", "other"/,
    ],
    [
      'of doubles',
      { ...good, inputs: [{ ...good.inputs[0]!, type: 'float64' }] },
      /conv1: Conv has a tensor "w" of type float32, and its input is float64/,
    ],
    [
      'with a weight that is no number',
      {
        ...good,
        constants: [{ ...good.constants[0]!, data: new Float32Array(108).fill(NaN, 50, 51) }],
      },
      /conv1: Conv has a tensor "w" whose value \[1,2,1,2\] is NaN/,
    ],
    [
      'with too few weights',
      { ...good, constants: [{ ...good.constants[0]!, shape: [9, 3, 3, 3] }] },
      /conv1: its tensor "w" has 432 bytes, and 9x3x3x3 of float32 take 972/,
    ],
    [
      'with weights of the size of the world',
      { ...good, constants: [{ ...good.constants[0]!, shape: [2 ** 40, 3, 3, 3] }] },
      /conv1: its tensor "w" claims dimensions .*too large/,
    ],
    [
      'whose image is too large',
      input([1, 3, 2 ** 20, 2 ** 20]),
      /input image: is 1x3x1048576x1048576: too large/,
    ],
    [
      'that makes a name twice',
      { ...good, nodes: [conv, conv, ...rest] },
      /makes "conv1", which is made elsewhere too/,
    ],
    [
      'with weights of the image',
      { ...good, nodes: [{ ...conv, inputs: ['image', 'image'] }, ...rest] },
      /conv1: Conv has a weight "image" that is computed from the image/,
    ],
  ])('%s is refused', (_, graph, message) => {
    expect(() => read(graph)).toThrow(CimError);
    expect(() => read(graph)).toThrow(message);
  });

  it('of 100,000 nodes is refused', () => {
    const nodes = Array.from({ length: 100_000 }, (_, i): OnnxNode => {
      const inputs = [i === 0 ? 'image' : `r${i - 1}`];
      return { operator: 'Relu', inputs, outputs: [`r${i}`], attributes: {} };
    });
    const outputs = [{ ...good.outputs[0]!, name: 'r99999' }];

    expect(() => read({ ...good, nodes, outputs })).toThrow(/more than 50000 nodes/);
  });

  it('that asks for all memory in a few bytes is refused', () => {
    const shape = {
      name: 's',
      shape: [4],
      data: BigInt64Array.of(2n ** 20n, 2n ** 20n, 2n ** 20n, 4n),
    };
    const fill: OnnxNode = {
      operator: 'ConstantOfShape',
      inputs: ['s'],
      outputs: ['w'],
      attributes: {},
    };
    const graph = { ...good, constants: [shape], nodes: [fill, conv, ...rest] };

    expect(() => read(graph)).toThrow(/x\.onnx > w: ConstantOfShape makes a tensor of .*too large/);
  });

  it('with a length of 2^63 is refused', () => {
    const claims = new BinaryWriter();
    claims
      .tag(7, WireType.LengthDelimited)
      .uint64(2n ** 63n)
      .raw(new Uint8Array(20));

    expect(() => readOnnx(claims.finish(), 'x.onnx')).toThrow(
      /claims 9223372036854775808 bytes, and 20 are left/,
    );
  });

  it.each([
    ['empty', new Uint8Array(), /^x\.onnx: is empty/],
    [
      'a picture',
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10),
      /^x\.onnx: is no (whole )?ONNX file: it is a PNG picture/,
    ],
  ] as const)('that is %s is refused', (_, bytes, message) => {
    expect(() => readOnnx(bytes, 'x.onnx')).toThrow(message);
  });

  it('that is cut off anywhere is refused', () => {
    const bytes = writeOnnx(good);
    for (let length = 0; length < bytes.length - 8; length++)
      expect(() => readOnnx(bytes.subarray(0, length), 'x.onnx'), String(length)).toThrow(CimError);
  });

  it('with any bytes changed is read or refused', () => {
    const bytes = writeOnnx(good);
    let seed = 1;
    const random = (below: number): number => {
      seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
      return seed % below;
    };
    for (let k = 0; k < tries(3000, 30_000); k++) {
      const changed = bytes.slice();
      for (let i = random(4); i >= 0; i--) changed[random(bytes.length)] = random(256);
      try {
        readOnnx(changed, 'x.onnx');
      } catch (error) {
        expect(error, `try ${k}`).toBeInstanceOf(CimError);
        expect((error as Error).message).not.toContain('\n');
      }
    }
  });
});

/** What each file says of itself must come up in the error. */
const ofOthers: Readonly<Record<string, RegExp>> = {
  '01-lstm': /lstm1: LSTM/,
  '02-conv3d': /conv3d_1: Conv has kernel_shape \[3,3,3\]/,
  '03-dynamic-weights': /conv1: Conv has a weight "w_dyn"/,
  '04-external-data-missing':
    /conv1: its tensor "conv1_weight" lies in another file, "weights.bin"/,
  '05-truncated': /no whole ONNX file/,
  '06-nan-weights': /conv1: .*"conv1_weight" whose value \[5,1,2,0\] is NaN/,
  '07-cycle': /waits for itself: a > b > a/,
  '08-missing-input': /relu1: Relu reads "c_typo"/,
  '09-wrong-weight-shape': /conv1: Conv has a weight "conv1_weight" of 8x4x3x3/,
  '10-unknown-domain': /fancy1: FancyActivation of domain com\.example\.custom/,
  '11-two-inputs': /"image", "other"/,
  '12-not-onnx': /no (whole )?ONNX file/,
  '13-empty': /is empty/,
  '14-short-weight-data': /conv1: its tensor "conv1_weight" has 100 bytes/,
  '15-group-does-not-divide': /conv1: Conv has group 2/,
  '16-double-weights': /conv1: .*"conv1_weight" of type float64/,
};

describe.skipIf(onnxData === undefined)('files of others', () => {
  it.each(Object.entries(ofOthers))('%s is refused', (name, message) => {
    const run = (): unknown => readOnnx(onnxFile('refuse', `${name}.onnx`), `${name}.onnx`);

    expect(run).toThrow(CimError);
    expect(run).toThrow(message);
    expect(run).toThrow(new RegExp(`^${name}\\.onnx`));
  });
});

it('finds the files of others', ({ skip }) => {
  if (onnxData === undefined) skip(noOnnxData);
  expect(onnxFile('README.md').length).toBeGreaterThan(0);
});
