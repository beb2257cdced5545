import { describe, expect, it } from 'vitest';
import { resnet20 } from '../../../src/network/builtin/resnet20.ts';
import { mnistCnn } from '../../../src/network/builtin/mnist-cnn.ts';
import { vgg16 } from '../../../src/network/builtin/vgg16.ts';
import { layerShapes } from '../../../src/network/fused-network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';
import { parametersOf } from '../../../src/train/graphs/parameters.ts';
import { smallerNetwork } from '../../../src/train/graphs/smaller.ts';
import { caught } from '../../support/caught.ts';

describe('smallerNetwork', () => {
  const full = fuse(vgg16({ width: 2 }));
  const pools = (network: typeof full): number =>
    network.layers.filter(({ kind }) => kind === 'maxPool').length;

  it('leaves out pools that do not fit, and keeps every array', () => {
    const at16 = smallerNetwork(full, 16);

    expect([pools(full), pools(at16)]).toEqual([5, 4]);
    expect(parametersOf(at16)).toEqual(parametersOf(full));
    const last = at16.layers.at(-1)!;
    expect(layerShapes(at16).get(last.input)).toMatchObject({ height: 1, width: 1 });
  });

  it('keeps averages over the whole map, and shortcuts', () => {
    const network = smallerNetwork(fuse(resnet20({ width: 2 })), 12);

    const pool = network.layers.find(({ kind }) => kind === 'averagePool')!;
    expect(layerShapes(network).get(pool.name)).toMatchObject({ height: 1, width: 1 });
    expect(layerShapes(network).get(pool.input)).toMatchObject({ height: 3, width: 3 });
  });

  it('is the network itself at its own size', () => {
    expect(smallerNetwork(full, 32)).toBe(full);
  });

  it('refuses a size that a linear layer has no weights for', () => {
    const error = caught(() => smallerNetwork(fuse(mnistCnn()), 12));

    expect(error.kind).toBe('usage');
    expect(error.message).toMatch(/^mnist-cnn > fc: reads a map of 1x1 pixels when images have 12/);
  });
});
