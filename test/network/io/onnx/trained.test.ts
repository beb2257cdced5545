// Trained networks of others, and topologies with stated weights, against what ONNX Runtime gave for them.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'jpeg-js';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import {
  argmax,
  type FeatureMap,
  type FloatMap,
  imageSlice,
} from '../../../../src/core/feature-map.ts';
import { readCifar } from '../../../../src/datasets/cifar.ts';
import { floatForward, floatOutputs, toFloatMap } from '../../../../src/network/float-forward.ts';
import { forwardOnnx } from '../../../../src/network/io/onnx/forward-onnx.ts';
import { importGraph } from '../../../../src/network/io/onnx/import-onnx.ts';
import type { InputNorm } from '../../../../src/network/io/onnx/input-norm.ts';
import { type OnnxNode, readModel } from '../../../../src/network/io/onnx/model.ts';
import { importOnnx, readOnnx } from '../../../../src/network/io/onnx/read-onnx.ts';
import { readConstant, readTensorProto } from '../../../../src/network/io/onnx/tensor.ts';
import { constantOf } from '../../../../src/network/io/onnx/value.ts';
import { networkMacs } from '../../../../src/network/network.ts';
import { chipFaults } from '../../../../src/network/passes/chip-faults.ts';
import { everyNth, itLong } from '../../../support/long.ts';
import { noOnnxData, onnxData, onnxFile } from '../../../support/onnx-data.ts';

const norms: Readonly<Record<string, InputNorm>> = {
  pixel: { range: 255 },
  torch: { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] },
  caffe: { range: 255, mean: [123, 117, 104] },
};

interface Expected {
  readonly input: string;
  readonly images: readonly {
    readonly image: string;
    readonly scores?: readonly number[];
    readonly top5?: readonly (readonly [number, number])[];
  }[];
}
const nets = (): Readonly<Record<string, Expected>> =>
  (
    JSON.parse(new TextDecoder().decode(onnxFile('trained', 'expected.json'))) as {
      nets: Record<string, Expected>;
    }
  ).nets;

const cifar = join(process.env['MARS_DATA'] ?? '/', 'cifar10/test_batch.bin');
const cifarImages = (): ReturnType<typeof readCifar> =>
  readCifar(new Uint8Array(readFileSync(cifar)), 'cifar10', cifar);

/** Rows and columns 16 … 239 of a sample of 256x256. */
function sampleImage(name: string): FeatureMap {
  const { data, width } = decode(onnxFile('imagenet-samples', name), { useTArray: true });
  const side = 224;
  const pixels = new Uint8Array(side * side * 3);
  for (let y = 0; y < side; y++)
    for (let x = 0; x < side; x++)
      for (let c = 0; c < 3; c++)
        pixels[(y * side + x) * 3 + c] = data[((y + 16) * width + x + 16) * 4 + c]!;
  return { images: 1, height: side, width: side, channels: 3, bits: 8, data: pixels };
}

const softmax = (scores: Float32Array): Float32Array => {
  const max = scores.reduce((a, b) => Math.max(a, b));
  const powers = scores.map((score) => Math.exp(score - max));
  const sum = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / sum);
};

