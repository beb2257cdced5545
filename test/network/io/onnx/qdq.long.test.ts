// Networks that were quantized before they were written as ONNX, against what ONNX Runtime gives for them, on all images.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'jpeg-js';
import { env, InferenceSession, Tensor } from 'onnxruntime-web';
import { describe, expect, it } from 'vitest';
import { useFastConvolutions } from '../../../../src/cli/wasm-threads.ts';
import { compress } from '../../../../src/compress/compress.ts';
import { isMacroLayer } from '../../../../src/compress/compressed-network.ts';
import { argmax } from '../../../../src/core/feature-map.ts';
import type { MultiplierBits } from '../../../../src/core/integer.ts';
import { readCifar } from '../../../../src/datasets/cifar.ts';
import type { ImageSet } from '../../../../src/datasets/image-set.ts';
import { floatOutputs } from '../../../../src/network/float-forward.ts';
import type { Network } from '../../../../src/network/network.ts';
import { readModel } from '../../../../src/network/io/onnx/model.ts';
import { readOnnx } from '../../../../src/network/io/onnx/read-onnx.ts';
import { readConstant } from '../../../../src/network/io/onnx/tensor.ts';
import { codeOf } from '../../../../src/network/ops/quantize.ts';
import { evaluateIntegers } from '../../../../src/train/run/evaluate.ts';
import { onnxData, onnxFile } from '../../../support/onnx-data.ts';
import { runtime } from '../../../train/onnx-runtime.ts';

/** How many images: MARS_QDQ_IMAGES of CIFAR-10 (10000 take ten minutes), MARS_QDQ_SAMPLES of ImageNet's samples. */
const count = Number(process.env['MARS_QDQ_IMAGES'] ?? 500);
const samples = Number(process.env['MARS_QDQ_SAMPLES'] ?? 20);
const cifar = join(process.env['MARS_DATA'] ?? '/', 'cifar10/test_batch.bin');

/** Rows and columns 16 ... 239 of samples of 256 x 256, every so many of them. */
function sampleSet(images: number): ImageSet {
  const names = readdirSync(join(onnxData ?? '', 'imagenet-samples'))
    .filter((name) => name.endsWith('.jpg'))
    .toSorted();
  const chosen = Array.from(
    { length: images },
    (_, i) => names[Math.floor((i * names.length) / images)]!,
  );
  const side = 224;
  const data = new Uint8Array(images * side * side * 3);
  const labels = new Uint16Array(images);
  let to = 0;
  for (const [i, name] of chosen.entries()) {
    const { data: pixels, width } = decode(onnxFile('imagenet-samples', name), { useTArray: true });
    labels[i] = Number(name.slice(0, 3));
    for (let y = 0; y < side; y++)
      for (let x = 0; x < side; x++)
        for (let c = 0; c < 3; c++) data[to++] = pixels[((y + 16) * width + x + 16) * 4 + c]!;
  }
  return {
    name: 'samples',
    classes: 1000,
    labels,
    images: { images, height: side, width: side, channels: 3, bits: 8, data },
  };
}
/** Scores that ONNX Runtime gives, level `basic`, order (image, class). */
async function scoresOf(
  bytes: Uint8Array,
  { images }: ImageSet,
  values: (pixel: number, channel: number) => number,
): Promise<Float32Array> {
  env.wasm.numThreads = 1;
  const session = await InferenceSession.create(bytes, { graphOptimizationLevel: 'basic' });
  const [inputName, outputName] = [session.inputNames[0]!, session.outputNames[0]!];
  const { height, width, channels, data } = images;
  const size = height * width * channels;
  const scores: number[] = [];
  for (let image = 0; image < images.images; image++) {
    const planes = Float32Array.from({ length: size }, (_, i) => {
      const c = Math.floor(i / (height * width));
      return values(data[image * size + (i % (height * width)) * channels + c]!, c);
    });
    const tensor = new Tensor('float32', planes, [1, channels, height, width]);
    const result = (await session.run({ [inputName]: tensor }))[outputName]!;
    scores.push(...(result.data as Float32Array));
  }
  return Float32Array.from(scores);
}

/** The codes that a file's last QuantizeLinear makes of scores. */
function scoreCodes(bytes: Uint8Array): (score: number) => number {
  const { nodes, initializers } = readModel(bytes, 'scores');
  const { inputs } = nodes.findLast(({ type }) => type === 'QuantizeLinear')!;
  const [scale, zero] = inputs
    .slice(1)
    .map((name) => readConstant(initializers.get(name)!, [name]));
  const low = zero!.type === 'int8' ? -128 : 0;
  const code = codeOf({
    scale: Number(scale!.data[0]),
    zero: Number(zero!.data[0]),
    low,
    high: low + 255,
  });
  return (score) => code(Math.fround(score));
}

