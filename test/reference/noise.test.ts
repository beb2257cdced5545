import { describe, expect, it } from 'vitest';
import { normalProbability } from '../../src/core/normal.ts';
import { pcg, randomWord, xorshift32 } from '../../src/core/random.ts';
import { adcCode, uniformTable } from '../../src/core/adc-table.ts';
import { macroMac } from '../../src/reference/macro-mac.ts';
import { macroOpKey, noisySum, pixelKey, readNoise } from '../../src/reference/noise.ts';
import type { NoiseProgram } from '../../src/simulate/macro-program.ts';
import { flatInput, flatProgram, withNoise } from '../support/flat-program.ts';
import {
  correlationOff,
  meanOff,
  type Moments,
  momentsOf,
  standardErrors,
  varianceOff,
} from '../support/statistics.ts';

/** A column read, by everything that its noise depends on. */
interface Place {
  readonly pixel: number;
  readonly kernel: number;
  readonly code: number;
  readonly column: number;
  readonly phase: number;
}

/** Pixels of an image here, so that images are this far apart. */
const pixelsPerImage = 49;
const phases = 4;

/** The noise of one read. */
function drawAt(noise: NoiseProgram, { pixel, kernel, code, column, phase }: Place): number {
  const key = macroOpKey(pixelKey(noise, pixel), kernel, code);
  return readNoise({ phases }, noise, { key }, { column, phase });
}

/** `count` reads of a layer of 32 kernels, 20 index codes and 8 bits: all of a pixel, then of the next. */
const places = (count: number): readonly Place[] =>
  Array.from({ length: count }, (_, i) => ({
    phase: i % phases,
    column: Math.floor(i / 4) % 8,
    code: Math.floor(i / 32) % 20,
    kernel: Math.floor(i / 640) % 32,
    pixel: Math.floor(i / 20_480),
  }));

const noiseOf = (read: number, source: object = {}): NoiseProgram =>
  withNoise(flatProgram(), { read }, source).noise;

/** Noise whose draws are the 16-bit uniforms themselves, less 32768. */
const uniformNoise: NoiseProgram = {
  ...noiseOf(1),
  readQuantiles: Int16Array.from({ length: 65536 }, (_, u) => u - 32768),
};