describe.skipIf(onnxData === undefined)('trained networks', () => {
  describe.skipIf(!existsSync(cifar))('on CIFAR-10', () => {
    it.each([
      'resnet8-cifar10-float',
      'resnet20-cifar10',
      'resnet20-cifar10-bn',
      'resnet20-cifar10-simple',
      'resnet56-cifar10',
    ])('%s gives the scores of ONNX Runtime', (name) => {
      const { input, images } = nets()[name]!;
      const bytes = onnxFile('trained', `${name}.onnx`);
      const network = readOnnx(bytes, name, { norm: norms[input] });
      const all = cifarImages().images;
      const ends = readModel(bytes, name).nodes.at(-1)!.type === 'Softmax';
      for (const { image, scores } of images) {
        const number = Number(/\d+$/.exec(image)![0]);
        const sums = floatForward(network, toFloatMap(imageSlice(all, number, 1)));
        const found = ends ? softmax(sums) : sums;
        scores!.forEach((score, i) =>
          expect(Math.abs(found[i]! - score)).toBeLessThan(1e-4 * Math.max(1, Math.abs(score))),
        );
      }
    });

    itLong('resnet20-cifar10 gives the classes of ONNX Runtime on 300 images', async () => {
      const name = 'resnet20-cifar10';
      const norm = norms['torch'];
      const images = imageSlice(cifarImages().images, 0, 300);
      const bytes = onnxFile('trained', `${name}.onnx`);
      const outputs = floatOutputs(readOnnx(bytes, name, { norm }), images);
      env.wasm.numThreads = 1;
      const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'basic' });
      const [inputName, outputName] = [session.inputNames[0]!, session.outputNames[0]!];
      for (let image = 0; image < images.images; image++) {
        const map = toFloatMap(imageSlice(images, image, 1));
        const tensor = new Tensor('float32', planes(map, norm), [1, 3, 32, 32]);
        const wanted = (await session.run({ [inputName]: tensor }))[outputName]!;
        const own = outputs.subarray(10 * image, 10 * image + 10);
        expect(argmax(own), `image ${image}`).toBe(argmax(wanted.data as Float32Array));
      }
    });
  });

  it.each(['mobilenetv2-imagenet-float', 'squeezenet1.0-imagenet'])(
    '%s computes what ONNX Runtime does on sample images',
    async (name) => {
      const { input, images } = nets()[name]!;
      const bytes = onnxFile('trained', `${name}.onnx`);
      const norm = norms[input];
      const network = readOnnx(bytes, name, { norm });
      const ends = readModel(bytes, name).nodes.at(-1)!.type === 'Softmax';
      expect(chipFaults(network)).toEqual([]);
      env.wasm.numThreads = 1;
      const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'basic' });
      for (const { image, top5 } of everyNth(4, images)) {
        const map = toFloatMap(sampleImage(image));
        const sums = floatForward(network, map);
        const found = ends ? softmax(sums) : sums;
        const tensor = new Tensor('float32', planes(map, norm), [1, 3, 224, 224]);
        const outputs = await session.run({ [session.inputNames[0]!]: tensor });
        const wanted = outputs[session.outputNames[0]!]!.data as Float32Array;
        const [largest] = wanted.toSorted((one, other) => other - one);

        expect(argmax(found), image).toBe(argmax(wanted));
        expect(argmax(found), image).toBe(top5![0]![0]);
        // Both round to 32 bits behind every layer, in another order of additions.
        wanted.forEach((value, i) =>
          expect(Math.abs(found[i]! - value)).toBeLessThan(1e-4 * Math.max(1, largest!)),
        );
      }
    },
  );
});

/** An image in planes, red, green and blue, as the network wants its values. */
function planes({ data, height, width }: FloatMap, norm: InputNorm = {}): Float32Array {
  const { range = 1, mean = [0, 0, 0], std = [1, 1, 1] } = norm;
  const size = height * width;
  return Float32Array.from(data, (_, i) => {
    const c = Math.floor(i / size);
    return (data[(i % size) * 3 + c]! * range - mean[c]!) / std[c]!;
  });
}

/** MACs in millions for each topology, as its authors count them. */
const topologies: Readonly<Record<string, readonly [classes: number, macs: number]>> = {
  bvlc_alexnet: [1000, 655],
  densenet121: [1000, 2834],
  inception_v1: [1000, 1432],
  inception_v2: [1000, 2019],
  resnet50: [1000, 4089],
  shufflenet: [1000, 124.7],
  squeezenet: [1000, 349],
  vgg19: [1000, 19_632],
  zfnet512: [1000, 1482],
};

interface Filled {
  readonly top5: readonly (readonly [number, number])[];
  readonly first8: readonly number[];
}

/** A number from a hash, 0 … 1: weights of the topologies. */
function hashed(i: number, s: number): number {
  let h = Math.imul(i + 1, 2654435761) ^ Math.imul(s + 1, 2246822519);
  h ^= h >>> 15;
  h = Math.imul(h, 2246822519);
  h ^= h >>> 13;
  h = Math.imul(h, 3266489917);
  h ^= h >>> 16;
  return (h >>> 0) / 2 ** 32;
}

/** The stated weights in place of every float ConstantOfShape of a graph. */
function fill(bytes: Uint8Array, name: string): Map<string, ReturnType<typeof constantOf>> {
  const model = readModel(bytes, name);
  const readers = (value: string): OnnxNode[] =>
    model.nodes.filter((node) => node.inputs.includes(value));
  const reader = (value: string): { node: OnnxNode; index: number } => {
    const [node] = readers(value);
    return ['Unsqueeze', 'Reshape', 'Identity'].includes(node!.type)
      ? reader(node!.outputs[0]!)
      : { node: node!, index: node!.inputs.indexOf(value) };
  };
  const filled = new Map<string, ReturnType<typeof constantOf>>();
  let s = 0;
  for (const node of model.nodes) {
    if (node.type !== 'ConstantOfShape') continue;
    const value = node.attributes.get('value');
    if (value?.kind === 'tensor' && value.value.type !== 1) continue;
    const shape = readConstant(model.initializers.get(node.inputs[0]!)!, [name]);
    const dims = Array.from(shape.data);
    const { node: user, index } = reader(node.outputs[0]!);
    const count = dims.reduce((a, b) => a * b, 1);
    const isTurned = user.attributes.get('transB');
    // As the stated weights were made: by the array's own dimensions, also where a Reshape follows.
    const summed = isTurned?.kind === 'integer' && isTurned.value === 1 ? 1 : 0;
    const fanIn = user.type === 'Conv' ? count / dims[0]! : dims[summed]!;
    const change = (u: number): number => {
      if ((user.type === 'Conv' || user.type === 'Gemm') && index === 1)
        return (u - 0.5) * 2 * Math.sqrt(6 / fanIn);
      const isScale = user.type === 'BatchNormalization' && (index === 1 || index === 4);
      return isScale || user.type === 'Mul' ? 0.75 + 0.5 * u : 0.1 * (u - 0.5);
    };
    const own = s++;
    const values = Float32Array.from({ length: count }, (_, i) => change(hashed(i, own)));
    filled.set(node.outputs[0]!, constantOf(node.outputs[0]!, 'float32', dims, values));
  }
  return filled;
}