interface Agreement {
  readonly images: number;
  /** Images of which both have the same best class, the first of several, in the codes of the file. */
  readonly same: number;
  /** The same, where any of several best classes of ONNX Runtime counts. */
  readonly sameOrTied: number;
  /** Right in the codes of the file, where several classes can be best and the first of them counts. */
  readonly right: number;
  readonly rightInRuntime: number;
  /** Right by our sums, which are finer than codes: what the chip gives. */
  readonly rightBySums: number;
}

/** What two ways to compute the same network give. */
function compared(
  { labels, classes }: ImageSet,
  scores: Float32Array,
  own: Float32Array,
  code: (score: number) => number,
): Agreement {
  const found = { same: 0, sameOrTied: 0, right: 0, rightInRuntime: 0, rightBySums: 0 };
  for (const [i, label] of labels.entries()) {
    const part = [i * classes, (i + 1) * classes] as const;
    const wanted = scores.subarray(...part);
    const sums = own.subarray(...part);
    const [mine, other] = [argmax(sums.map(code)), argmax(wanted)];
    if (mine === other) found.same += 1;
    if (wanted[mine] === wanted[other]) found.sameOrTied += 1;
    if (mine === label) found.right += 1;
    if (other === label) found.rightInRuntime += 1;
    if (argmax(sums) === label) found.rightBySums += 1;
  }
  return { images: labels.length, ...found };
}

/** The integer network's scores, in the units of the file's. */
async function integerScores(
  network: Network,
  set: ImageSet,
  multiplierBits: MultiplierBits,
): Promise<Float32Array> {
  const compressed = compress(network, { multiplierBits });
  const last = compressed.layers.at(-1)!;
  const unit = isMacroLayer(last) ? last.weightScale * last.inputScale : 1;
  const sums = await evaluateIntegers(compressed, set, runtime);
  return sums.map((sum) => sum * unit);
}

const part = (set: ImageSet, images: number): ImageSet => {
  const { height, width, channels, data } = set.images;
  return {
    ...set,
    labels: set.labels.subarray(0, images),
    images: { ...set.images, images, data: data.subarray(0, images * height * width * channels) },
  };
};

describe.skipIf(onnxData === undefined)('networks of 8-bit integers', () => {
  it.skipIf(!existsSync(cifar))(
    'resnet8',
    async () => {
      const bytes = onnxFile('trained', 'resnet8-cifar10-qdq.onnx');
      const network = readOnnx(bytes, 'resnet8', { norm: { range: 255 } });
      const set = part(readCifar(new Uint8Array(readFileSync(cifar)), 'cifar10', cifar), count);
      const scores = await scoresOf(bytes, set, (pixel) => pixel);
      const code = scoreCodes(bytes);

      const fine = compared(set, scores, await integerScores(network, set, 16), code);
      const coarse = compared(set, scores, await integerScores(network, set, 8), code);

      const all = JSON.stringify({ fine, coarse });
      expect(fine.same, all).toBeGreaterThanOrEqual(0.98 * fine.images);
      const least = fine.rightInRuntime - 0.01 * fine.images;
      expect(fine.right, all).toBeGreaterThanOrEqual(least);
    },
    3_000_000,
  );

  it('mobilenetv2', async () => {
    await useFastConvolutions();
    const bytes = onnxFile('trained', 'mobilenetv2-imagenet-qdq.onnx');
    const norm = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] };
    const network = readOnnx(bytes, 'mobilenetv2', { norm });
    const set = sampleSet(samples);
    const scores = await scoresOf(
      bytes,
      set,
      (pixel, c) => (pixel / 255 - norm.mean[c]!) / norm.std[c]!,
    );
    const code = scoreCodes(bytes);

    const fine = compared(set, scores, await integerScores(network, set, 16), code);
    const coarse = compared(set, scores, await integerScores(network, set, 8), code);
    // The same network in 32-bit floats that are added in another order: where a sum lies between two codes, what follows differs.
    const real = compared(set, scores, floatOutputs(network, set.images), code);

    const all = JSON.stringify({ fine, coarse, real });
    // Whether two shares of n images are the same: with the share p of both together each count has a deviation of
    // sqrt(n p (1 - p)), and three deviations of the difference are allowed to chance.
    const share = (fine.same + real.same) / (2 * real.images);
    const chance = 3 * Math.sqrt(2 * real.images * share * (1 - share));
    expect(fine.same, all).toBeGreaterThanOrEqual(real.same - chance);
    // A point; of fewer than 100 images one image is more than that.
    const least = fine.rightInRuntime - Math.max(1, 0.01 * fine.images);
    expect(fine.right, all).toBeGreaterThanOrEqual(least);
  }, 3_000_000);
});
