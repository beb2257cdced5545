import { describe, expect, it } from 'vitest';
import { buildTrainable } from '../../../src/train/recipes/trainable.ts';
import { hasWeights } from '../../../src/network/fused-network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';

describe('buildTrainable', () => {
  const kernels = (name: string, width: number | undefined, classes = 10): unknown[] => {
    const network = buildTrainable({ network: name, classes, seed: 1, width });
    const weights = fuse(network)
      .layers.filter(hasWeights)
      .reduce((sum, one) => sum + one.weights.length, 0);
    return [network.name, weights];
  };

  it('names narrower networks by their width', () => {
    expect(kernels('resnet20', undefined)).toEqual(['resnet20', 268336]);
    expect(kernels('resnet20', 1)).toEqual(['resnet20', 268336]);
    expect(kernels('vgg16', 0.25)[0]).toBe('vgg16-w0.25');
    expect(kernels('vgg16', 0.25)[1]).toBeLessThan(1e6);
    expect(kernels('resnet18', 0.5, 100)[0]).toBe('resnet18-w0.5-cifar100');
  });
});