describe('readNoise', () => {
  it.each([
    [0.02, 200_000],
    [0.15, 200_000],
    [1, 200_000],
    [16, 200_000],
  ])('has the mean and deviation that were asked for: %d units', (read, count) => {
    const noise = noiseOf(read);
    const known = momentsOf(noise.readQuantiles!);
    const draws = places(count).map((place) => drawAt(noise, place));

    // The table has the variance of a rounded normal variable; see normal.test.ts.
    expect(known.mean).toBe(0);
    expect(Math.abs(known.variance / ((256 * read) ** 2 + 1 / 12) - 1)).toBeLessThan(3.5e-4);
    expect(Math.abs(meanOff(draws, known))).toBeLessThan(standardErrors);
    expect(Math.abs(varianceOff(draws, known))).toBeLessThan(standardErrors);
  });

  it.each([1, 2, 3, 4])('is beyond %i deviations as often as a normal variable', (limit) => {
    const noise = noiseOf(1);
    const count = 400_000;

    const beyond = places(count).filter((place) => Math.abs(drawAt(noise, place)) > 256 * limit);

    // |n| > 256 limit is n >= 256 limit + 1, from which the table rounds down at half a unit: 2 (1 - Phi), off by up to
    // half of 1/65536 at either end.
    const share = 2 * (1 - normalProbability((256 * limit + 0.5) / 256));
    const error = Math.sqrt(count * share * (1 - share));
    const off = Math.abs(beyond.length - count * share);
    expect(off).toBeLessThan(standardErrors * error + count / 65536);
  });

  it.each(['lower', 'upper'])(
    'comes from uniforms without holes: the %s half of a word',
    (half) => {
      const own = places(200_000).filter(({ phase }) => phase % 2 === (half === 'lower' ? 0 : 1));
      const uniforms = own.map((place) => drawAt(uniformNoise, place) + 32768);

      for (const byteOf of [(u: number) => u >> 8, (u: number) => u & 255]) {
        const counts = new Array<number>(256).fill(0);
        for (const u of uniforms) counts[byteOf(u)]! += 1;
        const expected = uniforms.length / 256;
        const chiSquared = counts.reduce((sum, n) => sum + (n - expected) ** 2 / expected, 0);
        // 255 degrees of freedom: mean 255, variance 510.
        expect(Math.abs(chiSquared - 255)).toBeLessThan(standardErrors * Math.sqrt(510));
      }
    },
  );

  const noise = noiseOf(1);
  const step = (change: (place: Place) => Partial<Place>) => (place: Place) =>
    drawAt(noise, { ...place, ...change(place) });
  const inLayer1 = noiseOf(1, { layer: 1 });
  const ofSeed2 = noiseOf(1, { seed: 2 });
  /** Another read than that of a place; where the same pair would come twice, only of places that `isFirst`. */
  interface Other {
    readonly name: string;
    readonly of: (place: Place) => number;
    readonly isFirst?: (place: Place) => boolean;
  }
  const others: readonly Other[] = [
    { name: 'the next bit', of: step(({ column }) => ({ column: (column + 1) % 8 })) },
    { name: 'a bit further on', of: step(({ column }) => ({ column: (column + 3) % 8 })) },
    {
      name: 'the other half of the word',
      of: step(({ phase }) => ({ phase: phase + 1 })),
      isFirst: ({ phase }) => phase % 2 === 0,
    },
    {
      name: 'the same half of the next word',
      of: step(({ phase }) => ({ phase: phase + 2 })),
      isFirst: ({ phase }) => phase < 2,
    },
    {
      name: 'the other half of the next word',
      of: step(({ phase }) => ({ phase: 3 - phase })),
      isFirst: ({ phase }) => phase < 2,
    },
    { name: 'the next kernel', of: step(({ kernel }) => ({ kernel: kernel + 1 })) },
    { name: 'the next tile', of: step(({ kernel }) => ({ kernel: kernel + 16 })) },
    { name: 'the next index code', of: step(({ code }) => ({ code: code + 1 })) },
    {
      name: 'kernel and code in each other’s place',
      of: step(({ kernel, code }) => ({ kernel: code, code: kernel })),
      isFirst: ({ kernel, code }) => kernel < code,
    },
    { name: 'the next pixel', of: step(({ pixel }) => ({ pixel: pixel + 1 })) },
    { name: 'the next image', of: step(({ pixel }) => ({ pixel: pixel + pixelsPerImage })) },
    { name: 'the next layer', of: (place) => drawAt(inLayer1, place) },
    { name: 'the next seed', of: (place) => drawAt(ofSeed2, place) },
  ];

  it.each(others)('is independent of that of $name', ({ of, isFirst = () => true }) => {
    const known = momentsOf(noise.readQuantiles!);
    const squares = momentsOf(Array.from(noise.readQuantiles!, (n) => n * n));
    const pairs = places(200_000)
      .filter(isFirst)
      .map((place): [number, number] => [drawAt(noise, place), of(place)]);

    expect(Math.abs(correlationOff(pairs, known))).toBeLessThan(standardErrors);
    // Nor does the size of one tell the size of the other.
    const sizes = pairs.map(([a, b]): [number, number] => [a * a, b * b]);
    expect(Math.abs(correlationOff(sizes, squares))).toBeLessThan(standardErrors);
  });

  it('is drawn as is written down: by hand', () => {
    const place = {
      pixel: 3 * pixelsPerImage + 11,
      kernel: 40_000,
      code: 65_535,
      column: 5,
      phase: 3,
    };
    const layerKey = randomWord(1, 0x3_0000, 0);

    const word32 = (value: number): number => value % 2 ** 32;
    const ofPixel = pcg(word32(layerKey + place.pixel));
    const changed = BigInt(ofPixel) ^ (BigInt(place.kernel) * 65536n + BigInt(place.code));
    const key = pcg(Number(changed));
    // Two words per bit; phase 3 has the upper half of the second.
    let word = key;
    for (let draws = 0; draws < 5 * 2 + 2; draws++) word = xorshift32(word);
    expect(drawAt(uniformNoise, place)).toBe(Math.floor(word / 65536) - 32768);
    expect(drawAt(uniformNoise, { ...place, phase: 2 })).toBe((word % 65536) - 32768);
  });
});

