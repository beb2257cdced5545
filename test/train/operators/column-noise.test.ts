// Noise in a training graph against the noise of the plain macros: other draws, the same distribution.

import { describe, expect, it } from 'vitest';
import { onePixel } from '../../../src/core/window.ts';
import { macroMac } from '../../../src/reference/macro-mac.ts';
import { GraphBuilder } from '../../../src/train/autodiff/graph.ts';
import { type ColumnReadout, columnSums } from '../../../src/train/operators/column-codes.ts';
import {
  type ColumnNoise,
  NoiseDraws,
  noiseStart,
  noiseStartInput,
} from '../../../src/train/operators/column-noise.ts';
import { toFloat } from '../../../src/train/autodiff/arithmetic.ts';
import { flatInput, flatProgram, withNoise } from '../../support/flat-program.ts';
import { type Moments, momentsOf, standardErrors } from '../../support/statistics.ts';
import { openGraph } from '../onnx-runtime.ts';

const kernels = 512;
const groups = 2;
const none: ColumnNoise = { read: 0, offset: 0, gain: 0, cell: 0 };

/** The sums of all kernels of a flat layer in one step of training. */
async function graphSums(
  noise: ColumnNoise,
  { step = 1, stored = groups }: { readonly step?: number; readonly stored?: number } = {},
): Promise<readonly number[]> {
  const graph = new GraphBuilder('noise');
  const draws = new NoiseDraws(graph, 1);
  const channels = 16 * groups;
  const adc = { bits: 6, step: 256, offset: 0 };
  const readout: ColumnReadout = { adc, inputBitsPerPhase: 2, sparsity: 'groups', noise };
  const layer = {
    geometry: { channels, kernels, window: onePixel },
    shape: { channels: 16, kernels: 32 },
    inputBits: 8,
    weightBits: 8,
    readout,
    draws,
  };
  const input = graph.input('input', [1, channels, 1, 1]);
  const weights = graph.input('weights', [kernels, channels, 1, 1]);
  graph.output('sums', toFloat(graph, columnSums(graph, input, weights, layer)));
  draws.finish();
  const run = await openGraph(graph.toBytes());
  const cells = Float32Array.from({ length: kernels * channels }, (_, i) =>
    i % channels < 16 * stored ? -1 : 0,
  );
  const { sums } = await run({
    input: { data: Float32Array.from(flatInput(flatProgram({ groups })).data), shape: input.shape },
    weights: { data: cells, shape: weights.shape },
    [noiseStartInput]: { data: Float32Array.of(noiseStart(1, step)), shape: [1] },
  });
  return [...sums!];
}

/** The same sums on the plain macros, each kernel on columns of its own. */
function macroSums(noise: ColumnNoise): readonly number[] {
  const program = flatProgram({ kernels, groups, kernelsPerTile: 32 });
  return [...macroMac(withNoise(program, noise), flatInput(program)).sums];
}

/** Distance of two samples' means, and of their variances, in standard errors of the distance. */
function apart(a: readonly number[], b: readonly number[]): readonly number[] {
  const [one, two] = [momentsOf(a), momentsOf(b)];
  const errorOf = ({ variance, kurtosis }: Moments, count: number): number =>
    variance * Math.sqrt((kurtosis - 1) / count);
  return [
    (one.mean - two.mean) / Math.sqrt(one.variance / a.length + two.variance / b.length),
    (one.variance - two.variance) / Math.hypot(errorOf(one, a.length), errorOf(two, b.length)),
  ];
}

describe('noise in a training graph', () => {
  it.each([
    ['read', 0.4],
    ['offset', 0.7],
    ['gain', 0.04],
    ['cell', 0.1],
  ] as const)('has the mean and the variance of the plain macros: %s', async (kind, deviation) => {
    const noise = { ...none, [kind]: deviation };

    const sums = await graphSums(noise);

    expect(momentsOf(sums).variance).toBeGreaterThan(0);
    for (const off of apart(sums, macroSums(noise)))
      expect(Math.abs(off)).toBeLessThan(standardErrors);
  });

  it('is the same for the same step, and another for the next', async () => {
    const noise = { read: 0.3, offset: 0.2, gain: 0.02, cell: 0.05 };
    const first = await graphSums(noise);

    expect(await graphSums(noise)).toEqual(first);
    expect(await graphSums(noise, { step: 2 })).not.toEqual(first);
  });

  it('is not in groups that the chip does not store', async () => {
    const noise = { ...none, read: 0.4 };
    const both = momentsOf(await graphSums(noise));
    const one = momentsOf(await graphSums(noise, { stored: 1 }));

    expect(await graphSums(noise, { stored: 0 })).toEqual(new Array(kernels).fill(0));
    // Independent reads: half of the groups, half of the variance; its standard error is derived as above.
    const ratio = both.variance / one.variance;
    const error = ratio * Math.sqrt((both.kurtosis - 1 + (one.kurtosis - 1)) / kernels);
    expect(Math.abs(ratio - 2)).toBeLessThan(standardErrors * error);
  });
});
