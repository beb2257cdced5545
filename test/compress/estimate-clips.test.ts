import { describe, expect, it } from 'vitest';
import { compress } from '../../src/compress/compress.ts';
import { isMacroLayer } from '../../src/compress/compressed-network.ts';
import { estimateClips } from '../../src/compress/estimate-clips.ts';
import { fuseBatchNorm } from '../../src/compress/fuse-batch-norm.ts';
import { applyGroupMasks, densityProfileMasks } from '../../src/compress/group-masks.ts';
import { tilingWindow } from '../../src/core/window.ts';
import { floatForward, toFloatMap } from '../../src/network/float-forward.ts';
import type { ConvLayer, FusedNetwork, Layer } from '../../src/network/fused-network.ts';
import { vgg16 } from '../../src/network/builtin/vgg16.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { conv, fusedOf, linear, networkOf, noise } from '../support/small-networks.ts';

const input = { height: 4, width: 4, channels: 2 };

const withNorm = (layer: ConvLayer, gamma: number[], beta: number[]): ConvLayer => ({
  ...layer,
  batchNorm: {
    gamma: Float32Array.from(gamma),
    beta: Float32Array.from(beta),
    mean: new Float32Array(gamma.length).fill(0.3),
    variance: new Float32Array(gamma.length).fill(2),
    epsilon: 0,
  },
});

const plain = (name: string, from: string, channels: number, relu = true): ConvLayer =>
  conv({ name, input: from, channels, kernels: 2, relu });

function clipsOf(network: FusedNetwork, pruned?: FusedNetwork): ReadonlyMap<string, number> {
  const fused = fuseBatchNorm(network);
  return estimateClips({ network, fused, pruned: pruned ?? fused });
}

const small = (...layers: Layer[]): FusedNetwork => fusedOf('n', input, 2, layers);

describe('estimateClips', () => {
  it('takes the largest of beta + 4 |gamma|', () => {
    const network = small(withNorm(plain('a', 'image', 2), [1, -2], [5, 0.5]));

    // 5 + 4 and 0.5 + 8.
    expect(clipsOf(network).get('a')).toBe(9);
  });

  it('counts a negative mean out with ReLU and in without', () => {
    const norms = [
      [0.5, 0.25],
      [-3, 1],
    ] as const;
    const network = small(
      withNorm(plain('relu', 'image', 2), [...norms[0]], [...norms[1]]),
      withNorm(plain('signed', 'relu', 2, false), [...norms[0]], [...norms[1]]),
    );

    const clips = clipsOf(network);

    expect(clips.get('relu')).toBe(1 + 4 * 0.25);
    expect(clips.get('signed')).toBe(3 + 4 * 0.5);
  });

  it('adds the clip of a map that is added', () => {
    const residual = { input: 'a', stride: 1, channelOffset: 0 };
    const network = small(
      withNorm(plain('a', 'image', 2), [1, 1], [0, 0]),
      { ...withNorm(plain('b', 'a', 2), [2, 2], [0, 1]), residual },
      { ...withNorm(plain('c', 'b', 2), [1, 1], [0, 0]), residual: { ...residual, input: 'b' } },
    );

    const clips = clipsOf(network);

    expect([...clips.values()]).toEqual([4, 9 + 4, 4 + 13]);
  });

  it('goes through pools', () => {
    const residual = { input: 'pool', stride: 1, channelOffset: 0 };
    const network = small(
      withNorm(plain('a', 'image', 2), [1, 1], [0, 0]),
      { kind: 'maxPool', name: 'pool', input: 'a', window: tilingWindow(2) },
      { ...withNorm(plain('b', 'pool', 2), [1, 1], [0, 0]), residual },
    );

    expect(clipsOf(network).get('b')).toBe(8);
  });

  it('takes kernels without batch norm as sums of independent inputs', () => {
    const layer = {
      ...plain('a', 'image', 2),
      weights: new Float32Array(2 * 2 * 9).fill(0.5),
      bias: Float32Array.of(0.25, -7),
    };
    const next = { ...plain('b', 'a', 2), weights: new Float32Array(2 * 2 * 9).fill(0.5) };

    const clips = clipsOf(small(layer, next));

    // 18 weights of 1/2 on pixels of mean square 1/3: variance 1.5. ReLU halves the mean square of the outputs,
    // 1.5 + (0.25^2 + 7^2) / 2 on average.
    expect(clips.get('a')).toBeCloseTo(0.25 + 4 * Math.sqrt(1.5), 10);
    const square = (1.5 + (0.0625 + 49) / 2) / 2;
    expect(clips.get('b')).toBeCloseTo(4 * Math.sqrt(4.5 * square), 10);
  });

  it('scales with what pruning leaves of the squared weights, layer after layer', () => {
    const network = small(
      withNorm(
        { ...plain('a', 'image', 2), weights: new Float32Array(36).fill(1) },
        [1, 1],
        [0, 0],
      ),
      withNorm({ ...plain('b', 'a', 2), weights: new Float32Array(36).fill(1) }, [1, 1], [0, 0]),
    );
    const fused = fuseBatchNorm(network);
    const thirdOf = (layer: Layer): Layer =>
      layer.kind === 'conv'
        ? { ...layer, weights: layer.weights.map((weight, i) => (i % 3 === 0 ? weight : 0)) }
        : layer;

    const clips = clipsOf(network, { ...fused, layers: fused.layers.map(thirdOf) });

    expect(clips.get('a')).toBeCloseTo(4 / Math.sqrt(3), 6);
    expect(clips.get('b')).toBeCloseTo(4 / 3, 6);
  });

  it('gives zero, not NaN, for a layer of zeros', () => {
    const network = small(
      { ...plain('a', 'image', 2), weights: new Float32Array(36) },
      plain('b', 'a', 2),
      withNorm(plain('c', 'b', 2), [1, 1], [0, 0]),
    );

    expect([...clipsOf(network).values()]).toEqual([0, 0, 0]);
  });
});

describe('compress without calibration images', () => {
  it('keeps the outputs of a network with batch norm within a few per cent', () => {
    const network = networkOf('normed', input, 3, [
      conv({ name: 'a', input: 'image', channels: 2, kernels: 16, batchNorm: true, seed: 1 }),
      conv({ name: 'b', input: 'a', channels: 16, kernels: 16, batchNorm: true, seed: 2 }),
      linear({ name: 'fc', input: 'b', inputs: 256, outputs: 3, seed: 3 }),
    ]);
    const images = noise(input, 8, 3);

    const compressed = compress(network, {});

    const real = floatForward(network, toFloatMap(images));
    const integers = integerForward(compressed, images);
    const last = compressed.layers.filter(isMacroLayer).at(-1)!;
    const unit = last.weightScale * last.inputScale;
    const largest = Math.max(...real.map(Math.abs));
    // Clips may be several times too wide, which costs as many of the 255 codes.
    for (const [i, value] of real.entries())
      expect(Math.abs(value - integers[i]! * unit) / largest).toBeLessThan(0.05);
  });

  it('leaves a network that a mask made sparse alive to its last layer', () => {
    const network = vgg16({ width: 16 });
    const shape = { channels: 16, kernels: 16 };
    const groupMasks = densityProfileMasks(network, 1.1, 1, shape);

    const compressed = compress(network, { groupMasks, groupShape: shape });
    const outputs = integerForward(compressed, noise(network.input, 1));

    expect(new Set(outputs).size).toBeGreaterThan(5);
    expect(() => applyGroupMasks(network, groupMasks, shape)).not.toThrow();
  });
});