describe('noisySum', () => {
  // One column of two word lines that drive digits 3 and 2 in phase 1 and nothing in phase 0.
  const program = { ...flatProgram(), wordLinesOn: 2, noise: undefined };
  const op = {
    kernel: 0,
    kernelOfGroup: 0,
    key: 0,
    word: 0,
    activations: Uint8Array.of(0b1100, 0b1000),
  };
  const noise: NoiseProgram = {
    key: 0,
    readQuantiles: undefined,
    columnOffsets: new Int32Array(8).fill(-70),
    columnGains: new Int32Array(8).fill(-3000),
    cellErrors: Int8Array.from({ length: 16 }, (_, i) => (i % 2 === 0 ? 9 : -20)),
  };

  it('adds up cells, gain and offset', () => {
    // 256 * 5 + 3 * 9 - 2 * 20 = 1267; 1267 / 256 rounds to 5; -15000 / 256 = -58.6 falls to -59.
    expect(noisySum(program, noise, op, { column: 4, phase: 1, sum: 5 })).toBe(1267 - 59 - 70);
  });

  it('has offset and read noise also where nothing is driven', () => {
    const read = { column: 4, phase: 0, sum: 0 };

    expect(noisySum(program, noise, op, read)).toBe(-70);
    expect(noisySum(program, noise, { ...op, word: -1 }, { ...read, phase: 1 })).toBe(-70);
    const noisy = { ...noise, readQuantiles: new Int16Array(65536).fill(33) };
    expect(noisySum(program, noisy, op, read)).toBe(33 - 70);
  });

  it('is 256 times the sum without any of them', () => {
    const silent = {
      ...noise,
      columnOffsets: new Int32Array(8),
      columnGains: new Int32Array(8),
      cellErrors: undefined,
    };

    expect(noisySum(program, silent, op, { column: 0, phase: 1, sum: 5 })).toBe(1280);
  });
});

describe('column codes with read noise', () => {
  const adc = uniformTable({ bits: 6, step: 256, offset: 0 });
  /** How far codes are from the sum, for every entry of the table. */
  const codeErrors = (noise: NoiseProgram, sum: number): readonly number[] =>
    Array.from(noise.readQuantiles!, (n) => adcCode(256 * sum + n, adc) - sum);

  it.each([0.15, 0.5, 1])('are right on average, away from the ends, at %d units', (read) => {
    const noise = noiseOf(read);
    const known = momentsOf(codeErrors(noise, 30));

    // The noise is as often n as -n, but halves are rounded up: a code is one too high where n is 1/2, 3/2, ...
    const halves = noise.readQuantiles!.filter((n) => n > 0 && n % 256 === 128).length / 65536;
    expect(known.mean).toBeCloseTo(halves, 12);
    expect(halves).toBeLessThan(1 / (256 * read));
    const draws = places(100_000).map(
      (place) => adcCode(256 * 30 + drawAt(noise, place), adc) - 30,
    );
    expect(Math.abs(meanOff(draws, known))).toBeLessThan(standardErrors);
  });

  it('are too high on average for sum 0, which noise can only raise', () => {
    const { mean } = momentsOf(codeErrors(noiseOf(1), 0));

    // The sum over k of the probability that the noise is at least k - 1/2; each is off by up to half of 1/65536.
    const raised = [1, 2, 3, 4, 5].map((k) => 1 - normalProbability(k - 0.5 - 0.5 / 256));
    const expected = raised.reduce((sum, share) => sum + share, 0);
    expect(Math.abs(mean - expected)).toBeLessThan(5 * (0.5 / 65536) + 1e-7);
  });
});

