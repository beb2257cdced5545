import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  checkMatrixVectorCase,
  matrixVector,
  type MatrixVectorCase,
} from '../../src/pipeline/matrix-vector.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { caught } from '../support/caught.ts';
import { holdsEventually } from '../support/property.ts';
import { drawFrom } from '../../src/measure/draw.ts';

const small: MatrixVectorCase = {
  wordLinesOn: 16,
  inputBitsPerPhase: 2,
  adc: { bits: 6, step: 1, offset: 0 },
  weightBits: 8,
  inputBits: 8,
  weights: [
    [1, -2, 3],
    [127, -128, 0],
  ],
  inputs: [
    [10, 20, 30],
    [255, 255, 255],
    [0, 0, 0],
  ],
};

const run = (one: MatrixVectorCase): ReturnType<typeof matrixVector> =>
  matrixVector(one, openReference(), 'case.json');

const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** A case of any shape whose ADC loses nothing. */
function losslessCase(seed: number): MatrixVectorCase {
  const draw = drawFrom(seed);
  // An 8-bit ADC holds sums up to 255: 15 per word line at 4 bits per phase, 3 at 2, 1 at 1.
  const [inputBitsPerPhase, most] = [[1, 64] as const, [2, 64] as const, [4, 17] as const][
    draw(0, 2)
  ]!;
  const weightBits = draw(2, 8);
  const inputBits = draw(1, 8);
  const half = 2 ** (weightBits - 1);
  const length = draw(1, 100);
  const rows = (count: number, low: number, high: number): number[][] =>
    Array.from({ length: count }, () => Array.from({ length }, () => draw(low, high)));
  return {
    wordLinesOn: draw(1, most),
    inputBitsPerPhase,
    adc: { bits: 8, step: 1, offset: 0 },
    weightBits,
    inputBits,
    weights: rows(draw(1, 5), -half, half - 1),
    inputs: rows(draw(1, 3), 0, 2 ** inputBits - 1),
  };
}

describe('matrixVector', () => {
  it('gives the dot products by hand', async () => {
    const { outputs, saturatedReads, columnReads } = await run(small);

    expect(outputs).toEqual([
      [10 - 40 + 90, 1270 - 2560],
      [2 * 255, -255],
      [0, 0],
    ]);
    expect(saturatedReads).toBe(0);
    // 3 batch entries x 1 group x 2 rows x 8 bits x 4 phases.
    expect(columnReads).toBe(3 * 2 * 8 * 4);
  });

  it('gives plain dot products for any case whose ADC loses nothing', async () => {
    await holdsEventually(
      fc.asyncProperty(fc.integer({ min: 0, max: 1e6 }), async (seed) => {
        const one = checkMatrixVectorCase(losslessCase(seed), 'case.json');

        const { outputs, saturatedReads } = await run(one);

        const plain = one.inputs.map((input) => one.weights.map((row) => dot(row, input) + 0));
        expect(outputs).toEqual(plain);
        expect(saturatedReads).toBe(0);
      }),
      40,
    );
  });

  it('fills the last group with nothing', async () => {
    const weights = [Array.from({ length: 17 }, (_, i) => i - 8)];
    const inputs = [Array.from({ length: 17 }, (_, i) => 3 * i)];

    const { outputs, columnReads } = await run({ ...small, weights, inputs });

    expect(outputs).toEqual([[dot(weights[0]!, inputs[0]!)]]);
    // Two groups.
    expect(columnReads).toBe(2 * 8 * 4);
  });

  it('saturates with an ADC of fewer bits, and counts it', async () => {
    const weights = [new Array<number>(16).fill(1)];
    const inputs = [new Array<number>(16).fill(3)];

    const five = await run({ ...small, adc: { bits: 5, step: 1, offset: 0 }, weights, inputs });

    // The lowest weight bit sees 48 in the first phase, of which 31 remain; all other sums are 0.
    expect(five).toEqual({ outputs: [[31]], saturatedReads: 1, columnReads: 8 * 4 });
  });

  it('rounds to the steps of the ADC', async () => {
    const weights = [[1, 0]];
    const adc = { bits: 6, step: 2, offset: 0 };

    const { outputs } = await run({
      ...small,
      adc,
      weights,
      inputs: [
        [1, 0],
        [2, 0],
        [3, 0],
      ],
    });

    // One unit is half a step, which rounds up to 2; three units are one and a half, which round to 4.
    expect(outputs).toEqual([[2], [2], [4]]);
  });

  it('has the noise that the case states', async () => {
    const noise = { read: 0.5, offset: 0.3, gain: 0.02, cell: 0.05 };
    const ideal = await run(small);

    for (const kind of ['read', 'offset', 'gain', 'cell'] as const) {
      const one = { ...small, noise: { [kind]: 10 * noise[kind] } };
      expect((await run(one)).outputs, kind).not.toEqual(ideal.outputs);
    }
    expect(await run({ ...small, noise: {} })).toEqual(ideal);
    expect(await run({ ...small, noise })).toEqual(await run({ ...small, noise, seed: 1 }));
    expect(await run({ ...small, noise })).not.toEqual(await run({ ...small, noise, seed: 2 }));
  });

  it('draws the read noise of each batch entry anew, and keeps what is fixed', async () => {
    const inputs = [small.inputs[1]!, small.inputs[1]!];

    const [read, fixed] = [
      await run({ ...small, inputs, noise: { read: 1 } }),
      await run({ ...small, inputs, noise: { offset: 1, gain: 0.1, cell: 0.1 } }),
    ];

    expect(read.outputs[1]).not.toEqual(read.outputs[0]);
    expect(fixed.outputs[1]).toEqual(fixed.outputs[0]);
  });

  it('clamps sums beyond 32 bits', async () => {
    const huge = {
      ...small,
      wordLinesOn: 64,
      inputBitsPerPhase: 4 as const,
      adc: { bits: 8, step: 10, offset: 0 },
      weights: [new Array<number>(65536).fill(127), new Array<number>(65536).fill(-128)],
      inputs: [new Array<number>(65536).fill(255)],
    };

    // A bit line carries 64 * 15 = 960: code 96 of 10 loses nothing, and 65536 * 128 * 255 = 2.14e9 fits. Code 16 of 61
    // stands for 976, and 1024 * 127 * 17 * 976 = 2.16e9 does not.
    expect((await run(huge)).outputs).toEqual([[65536 * 127 * 255, -65536 * 128 * 255]]);
    expect((await run({ ...huge, adc: { bits: 8, step: 61, offset: 0 } })).outputs).toEqual([
      [2 ** 31 - 1, -(2 ** 31)],
    ]);
  });
});

