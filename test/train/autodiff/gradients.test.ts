// Every operator's gradients against finite differences of its own forward pass.
import { describe, expect, it } from 'vitest';
import { uniform } from '../../../src/core/random.ts';
import { symmetricWindow, tilingWindow, type Window } from '../../../src/core/window.ts';
import { multiply, reduce, reshape } from '../../../src/train/autodiff/arithmetic.ts';
import { Tape } from '../../../src/train/autodiff/gradients.ts';
import { elements, GraphBuilder, type Value } from '../../../src/train/autodiff/graph.ts';
import { averagePool, maxPool, relu } from '../../../src/train/operators/activation.ts';
import { batchNorm } from '../../../src/train/operators/batch-norm.ts';
import { addBias, crossEntropy, linear } from '../../../src/train/operators/classifier.ts';
import { convolution, convolve } from '../../../src/train/operators/convolution.ts';
import {
  addStored,
  averageStored,
  quantizeBias,
  quantizeWeights,
  requantize,
  scaled,
} from '../../../src/train/operators/quantize.ts';
import { addResidual, type ResidualPlace } from '../../../src/train/operators/residual.ts';
import { type Filled, openGraph } from '../onnx-runtime.ts';

interface Case {
  readonly title: string;
  readonly shapes: readonly (readonly number[])[];
  readonly build: (tape: Tape, inputs: readonly Value[]) => Value;
  /** Half the difference taken; small for operators with bends. */
  readonly step?: number;
}

const at = (values: readonly Value[], i: number): Value => values[i] as Value;

const conv = (
  title: string,
  shapes: readonly (readonly number[])[],
  moves: NonNullable<Parameters<typeof symmetricWindow>[2]> | Omit<Window, 'height' | 'width'>,
): Case => ({
  title: `convolution, ${title}`,
  shapes,
  build: (tape, inputs) => {
    const [, , height = 1, width = 1] = at(inputs, 1).shape;
    const window =
      'pads' in moves ? { height, width, ...moves } : symmetricWindow(height, width, moves);
    return convolution(tape, at(inputs, 0), at(inputs, 1), window);
  },
});

const residual = (
  title: string,
  sum: readonly number[],
  added: readonly number[],
  place: ResidualPlace,
): Case => ({
  title: `residual, ${title}`,
  shapes: [sum, added],
  build: (tape, inputs) => addResidual(tape, at(inputs, 0), at(inputs, 1), place),
});

