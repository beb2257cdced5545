import { describe, expect, it } from 'vitest';
import { fuseBatchNorm } from '../../src/compress/fuse-batch-norm.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import type { ConvLayer } from '../../src/network/fused-network.ts';
import { plainConvolution } from '../support/plain.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { conv, fusedOf, noise, tourNetwork } from '../support/small-networks.ts';
import { fuse } from '../../src/network/passes/fuse.ts';
import { spellOut } from '../../src/network/passes/spell-out.ts';

/** Rounding a real number to 32 bits changes it by at most this share. */
const rounding = 2 ** -24;

describe('fuseBatchNorm', () => {
  it.each(Array.from({ length: 20 }, (_, seed) => seed))(
    'leaves the outputs of convolution %i equal up to rounding',
    (seed) => {
      const draw = drawFrom(seed);
      const [channels, kernels] = [draw(1, 20), draw(1, 20)];
      const layer = conv({
        name: 'only',
        input: 'image',
        channels,
        kernels,
        batchNorm: true,
        bias: draw(0, 1) === 0,
        relu: draw(0, 1) === 0,
        seed,
      });
      const network = fusedOf('one', { height: 4, width: 5, channels }, kernels, [layer]);
      const images = toFloatMap(noise(network.input, 2, seed));

      const before = floatForward(spellOut(network), images);
      const after = floatForward(spellOut(fuseBatchNorm(network)), images);

      // Of the magnitudes |scale| (sum |w x| + |b| + |mean|) + |beta|, at most one rounding share each is lost in:
      // the unfused sum, the unfused output, the fused weights, the fused bias, the fused output.
      const size = magnitudes(layer, images);
      after.forEach((value, i) => {
        expect(Math.abs(value - before[i]!), `output ${i}`).toBeLessThanOrEqual(
          5 * rounding * size[i]!,
        );
      });
    },
  );

  it('leaves no batch norm, and other layers untouched', () => {
    const network = fuse(tourNetwork());

    const fused = fuseBatchNorm(network);

    fused.layers.forEach((layer, i) => {
      const original = network.layers[i]!;
      expect('batchNorm' in layer && layer.batchNorm !== undefined).toBe(false);
      if (original.kind !== 'conv' || !original.batchNorm) expect(layer).toBe(original);
      else expect((layer as ConvLayer).residual).toEqual(original.residual);
    });
  });

  it('fuses by hand', () => {
    const layer: ConvLayer = {
      ...conv({
        name: 'a',
        input: 'image',
        channels: 1,
        kernels: 2,
        kernelHeight: 1,
        kernelWidth: 1,
      }),
      weights: Float32Array.of(3, 5),
      bias: Float32Array.of(1, 2),
      batchNorm: {
        gamma: Float32Array.of(4, -1),
        beta: Float32Array.of(0.5, 0),
        mean: Float32Array.of(2, 6),
        variance: Float32Array.of(3, 0),
        epsilon: 1,
      },
    };

    const [fused] = fuseBatchNorm(fusedOf('n', { height: 1, width: 1, channels: 1 }, 2, [layer]))
      .layers as [ConvLayer];

    // Scales 4 / sqrt(3 + 1) = 2 and -1 / sqrt(0 + 1) = -1.
    expect([...fused.weights]).toEqual([6, -5]);
    expect([...fused.bias!]).toEqual([0.5 + (1 - 2) * 2, 0 + (2 - 6) * -1]);
  });
});

function magnitudes(layer: ConvLayer, images: ReturnType<typeof toFloatMap>): readonly number[] {
  const norm = layer.batchNorm!;
  const { data } = plainConvolution(
    { ...layer, weights: layer.weights.map(Math.abs), bias: layer.bias?.map(Math.abs) },
    images,
  );
  return Array.from(data, (sum, i) => {
    const m = i % layer.kernels;
    const scale = norm.gamma[m]! / Math.sqrt(norm.variance[m]! + norm.epsilon);
    return Math.abs(scale) * (sum + Math.abs(norm.mean[m]!)) + Math.abs(norm.beta[m]!);
  });
}