describe('checkMatrixVectorCase', () => {
  it('gives back a case that is right', () => {
    expect(checkMatrixVectorCase(small, 'case.json')).toEqual(small);
  });

  it.each<[string, object, string]>([
    [
      'ragged weights',
      {
        weights: [
          [1, 2, 3],
          [4, 5],
        ],
      },
      'weights[1]',
    ],
    [
      'ragged inputs',
      {
        inputs: [
          [1, 2, 3],
          [1, 2, 3, 4],
        ],
      },
      'inputs[1]',
    ],
    ['inputs of another length', { inputs: [[1, 2]] }, 'inputs[0]'],
    ['a negative input', { inputs: [[1, -2, 3]] }, 'inputs[0][1]'],
    ['an input of 9 bits', { inputs: [[1, 2, 256]] }, 'inputs[0][2]'],
    ['an input beyond its bits', { inputBits: 3, inputs: [[7, 8, 0]] }, 'inputs[0][1]'],
    ['a weight above its bits', { weights: [[128, 0, 0]] }, 'weights[0][0]'],
    [
      'a weight below its bits',
      {
        weights: [
          [0, 0, 0],
          [0, -129, 0],
        ],
      },
      'weights[1][1]',
    ],
    ['a weight of 2 bits', { weightBits: 2, weights: [[1, -2, 2]] }, 'weights[0][2]'],
  ])('refuses %s', (_, change, where) => {
    expect(caught(() => checkMatrixVectorCase({ ...small, ...change }, 'case.json'))).toMatchObject(
      { kind: 'input', where: ['case.json', where] },
    );
  });

  it.each<[string, object, string]>([
    ['a weight that is no number', { weights: [[1, NaN, 3]] }, 'weights.0.1'],
    ['a weight that is text', { weights: [[1, '2', 3]] }, 'weights.0.1'],
    ['half a weight', { weights: [[1, 2.5, 3]] }, 'weights.0.1'],
    ['no weights', { weights: [] }, 'weights'],
    ['an empty row', { weights: [[]] }, 'weights.0'],
    ['no inputs', { inputs: [] }, 'inputs'],
    ['65 word lines', { wordLinesOn: 65 }, 'wordLinesOn'],
    ['no word lines', { wordLinesOn: 0 }, 'wordLinesOn'],
    ['3 bits in a phase', { inputBitsPerPhase: 3 }, 'inputBitsPerPhase'],
    ['weights of one bit', { weightBits: 1 }, 'weightBits'],
    ['an ADC without bits', { adc: { bits: 0, step: 1, offset: 0 } }, 'adc.bits'],
    ['a step of zero', { adc: { bits: 6, step: 0, offset: 0 } }, 'adc.step'],
    ['negative noise', { noise: { read: -1 } }, 'noise.read'],
    ['noise of 17 units', { noise: { offset: 17 } }, 'noise.offset'],
    ['a mismatch of a half', { noise: { cell: 0.5 } }, 'noise.cell'],
    ['noise of another kind', { noise: { pink: 1 } }, 'noise'],
    ['half a seed', { seed: 0.5 }, 'seed'],
    ['an offset that is no number', { adc: { bits: 6, step: 1, offset: NaN } }, 'adc.offset'],
  ])('refuses %s by its path', (_, change, where) => {
    expect(caught(() => checkMatrixVectorCase({ ...small, ...change }, 'case.json'))).toMatchObject(
      { kind: 'input', where: ['case.json', where] },
    );
  });

  it('refuses 1e999, which JSON reads as infinity', () => {
    const text = JSON.stringify(small).replace('[10,', '[1e999,');

    expect(caught(() => checkMatrixVectorCase(JSON.parse(text), 'case.json')).where).toEqual([
      'case.json',
      'inputs.0.0',
    ]);
  });

  it('refuses fields it does not know, and what is no case at all', () => {
    expect(caught(() => checkMatrixVectorCase({ ...small, colour: 1 }, 'a')).message).toContain(
      'colour',
    );
    for (const value of [null, undefined, 7, 'x', []])
      expect(caught(() => checkMatrixVectorCase(value, 'a')).kind).toBe('input');
  });
});