describe.skipIf(onnxData === undefined)('topologies of ImageNet', () => {
  it.each(Object.entries(topologies).filter(([name]) => name !== 'vgg19'))(
    '%s is imported',
    (name, [classes, macs]) => {
      const { network, output } = importOnnx(onnxFile('light', `light_${name}.onnx`), name);

      expect(network.classes).toBe(classes);
      expect(output.dims.reduce((a, b) => a * b)).toBe(classes);
      expect(networkMacs(network) / 1e6 / macs).toBeCloseTo(1, 2);
    },
  );

  itLong('vgg19, whose weights take 574 MB, is imported', () => {
    const { network } = importOnnx(onnxFile('light', 'light_vgg19.onnx'), 'vgg19');

    expect(networkMacs(network) / 1e6 / topologies['vgg19']![1]).toBeCloseTo(1, 2);
  });

  const numbers = onnxData
    ? (JSON.parse(new TextDecoder().decode(onnxFile('light', 'filled.json'))) as Record<
        string,
        Filled
      >)
    : {};
  const check = (
    name: string,
  ): {
    readonly found: Float32Array;
    readonly wanted: readonly (readonly [number, number])[];
    readonly size: number;
  } => {
    const bytes = onnxFile('light', `${name}.onnx`);
    const graph = importGraph(bytes, name, { constants: fill(bytes, name) });
    if ('constant' in graph) throw new Error('no network');
    const { network, input } = graph;
    const { height, width, channels } = network.input;
    const count = height * width * channels;
    // Element i of n, counted as ONNX does (channel, row, column), is i / n.
    const data = new Float32Array(count);
    for (let i = 0; i < count; i++) {
      const c = Math.floor(i / (height * width));
      data[(i % (height * width)) * channels + c] = i / count;
    }
    const found = floatForward(network, { ...network.input, images: 1, data });
    const { top5, first8 } = numbers[name]!;
    expect(input.dims).toEqual([1, 3, 224, 224]);
    const wanted = [...top5, ...first8.map((value, k) => [k, value] as const)];
    return { found, wanted, size: Math.abs(top5[0]![1]) };
  };

  it.each(Object.keys(numbers).filter((name) => /shufflenet|squeezenet/.test(name)))(
    '%s with stated weights gives the outputs of ONNX Runtime',
    (name) => {
      const { found, wanted, size } = check(name);
      wanted.forEach(([k, value]) =>
        expect(Math.abs(found[k]! - value) / size, String(k)).toBeLessThan(1e-4),
      );
    },
  );

  for (const name of Object.keys(numbers).filter((one) => !/shufflenet|squeezenet/.test(one)))
    itLong(`${name} with stated weights gives the outputs of ONNX Runtime`, () => {
      const { found, wanted, size } = check(name);
      wanted.forEach(([k, value]) =>
        expect(Math.abs(found[k]! - value) / size, String(k)).toBeLessThan(1e-4),
      );
    });
});

describe.skipIf(onnxData === undefined)('networks of other exporters', () => {
  it.each(['conv2d_small_keras', 'conv2d_small_mp_keras', 'espcn-float', 'residual_block'])(
    '%s gives what the exporter promises',
    (name) => {
      const tensor = (file: string) => readTensorFile(name, file);
      const found = forwardOnnx(onnxFile('qonnx', name, 'model.onnx'), name, [
        tensor('input_0.pb'),
      ]);
      const wanted = tensor('output_0.pb');

      expect(found.dims).toEqual(wanted.dims);
      wanted.data.forEach((value, i) =>
        expect(Math.abs(found.data[i]! - value)).toBeLessThan(1e-5 + 1e-3 * Math.abs(value)),
      );
    },
  );
});

const readTensorFile = (name: string, file: string) =>
  readTensorProto(onnxFile('qonnx', name, file), file);

it('finds the files of others', ({ skip }) => {
  if (onnxData === undefined) skip(noOnnxData);
  expect(onnxFile('README.md').length).toBeGreaterThan(0);
});