/** The error of one column's code, by the table of a normal variable of that many units: exactly. */
const codeMoments = (deviation: number): Moments =>
  momentsOf(Array.from(noiseOf(deviation).readQuantiles!, (n) => Math.floor((n + 128) / 256)));

/** Moments of a sum of independent errors, each times a weight: variances add up, and so do fourth cumulants. */
function weightedMoments(one: Moments, weights: readonly number[]): Moments {
  const power = (exponent: number): number =>
    weights.reduce((sum, weight) => sum + weight ** exponent, 0);
  return {
    mean: one.mean * power(1),
    variance: one.variance * power(2),
    kurtosis: 3 + ((one.kurtosis - 3) * power(4)) / power(2) ** 2,
  };
}

describe('outputs with noise in the columns', () => {
  it('deviate 9769 times as far as a column code with 8 bits of both, 38 times with 4', () => {
    // sqrt(sum of 4^j over bits * sum of 16^p over phases) = sqrt(21845 * 4369), sqrt(85 * 17)
    const factor = (bits: number): number =>
      Math.sqrt(weightedMoments({ mean: 0, variance: 1, kurtosis: 3 }, readWeights(bits)).variance);

    expect([factor(8), factor(4)].map(Math.round)).toEqual([9769, 38]);
  });

  it('are off by a normal variable and its rounding to codes: 1/12 more variance at 1 unit', () => {
    const { variance } = codeMoments(1);

    // Rounding adds 1/12 to a normal variable, up to 1e-7 at 1 unit. The variance is a sum over codes k of 2 (2k + 1)
    // times probabilities that are off by half of 1/65536, and codes end at 4; halves that are rounded up move the
    // mean by 1/512.
    expect(Math.abs(variance - 1 - 1 / 12)).toBeLessThan(25 / 65536 + 1 / 512 ** 2);
  });

  it.each([
    { kind: 'read', deviation: 1, bits: 8 },
    { kind: 'read', deviation: 0.3, bits: 8 },
    { kind: 'offset', deviation: 1, bits: 8 },
    { kind: 'read', deviation: 1, bits: 4 },
    { kind: 'offset', deviation: 0.5, bits: 4 },
  ] as const)('deviate so in the macro: $kind of $deviation units, $bits bits', (one) => {
    const { kind, deviation, bits } = one;
    const count = 20_000;
    const shape = kind === 'read' ? { pixels: 100, kernels: 200 } : { kernels: count };
    const program = withNoise(flatProgram({ ...shape, bits }), { [kind]: deviation });
    const input = flatInput(program);

    const { sums, events } = macroMac(program, input);

    // Every bit line has the sum 30, from which 4.3 deviations reach neither end of 6 bits.
    expect(events.saturatedReads).toBe(0);
    const ideal = macroMac({ ...program, noise: undefined }, input).sums;
    const errors = Array.from(sums, (sum, i) => sum - ideal[i]!);
    const weights = kind === 'read' ? readWeights(bits) : columnWeights(bits);
    const known = weightedMoments(codeMoments(deviation), weights);
    expect(Math.abs(meanOff(errors, known))).toBeLessThan(standardErrors);
    expect(Math.abs(varianceOff(errors, known))).toBeLessThan(standardErrors);
  });
});

/** What the codes of each bit and phase count in a sum. */
const readWeights = (bits: number): readonly number[] =>
  bitWeights(bits).flatMap((weight) => phaseWeights(bits).map((phase) => weight * phase));

/** What an error of a column counts that all its phases share. */
const columnWeights = (bits: number): readonly number[] =>
  bitWeights(bits).map((weight) =>
    phaseWeights(bits).reduce((sum, phase) => sum + weight * phase, 0),
  );

const bitWeights = (bits: number): readonly number[] =>
  Array.from({ length: bits }, (_, bit) => (bit === bits - 1 ? -1 : 1) * 2 ** bit);

const phaseWeights = (bits: number): readonly number[] =>
  Array.from({ length: bits / 2 }, (_, phase) => 4 ** phase);
