import { describe, expect, it } from 'vitest';
import { hasWeights, layerShapes } from '../../../src/network/fused-network.ts';
import { mnistCnn } from '../../../src/network/builtin/mnist-cnn.ts';
import { checkNetwork } from '../../../src/network/network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';

describe('mnistCnn', () => {
  const network = mnistCnn();

  it('is a network that fits together', () => {
    expect(() => checkNetwork(network)).not.toThrow();
  });

  it('has 65,808 weights and 2.26 million multiplications per image', () => {
    const shapes = layerShapes(fuse(network));
    const counts = fuse(network)
      .layers.filter(hasWeights)
      .map((layer) => {
        const { height, width } = shapes.get(layer.name)!;
        return { weights: layer.weights.length, macs: layer.weights.length * height * width };
      });

    // 9 * 16, 9 * 16 * 32, 9 * 32 * 64, 9 * 64 * 64, 576 * 10 weights over 28^2, 14^2, 7^2, 3^2 and 1 pixels.
    expect(counts.map(({ weights }) => weights)).toEqual([144, 4608, 18432, 36864, 5760]);
    expect(counts.reduce((sum, { macs }) => sum + macs, 0)).toBe(2_256_768);
  });

  it('starts with weights of variance 2 / inputs', () => {
    for (const layer of fuse(network).layers.filter(hasWeights)) {
      const { weights } = layer;
      const inputs = layer.kind === 'conv' ? layer.channels * 9 : layer.inputs;
      const squares = weights.reduce((sum, weight) => sum + weight ** 2, 0) / weights.length;

      // The mean square of n normal draws has relative deviation sqrt(2 / n): five of them.
      expect(Math.abs((squares * inputs) / 2 - 1), layer.name).toBeLessThan(
        5 * Math.sqrt(2 / weights.length),
      );
    }
  });

  it('depends on the seed alone', () => {
    expect(mnistCnn({ seed: 1 })).toEqual(network);
    const other = fuse(mnistCnn({ seed: 2 })).layers.filter(hasWeights);
    fuse(network)
      .layers.filter(hasWeights)
      .forEach((layer, i) => {
        expect(other[i]!.weights).not.toEqual(layer.weights);
      });
  });
});