const cases: readonly Case[] = [
  conv(
    '3x3, padding 1, many channels',
    [
      [2, 8, 5, 6],
      [4, 8, 3, 3],
    ],
    { stride: 1, padding: 1 },
  ),
  conv(
    '3x3, padding 1, one channel',
    [
      [2, 1, 6, 5],
      [4, 1, 3, 3],
    ],
    { stride: 1, padding: 1 },
  ),
  conv(
    '3x3 without padding',
    [
      [2, 8, 5, 5],
      [3, 8, 3, 3],
    ],
    { stride: 1, padding: 0 },
  ),
  conv(
    '3x3, stride 2 on an even map',
    [
      [2, 8, 6, 6],
      [4, 8, 3, 3],
    ],
    { stride: 2, padding: 1 },
  ),
  conv(
    '3x3, stride 2 on an odd map',
    [
      [2, 3, 7, 5],
      [4, 3, 3, 3],
    ],
    { stride: 2, padding: 1 },
  ),
  conv(
    '3x3 on a large map',
    [
      [2, 8, 17, 16],
      [3, 8, 3, 3],
    ],
    { stride: 1, padding: 1 },
  ),
  conv(
    '3x5 on a large map without padding',
    [
      [1, 5, 18, 21],
      [3, 5, 3, 5],
    ],
    { stride: 1, padding: 0 },
  ),
  conv(
    '3x3, many channels on few pixels',
    [
      [3, 40, 2, 2],
      [40, 40, 3, 3],
    ],
    { stride: 1, padding: 1 },
  ),
  conv(
    '1x1',
    [
      [3, 5, 4, 4],
      [6, 5, 1, 1],
    ],
    { stride: 1, padding: 0 },
  ),
  conv(
    '1x1, stride 2',
    [
      [2, 4, 6, 5],
      [6, 4, 1, 1],
    ],
    { stride: 2, padding: 0 },
  ),
  conv(
    '5x3 kernel',
    [
      [1, 5, 7, 7],
      [2, 5, 5, 3],
    ],
    { stride: 1, padding: 1 },
  ),
  conv(
    '3x2 with holes, padded more on one side',
    [
      [2, 3, 7, 6],
      [4, 3, 3, 2],
    ],
    { strides: [1, 1], pads: [0, 2, 3, 1], dilations: [2, 3] },
  ),
  conv(
    '3x3 with holes that keeps the size of its map',
    [
      [2, 8, 6, 5],
      [4, 8, 3, 3],
    ],
    { strides: [1, 1], pads: [1, 2, 3, 2], dilations: [2, 2] },
  ),
  conv(
    '2x3 with holes, other strides down than across',
    [
      [2, 8, 8, 9],
      [4, 8, 2, 3],
    ],
    { strides: [3, 2], pads: [1, 0, 0, 3], dilations: [3, 2] },
  ),
  conv(
    'pads larger than the kernel',
    [
      [2, 3, 3, 4],
      [4, 3, 2, 2],
    ],
    { strides: [1, 1], pads: [3, 2, 0, 3], dilations: [1, 1] },
  ),
  conv(
    'pads larger than the map',
    [
      [2, 8, 2, 2],
      [3, 8, 3, 3],
    ],
    { strides: [1, 1], pads: [3, 3, 3, 3], dilations: [3, 3] },
  ),
  {
    title: 'convolution with a bias',
    shapes: [[2, 3, 4, 5], [6, 3, 3, 3], [6]],
    build: (tape, inputs) =>
      convolve(
        tape,
        { input: at(inputs, 0), weights: at(inputs, 1), bias: at(inputs, 2) },
        symmetricWindow(3, 3, { padding: 1 }),
      ),
  },
  {
    title: 'batch norm',
    shapes: [[3, 4, 3, 3], [4], [4]],
    build: (tape, inputs) =>
      batchNorm(tape, at(inputs, 0), { gamma: at(inputs, 1), beta: at(inputs, 2), epsilon: 1e-5 })
        .output,
  },
  {
    title: 'ReLU',
    shapes: [[2, 3, 4]],
    build: (tape, inputs) => relu(tape, at(inputs, 0)),
    step: 1e-3,
  },
  {
    title: 'max-pool',
    shapes: [[2, 3, 4, 6]],
    build: (tape, inputs) => maxPool(tape, at(inputs, 0), tilingWindow(2)),
    step: 1e-4,
  },
  {
    title: 'max-pool of an odd map',
    shapes: [[2, 2, 5, 7]],
    build: (tape, inputs) => maxPool(tape, at(inputs, 0), tilingWindow(2)),
    step: 1e-4,
  },
  ...(
    [
      [
        '3x3 that overlaps, as in the first stage of a ResNet',
        [2, 3, 7, 8],
        symmetricWindow(3, 3, { stride: 2, padding: 1 }),
      ],
      [
        '2x3 with holes, padded on one side, with rows that no window sees',
        [2, 2, 9, 8],
        { height: 2, width: 3, strides: [3, 1], pads: [1, 0, 0, 2], dilations: [2, 2] },
      ],
      ['of the whole map', [2, 3, 3, 4], symmetricWindow(3, 4)],
    ] satisfies [string, number[], Window][]
  ).flatMap(([title, shape, window]): Case[] => [
    {
      title: `max-pool ${title}`,
      shapes: [shape],
      build: (tape, inputs) => maxPool(tape, at(inputs, 0), window),
      step: 1e-4,
    },
    ...[true, false].map((countIncludePad) => ({
      title: `average pool ${title}, padding ${countIncludePad ? 'counted' : 'not counted'}`,
      shapes: [shape],
      build: (tape: Tape, inputs: readonly Value[]) =>
        averagePool(tape, at(inputs, 0), { window, countIncludePad }),
    })),
  ]),
  {
    title: 'max-pool 3x3',
    shapes: [[1, 2, 6, 7]],
    build: (tape, inputs) => maxPool(tape, at(inputs, 0), tilingWindow(3)),
    step: 1e-4,
  },
  {
    title: 'average pool',
    shapes: [[2, 3, 4, 5]],
    build: (tape, inputs) => averagePool(tape, at(inputs, 0)),
  },
  residual('identity', [2, 3, 4, 5], [2, 3, 4, 5], { stride: 1, channelOffset: 0 }),
  residual('into more channels', [2, 7, 3, 3], [2, 3, 3, 3], { stride: 1, channelOffset: 2 }),
  residual('every second pixel of an even map (option A)', [2, 4, 3, 4], [2, 2, 6, 8], {
    stride: 2,
    channelOffset: 1,
  }),
  residual('every second pixel of an odd map', [1, 4, 3, 4], [1, 4, 5, 7], {
    stride: 2,
    channelOffset: 0,
  }),
  residual('every third pixel', [1, 3, 2, 3], [1, 1, 5, 8], { stride: 3, channelOffset: 2 }),
  {
    title: 'a map that a convolution reads and a shortcut adds',
    shapes: [
      [2, 3, 4, 4],
      [3, 3, 3, 3],
    ],
    build: (tape, inputs) => {
      const map = convolution(
        tape,
        at(inputs, 0),
        at(inputs, 1),
        symmetricWindow(3, 3, { padding: 1 }),
      );
      const next = convolution(tape, map, at(inputs, 1), symmetricWindow(3, 3, { padding: 1 }));
      return addResidual(tape, next, map, { stride: 1, channelOffset: 0 });
    },
  },
  {
    title: 'linear',
    shapes: [
      [3, 2, 2, 2],
      [5, 8],
    ],
    build: (tape, inputs) => linear(tape, at(inputs, 0), at(inputs, 1)),
  },
  {
    title: 'bias of a linear layer',
    shapes: [[3, 4], [4]],
    build: (tape, inputs) => addBias(tape, at(inputs, 0), at(inputs, 1)),
  },
  {
    title: 'bias of a convolution',
    shapes: [[3, 4, 2, 3], [4]],
    build: (tape, inputs) => addBias(tape, at(inputs, 0), at(inputs, 1)),
  },
  {
    title: 'a tensor used twice',
    shapes: [
      [2, 5],
      [5, 5],
    ],
    build: (tape, inputs) =>
      linear(tape, linear(tape, at(inputs, 0), at(inputs, 1)), at(inputs, 1)),
  },
];

