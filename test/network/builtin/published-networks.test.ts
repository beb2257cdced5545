// The layer tables of VGG16 and ResNet18 for 32x32 images, row by row, as arithmetic gives them: the sizes that every
// count of cycles and picojoules starts from.

import { describe, expect, it } from 'vitest';
import { geometriesOf } from '../../../src/compress/prune-groups.ts';
import { groupCount, groupGrid } from '../../../src/compress/weight-group.ts';
import { resnet18 } from '../../../src/network/builtin/resnet18.ts';
import { vgg16 } from '../../../src/network/builtin/vgg16.ts';
import { hasWeights, layerShapes } from '../../../src/network/fused-network.ts';
import { checkNetwork, type Network } from '../../../src/network/network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';

/** layer, Cin, Cout, kernel, output side, MACs (millions), weights (thousands), groups of 16 x 16. */
type Row = readonly [string, number, number, number, number, number, number, number];

const vgg16Rows: readonly Row[] = [
  ['conv1_1', 3, 64, 3, 32, 1.769, 1.73, 8],
  ['conv1_2', 64, 64, 3, 32, 37.749, 36.86, 144],
  ['conv2_1', 64, 128, 3, 16, 18.874, 73.73, 288],
  ['conv2_2', 128, 128, 3, 16, 37.749, 147.46, 576],
  ['conv3_1', 128, 256, 3, 8, 18.874, 294.91, 1152],
  ['conv3_2', 256, 256, 3, 8, 37.749, 589.82, 2304],
  ['conv3_3', 256, 256, 3, 8, 37.749, 589.82, 2304],
  ['conv4_1', 256, 512, 3, 4, 18.874, 1179.65, 4608],
  ['conv4_2', 512, 512, 3, 4, 37.749, 2359.3, 9216],
  ['conv4_3', 512, 512, 3, 4, 37.749, 2359.3, 9216],
  ['conv5_1', 512, 512, 3, 2, 9.437, 2359.3, 9216],
  ['conv5_2', 512, 512, 3, 2, 9.437, 2359.3, 9216],
  ['conv5_3', 512, 512, 3, 2, 9.437, 2359.3, 9216],
  ['fc', 512, 10, 1, 1, 0.005, 5.12, 32],
];

const resnet18Rows: readonly Row[] = [
  ['conv1', 3, 64, 3, 32, 1.769, 1.73, 8],
  ['l1b1c1', 64, 64, 3, 32, 37.749, 36.86, 144],
  ['l1b1c2', 64, 64, 3, 32, 37.749, 36.86, 144],
  ['l1b2c1', 64, 64, 3, 32, 37.749, 36.86, 144],
  ['l1b2c2', 64, 64, 3, 32, 37.749, 36.86, 144],
  ['l2b1c1', 64, 128, 3, 16, 18.874, 73.73, 288],
  ['l2b1c2', 128, 128, 3, 16, 37.749, 147.46, 576],
  ['l2b1sc', 64, 128, 1, 16, 2.097, 8.19, 32],
  ['l2b2c1', 128, 128, 3, 16, 37.749, 147.46, 576],
  ['l2b2c2', 128, 128, 3, 16, 37.749, 147.46, 576],
  ['l3b1c1', 128, 256, 3, 8, 18.874, 294.91, 1152],
  ['l3b1c2', 256, 256, 3, 8, 37.749, 589.82, 2304],
  ['l3b1sc', 128, 256, 1, 8, 2.097, 32.77, 128],
  ['l3b2c1', 256, 256, 3, 8, 37.749, 589.82, 2304],
  ['l3b2c2', 256, 256, 3, 8, 37.749, 589.82, 2304],
  ['l4b1c1', 256, 512, 3, 4, 18.874, 1179.65, 4608],
  ['l4b1c2', 512, 512, 3, 4, 37.749, 2359.3, 9216],
  ['l4b1sc', 256, 512, 1, 4, 2.097, 131.07, 512],
  ['l4b2c1', 512, 512, 3, 4, 37.749, 2359.3, 9216],
  ['l4b2c2', 512, 512, 3, 4, 37.749, 2359.3, 9216],
  ['fc', 512, 10, 1, 1, 0.005, 5.12, 32],
];

/** The table of a network; numbers rounded as the rows above are. */
function rowsOf(network: Network): Row[] {
  const shapes = layerShapes(fuse(network));
  const geometries = geometriesOf(fuse(network));
  return fuse(network).layers.flatMap((layer, i): Row[] => {
    const geometry = geometries[i];
    if (!hasWeights(layer) || !geometry) return [];
    const { height, width } = shapes.get(layer.name)!;
    expect(width).toBe(height);
    const { channels, kernels, window } = geometry;
    const weights = layer.weights.length;
    const groups = groupCount(groupGrid(geometry, { channels: 16, kernels: 16 }));
    const sizes = [layer.name, channels, kernels, window.height, height] as const;
    const millions = Math.round((weights * height * width) / 1000) / 1000;
    return [[...sizes, millions, Math.round(weights / 10) / 100, groups]];
  });
}

const byName = (rows: readonly Row[]): Row[] => rows.toSorted(([a], [b]) => (a < b ? -1 : 1));

describe.each([
  { build: vgg16, rows: vgg16Rows, macs: 313.2, weights: 14715.6, groups: 57_496 },
  { build: resnet18, rows: resnet18Rows, macs: 555.42, weights: 11164.4, groups: 43_624 },
])('$build.name', ({ build, rows, macs, weights, groups }) => {
  const network = build();

  it('is a network that fits together', () => {
    expect(() => checkNetwork(network)).not.toThrow();
  });

  it('has the layers of the table', () => {
    expect(byName(rowsOf(network))).toEqual(byName(rows));
  });

  it(`adds up to ${macs} M MACs, ${weights} K weights, ${groups} groups`, () => {
    const shapes = layerShapes(fuse(network));
    const layers = fuse(network).layers.filter(hasWeights);
    const all = layers.reduce((sum, layer) => sum + layer.weights.length, 0);
    const products = layers.reduce((sum, layer) => {
      const { height, width } = shapes.get(layer.name)!;
      return sum + layer.weights.length * height * width;
    }, 0);

    expect(Math.round(products / 1e4) / 100).toBe(macs);
    expect(Math.round(all / 100) / 10).toBe(weights);
    expect(rowsOf(network).reduce((sum, row) => sum + row[7], 0)).toBe(groups);
  });
});
