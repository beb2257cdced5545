// Every operator's gradients against finite differences of its own forward pass.
import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/core/random.ts';
import { multiply, reduce, reshape } from '../../src/train/arithmetic.ts';
import { Tape } from '../../src/train/gradients.ts';
import { elements, GraphBuilder, type Value } from '../../src/train/graph.ts';
import { averagePool, maxPool, relu } from '../../src/train/operators/activation.ts';
import { batchNorm } from '../../src/train/operators/batch-norm.ts';
import { addBias, crossEntropy, linear } from '../../src/train/operators/classifier.ts';
import { convolution } from '../../src/train/operators/convolution.ts';
import { addResidual, type ResidualPlace } from '../../src/train/operators/residual.ts';
import { type Filled, openGraph, runtime } from './onnx-runtime.ts';

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
  options: { readonly stride: number; readonly padding: number },
): Case => ({
  title: `convolution, ${title}`,
  shapes,
  build: (tape, inputs) => convolution(tape, at(inputs, 0), at(inputs, 1), options),
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
    build: (tape, inputs) => maxPool(tape, at(inputs, 0), 2),
    step: 1e-4,
  },
  {
    title: 'max-pool of an odd map',
    shapes: [[2, 2, 5, 7]],
    build: (tape, inputs) => maxPool(tape, at(inputs, 0), 2),
    step: 1e-4,
  },
  {
    title: 'max-pool 3x3',
    shapes: [[1, 2, 6, 7]],
    build: (tape, inputs) => maxPool(tape, at(inputs, 0), 3),
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
      const map = convolution(tape, at(inputs, 0), at(inputs, 1), { stride: 1, padding: 1 });
      const next = convolution(tape, map, at(inputs, 1), { stride: 1, padding: 1 });
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

describe.skipIf(!runtime)('gradients (needs onnxruntime-node)', () => {
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
    const pooled = maxPool(tape, input, 2);
    const loss = weightedSum(tape, pooled, graph.input('weights', pooled.shape));
    tape.gradients(loss, [input]).forEach((gradient) => graph.output('gradient', gradient));

    const run = await openGraph(graph.toBytes());
    const { gradient } = await run({
      input: { data: Float32Array.of(3, 3, 1, 1, 3, 0, 1, 1), shape: [1, 1, 2, 4] },
      weights: { data: Float32Array.of(6, 8), shape: [1, 1, 1, 2] },
    });

    expect([...(gradient ?? [])]).toEqual([2, 2, 2, 2, 2, 0, 2, 2]);
  });
});
