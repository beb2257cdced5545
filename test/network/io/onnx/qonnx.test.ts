// Networks of few bits as Brevitas, QKeras and FINN write them: their outputs in real arithmetic, and on the chip.

import { describe, expect, it } from 'vitest';
import { compress } from '../../../../src/compress/compress.ts';
import { isMacroLayer } from '../../../../src/compress/compressed-network.ts';
import type { FloatMap } from '../../../../src/core/feature-map.ts';
import { floatForward } from '../../../../src/network/float-forward.ts';
import { operatorOf } from '../../../../src/network/graph.ts';
import { forwardOnnx } from '../../../../src/network/io/onnx/forward-onnx.ts';
import { importOnnx, readOnnx } from '../../../../src/network/io/onnx/read-onnx.ts';
import { type Constant, readTensorProto } from '../../../../src/network/io/onnx/tensor.ts';
import { networkMacs } from '../../../../src/network/network.ts';
import { onnxData, onnxFile } from '../../../support/onnx-data.ts';

const model = (name: string): Uint8Array => onnxFile('qonnx', name, 'model.onnx');

/**
 * For each output of espcn-quant how far its last sum lies from the border of two codes, and how far two sums of the same
 * 32-bit products in any two orders can lie apart, both in codes.
 */
function lastMargins({ data: pixels }: Constant): readonly {
  readonly distance: number;
  readonly reach: number;
}[] {
  const { network } = importOnnx(model('espcn-quant'), 'espcn-quant');
  const { input, nodes, tensors } = network;
  const size = input.height * input.width;
  const data = Float32Array.from(
    { length: size * input.channels },
    (_, i) => pixels[(i % input.channels) * size + Math.floor(i / input.channels)] as number,
  );
  const maps = new Map<string, FloatMap>();
  floatForward(network, { ...input, images: 1, data }, (node, map) => maps.set(node.name, map));
  const conv = nodes.findLast(({ op }) => op === 'conv')!;
  const codes = maps.get(conv.inputs[0]!)!;
  const sums = maps.get(conv.name)!;
  // Sums of magnitudes: the codes are not negative.
  const magnitudes = { ...sums, data: new Float32Array(sums.data.length) };
  const weight = tensors.get(conv.name)!['weight']!;
  const arrays = { attributes: conv.attributes, tensors: { weight: weight.map(Math.abs) } };
  operatorOf(conv.op).forward(arrays, [codes], magnitudes);
  // n products, n - 1 additions and the quotient each miss by 2^-24 of what they give (Higham 2002, section 3.1), in both sums.
  const steps = weight.length / sums.channels + 1;
  const lost = (steps * 2 ** -24) / (1 - steps * 2 ** -24);
  // Depth to space: channel 4 c + 2 (y % 2) + x % 2 of pixel (y / 2, x / 2) is channel c of pixel (y, x).
  const side = 2 * input.width;
  return Array.from({ length: sums.data.length }, (_, i) => {
    const [c, y, x] = [Math.floor(i / (4 * size)), Math.floor(i / side) % side, i % side];
    const pixel = (y >> 1) * input.width + (x >> 1);
    const place = pixel * sums.channels + 4 * c + 2 * (y % 2) + (x % 2);
    const value = 255 * sums.data[place]!;
    const distance = Math.abs(value - Math.floor(value) - 0.5);
    return { distance, reach: 2 * lost * 255 * magnitudes.data[place]! };
  });
}

describe.skipIf(onnxData === undefined)('QONNX', () => {
  it.each([
    'tfc_1w1a',
    'tfc_1w2a',
    'tfc_2w2a',
    'espcn-float',
    'mnist-conv',
    'residual_block',
    'conv2d_small_keras',
    'conv2d_small_mp_keras',
  ])('%s gives the output that is expected of it', (name) => {
    const tensor = (file: string) => readTensorProto(onnxFile('qonnx', name, file), file);

    const found = forwardOnnx(model(name), name, [tensor('input_0.pb')]);

    const wanted = tensor('output_0.pb');
    expect(found.dims).toEqual(wanted.dims);
    const largest = Math.max(...Array.from(wanted.data, Math.abs));
    wanted.data.forEach((value, i) =>
      expect(Math.abs(found.data[i]! - value)).toBeLessThanOrEqual(1e-5 * largest),
    );
  });

  it('espcn-quant gives the codes that are expected of it, but where a sum of 32-bit floats can lie on either side of two codes', () => {
    const tensor = (file: string) => readTensorProto(onnxFile('qonnx', 'espcn-quant', file), file);
    const found = forwardOnnx(model('espcn-quant'), 'espcn-quant', [tensor('input_0.pb')]);

    const code = (value: number): number => Math.round(value * 255);
    const wanted = tensor('output_0.pb').data;
    const margins = lastMargins(tensor('input_0.pb'));
    const different = Array.from(wanted.keys()).filter(
      (i) => code(found.data[i]!) !== code(wanted[i]!),
    );
    // Both have the same codes in front of the last layer: else what differs would not be next to a border here.
    for (const i of different) {
      expect(Math.abs(code(found.data[i]!) - code(wanted[i]!))).toBe(1);
      expect(margins[i]!.distance, `output ${i}`).toBeLessThanOrEqual(margins[i]!.reach);
    }
    expect(different.length).toBe(6);
  });

  it.each([
    ['eltwise_chanlast', { height: 111, width: 111, channels: 32 }],
    ['separable_conv_model_ch_last', { height: 512, width: 512, channels: 16 }],
    ['branched_model_ch_last', { height: 256, width: 256, channels: 2 }],
  ] as const)('%s is understood, its output %o', (name, shape) => {
    const { network, output } = importOnnx(model(name), name);

    const { height, width, channels } = shape;
    expect(output.dims.toSorted((a, b) => a - b)).toEqual(
      [1, height, width, channels].toSorted((a, b) => a - b),
    );
    expect(networkMacs(network)).toBeGreaterThan(0);
  });

  it('keeps two bits of weights and activations on the chip', () => {
    const network = readOnnx(model('tfc_2w2a'), 'tfc_2w2a');

    const { layers, activationBits } = compress(network, { multiplierBits: 16 });

    expect(activationBits).toBe(2);
    const weights = layers.filter(isMacroLayer);
    expect(weights.map((layer) => layer.weightBits)).toEqual([2, 2, 2, 2]);
    for (const layer of weights)
      expect([...new Set(layer.weights)].toSorted((a, b) => a - b)).toEqual([-1, 0, 1]);
  });
});