const randomFill = (shape: readonly number[], stream: number): Filled => ({
  shape,
  data: Float32Array.from({ length: elements(shape) }, (_, i) => 2 * uniform(3, stream, i) - 1),
});

/** Records the sum of `output` times fixed weights, a loss that no gradient can escape. */
function weightedSum(tape: Tape, output: Value, weights: Value): Value {
  const { graph } = tape;
  const products = reshape(graph, multiply(graph, output, weights), [elements(output.shape)]);
  const loss = reduce(graph, 'ReduceSum', products, { axes: [0], keep: false });
  return tape.record(loss, [output], [(gradient) => multiply(graph, weights, gradient)]);
}

async function largestError({ shapes, build, step = 1e-2 }: Case): Promise<number> {
  const graph = new GraphBuilder('gradient check');
  const tape = new Tape(graph);
  const values = shapes.map((shape, i) => graph.input(`input${i}`, shape));
  const output = build(tape, values);
  const weights = randomFill(output.shape, 99);
  const gradients = tape.gradients(
    weightedSum(tape, output, graph.input('weights', output.shape)),
    values,
  );
  graph.output('output', output);
  gradients.forEach((gradient, i) => graph.output(`gradient${i}`, gradient));
  const run = await openGraph(graph.toBytes());
  const inputs = Object.fromEntries(shapes.map((shape, i) => [`input${i}`, randomFill(shape, i)]));

  const exact = await run({ ...inputs, weights });
  const lossAt = async (name: string, index: number, change: number): Promise<number> => {
    const { data, shape } = inputs[name] as Filled;
    const moved = data.with(index, (data[index] as number) + change);
    const results = await run({ ...inputs, weights, [name]: { data: moved, shape } });
    // Summed here in double precision: the difference of two sums of 32-bit numbers would be mostly rounding.
    return (results['output'] as Float32Array).reduce(
      (sum, y, i) => sum + y * (weights.data[i] as number),
      0,
    );
  };
  let worst = 0;
  for (const [i, name] of Object.keys(inputs).entries()) {
    const gradient = exact[`gradient${i}`] as Float32Array;
    const scale = Math.max(...gradient.map(Math.abs));
    for (let index = 0; index < gradient.length; index += Math.ceil(gradient.length / 40)) {
      const slope =
        ((await lossAt(name, index, step)) - (await lossAt(name, index, -step))) / (2 * step);
      worst = Math.max(worst, Math.abs(slope - (gradient[index] as number)) / scale);
    }
  }
  return worst;
}

describe('gradients', () => {
  it.each(cases)('are those of finite differences: $title', async (oneCase) => {
    // Rounding of 32-bit outputs of size 1, divided by the step, is below 1e-3 of the gradient for all steps used.
    expect(await largestError(oneCase)).toBeLessThan(5e-3);
  });

  it('are those of finite differences: cross-entropy', async () => {
    const targets = Float32Array.of(0, 1, 0, 0.5, 0.25, 0.25);
    const logits = Float32Array.of(1, -2, 0.5, 3, 0, -1);
    const shape = [2, 3];
    const graph = new GraphBuilder('loss');
    const tape = new Tape(graph);
    const value = graph.input('logits', shape);
    const loss = crossEntropy(tape, value, graph.input('targets', shape));
    graph.output('loss', loss);
    tape.gradients(loss, [value]).forEach((gradient) => graph.output('gradient', gradient));

    const run = await openGraph(graph.toBytes());
    const result = await run({
      logits: { data: logits, shape },
      targets: { data: targets, shape },
    });

    const plainLoss = (z: Float32Array): number => {
      let sum = 0;
      for (let row = 0; row < 2; row++) {
        const part = z.subarray(3 * row, 3 * row + 3);
        const logSum = Math.log(part.reduce((total, x) => total + Math.exp(x), 0));
        part.forEach((x, i) => (sum -= ((targets[3 * row + i] as number) * (x - logSum)) / 2));
      }
      return sum;
    };
    expect(result['loss']?.[0]).toBeCloseTo(plainLoss(logits), 5);
    result['gradient']?.forEach((gradient, i) => {
      const slope = (d: number): number => plainLoss(logits.with(i, (logits[i] as number) + d));
      expect(gradient).toBeCloseTo((slope(0.01) - slope(-0.01)) / 0.02, 3);
    });
  });

  it('share a maximum that several pixels of a window have', async () => {
    const graph = new GraphBuilder('ties');
    const tape = new Tape(graph);
    const input = graph.input('input', [1, 1, 2, 4]);
    const pooled = maxPool(tape, input, tilingWindow(2));
    const loss = weightedSum(tape, pooled, graph.input('weights', pooled.shape));
    tape.gradients(loss, [input]).forEach((gradient) => graph.output('gradient', gradient));

    const run = await openGraph(graph.toBytes());
    const { gradient } = await run({
      input: { data: Float32Array.of(3, 3, 1, 1, 3, 0, 1, 1), shape: [1, 1, 2, 4] },
      weights: { data: Float32Array.of(6, 8), shape: [1, 1, 1, 2] },
    });

    expect([...(gradient ?? [])]).toEqual([2, 2, 2, 2, 2, 0, 2, 2]);
  });

  it('share a maximum that several overlapping windows have, and give none to padding', async () => {
    const graph = new GraphBuilder('ties');
    const tape = new Tape(graph);
    const input = graph.input('input', [1, 1, 1, 3]);
    const window = { ...symmetricWindow(1, 2), pads: [0, 1, 0, 1] } as const;
    const pooled = maxPool(tape, input, window);
    const loss = weightedSum(tape, pooled, graph.input('weights', pooled.shape));
    tape.gradients(loss, [input]).forEach((gradient) => graph.output('gradient', gradient));

    const run = await openGraph(graph.toBytes());
    const { gradient } = await run({
      input: { data: Float32Array.of(0, 0, -2), shape: [1, 1, 1, 3] },
      weights: { data: Float32Array.of(6, 8, 10, 12), shape: [1, 1, 1, 4] },
    });

    // Windows: (pad, 0), (0, 0), (0, -2), (-2, pad).
    expect([...(gradient ?? [])]).toEqual([6 + 4, 4 + 10, 12]);
  });

  // Rounding has no slope, so that finite differences see it only as noise: with thousands of codes it is small.
  it.each([
    { title: 'after ReLU', low: 0 },
    { title: 'signed', low: -3000 },
  ])('of requantization are those of a clipped function: $title', async ({ low }) => {
    const high = 5000;
    const sums = randomFill([20, 3, 2, 2], 1); // more images than the scale's gradient is sampled from
    const graph = new GraphBuilder('requantize');
    const tape = new Tape(graph);
    const shape = sums.shape;
    const [input, scale, factor] = [
      graph.input('sums', shape),
      graph.input('scale', []),
      graph.input('factor', []),
    ];
    const codes = requantize(tape, input, { factor, scale, low, high });
    // The real value is code times scale; by how the scale moves codes is the operator's own business.
    const weights = graph.input('weights', shape);
    const loss = weightedSum(tape, scaled(tape, codes, scale), weights);
    tape.gradients(loss, [input, scale]).forEach((g, i) => graph.output(`gradient${i}`, g));
    const run = await openGraph(graph.toBytes());
    const unit = 1 / 9000;
    const weightsFill = { data: new Float32Array(240).fill(1), shape };
    const number = (value: number) => ({ data: Float32Array.of(value), shape: [] });
    const exact = await run({
      sums,
      scale: number(unit),
      factor: number(1 / unit),
      weights: weightsFill,
    });

    const clipped = (x: number, s: number): number => Math.max(low * s, Math.min(high * s, x)); // sums in real units
    sums.data.forEach((x, i) => {
      const slope = (clipped(x + 1e-4, unit) - clipped(x - 1e-4, unit)) / 2e-4;
      expect(exact['gradient0']?.[i]).toBeCloseTo(Math.round(slope), 3);
    });
    // Of the first 16 images, times 20 / 16: what is clipped moves with the scale; the rest adds only its rounding, at
    // most half a unit for each of 192 values.
    const expected = sums.data.subarray(0, 192).reduce((sum, x) => {
      const units = x / unit;
      return sum + (units > high ? high : units < low ? low : 0) * (20 / 16);
    }, 0);
    const found = exact['gradient1']?.[0] ?? NaN;
    expect(Math.abs(found - expected)).toBeLessThan((192 / 2) * (20 / 16));
    expect(Math.abs(expected)).toBeGreaterThan(2000);
  });

  it.each(['linear', 'tanh'] as const)(
    'of quantized weights are those without rounding, and LSQ’s for the scale: %s',
    async (form) => {
      const weights = randomFill([40], 2);
      const graph = new GraphBuilder('weights');
      const tape = new Tape(graph);
      const input = graph.input('input', [40]);
      const scale = graph.input('scale', []);
      const highest = 7;
      const codes = quantizeWeights(tape, input, { scale, highest, form });
      const loss = weightedSum(tape, codes, graph.input('weights', [40]));
      graph.output('codes', codes);
      tape.gradients(loss, [input, scale]).forEach((g, i) => graph.output(`gradient${i}`, g));
      const run = await openGraph(graph.toBytes());
      const unit = 0.08; // 7 units are 0.56: a good part is clipped

      const result = await run({
        input: weights,
        scale: { data: Float32Array.of(unit), shape: [] },
        weights: { data: new Float32Array(40).fill(1), shape: [40] },
      });

      let scaleSlope = 0;
      weights.data.forEach((w, i) => {
        const units = (form === 'tanh' ? Math.tanh(w) : w) / unit;
        const code = Math.max(-highest, Math.min(highest, Math.round(units)));
        const inside = Math.abs(units) <= highest;
        const slope = inside ? (form === 'tanh' ? 1 - Math.tanh(w) ** 2 : 1) / unit : 0;
        expect(result['codes']?.[i]).toBeCloseTo(code, 6);
        expect(result['gradient0']?.[i]).toBeCloseTo(slope, 3);
        scaleSlope += (code - (inside ? units : 0)) / unit;
      });
      expect(result['gradient1']?.[0]).toBeCloseTo(scaleSlope, 2);
    },
  );

  it('of a stored map that is added, of a rounded mean and of a rounded bias ignore rounding', async () => {
    const graph = new GraphBuilder('stored');
    const tape = new Tape(graph);
    const map = graph.input('map', [1, 2, 4, 4]);
    const sums = graph.input('sums', [1, 4, 2, 2]);
    const bias = graph.input('bias', [4]);
    const factor = graph.input('factor', []);
    const place = { stride: 2, channelOffset: 1, factor };
    const shifted = addBias(tape, sums, quantizeBias(tape, bias, factor));
    const mean = averageStored(tape, addStored(tape, shifted, map, place));
    const loss = weightedSum(tape, mean, graph.input('weights', mean.shape));
    graph.output('mean', mean);
    tape.gradients(loss, [map, sums, bias]).forEach((g, i) => graph.output(`gradient${i}`, g));
    const run = await openGraph(graph.toBytes());

    const result = await run({
      map: { data: Float32Array.from({ length: 32 }, (_, i) => i), shape: map.shape },
      sums: { data: Float32Array.from({ length: 16 }, (_, i) => i * i), shape: sums.shape },
      bias: { data: Float32Array.of(1, 2, 3, 4), shape: [4] },
      factor: { data: Float32Array.of(0.75), shape: [] },
      weights: { data: Float32Array.of(1, 2, 3, 4), shape: mean.shape },
    });

    const plainMean = [0, 1, 2, 3].map((c) => {
      let sum = 0;
      for (let y = 0; y < 2; y++)
        for (let x = 0; x < 2; x++) {
          const own = (c * 4 + y * 2 + x) ** 2 + Math.round((c + 1) / 0.75);
          const added = c === 0 || c === 3 ? 0 : (c - 1) * 16 + y * 8 + x * 2;
          sum += own + Math.floor(added * 0.75 + 0.5);
        }
      return Math.floor(sum / 4 + 0.5);
    });
    expect([...(result['mean'] ?? [])]).toEqual(plainMean);
    // 1 / 4 of the weight for each sum; times the factor for each second pixel of the two channels in the middle.
    expect([...(result['gradient1'] ?? [])]).toEqual(
      [1, 2, 3, 4].flatMap((w) => Array<number>(4).fill(w / 4)),
    );
    expect([...(result['gradient0'] ?? [])]).toEqual(
      [2, 3].flatMap((w) =>
        Array.from({ length: 16 }, (_, i) => (i % 2 === 0 && i % 8 < 4 ? (0.75 * w) / 4 : 0)),
      ),
    );
    result['gradient2']?.forEach((g, i) => expect(g).toBeCloseTo((i + 1) / 0.75, 5));
  });
});
