import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  forEachGroupedWeight,
  forEachWeight,
  groupCount,
  groupGrid,
  type GroupShape,
  type KernelGeometry,
  weightIndex,
  zeroGroups,
} from '../../src/compress/weight-group.ts';
import { holds } from '../support/property.ts';
import { anyWindow } from '../support/any-window.ts';
import { onePixel, symmetricWindow } from '../../src/core/window.ts';

const between = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max });
const geometries: fc.Arbitrary<KernelGeometry> = fc.record({
  channels: between(1, 40),
  kernels: between(1, 20),
  window: anyWindow,
});
const shapes: fc.Arbitrary<GroupShape> = fc.record({
  channels: between(1, 24),
  kernels: between(1, 12),
});
const mars: GroupShape = { channels: 16, kernels: 16 };
const conv3x3 = (channels: number, kernels: number): KernelGeometry => ({
  channels,
  kernels,
  window: symmetricWindow(3, 3, { padding: 1 }),
});

describe('weightIndex', () => {
  it('gives every weight exactly one place of group, word line and kernel', () => {
    holds(
      fc.property(geometries, shapes, (geometry, shape) => {
        const grid = groupGrid(geometry, shape);
        const { channels, kernels, window } = geometry;
        const seen = new Uint8Array(kernels * channels * window.height * window.width);

        for (let kernel = 0; kernel < kernels; kernel++)
          for (let code = 0; code < grid.codes; code++)
            for (let wordLine = 0; wordLine < shape.channels; wordLine++) {
              const index = weightIndex(grid, geometry, { kernel, code, wordLine });
              if (index < 0) continue;
              expect(Math.floor(index / (channels * window.height * window.width))).toBe(kernel);
              seen[index]! += 1;
            }

        expect(seen.every((count) => count === 1)).toBe(true);
      }),
    );
  });

  it('keeps to one kernel position and one block of channels in a group that is not packed', () => {
    const geometry = conv3x3(40, 4);
    const grid = groupGrid(geometry, mars);

    // Code 13 of 3 blocks x 9 positions: block 1, position 4; word line 5 is channel 21.
    const index = weightIndex(grid, geometry, { kernel: 2, code: 13, wordLine: 5 });

    expect(index).toBe((2 * 40 + 21) * 9 + 4);
    expect(weightIndex(grid, geometry, { kernel: 2, code: 22, wordLine: 8 })).toBe(-1);
  });

  it('deals positions and channels of a packed layer onto word lines one after the other', () => {
    const geometry = conv3x3(3, 4);
    const grid = groupGrid(geometry, mars);

    // Line 16 + 4 = 20 of the patch: position 6, channel 2.
    expect(weightIndex(grid, geometry, { kernel: 1, code: 1, wordLine: 4 })).toBe(
      (1 * 3 + 2) * 9 + 6,
    );
    // 27 inputs end at word line 10 of the second block.
    expect(weightIndex(grid, geometry, { kernel: 0, code: 1, wordLine: 10 })).toBe(2 * 9 + 8);
    expect(weightIndex(grid, geometry, { kernel: 0, code: 1, wordLine: 11 })).toBe(-1);
  });
});

describe('forEachWeight', () => {
  it('visits every weight in exactly one group', () => {
    holds(
      fc.property(geometries, shapes, (geometry, shape) => {
        const grid = groupGrid(geometry, shape);
        const { channels, kernels, window } = geometry;
        const perKernel = channels * window.height * window.width;
        const seen = new Uint8Array(kernels * perKernel);

        for (let group = 0; group < grid.kernelTiles * grid.codes; group++) {
          const tile = Math.floor(group / grid.codes);
          forEachWeight(grid, geometry, group, (index) => {
            expect(Math.floor(index / perKernel / shape.kernels)).toBe(tile);
            seen[index]! += 1;
          });
        }

        expect(seen.every((count) => count === 1)).toBe(true);
      }),
    );
  });
});

describe('groupGrid', () => {
  it('packs the 27 inputs of a 3x3 layer of 3 channels into 2 groups per tile', () => {
    expect(groupGrid(conv3x3(3, 64), mars)).toEqual({
      packed: true,
      blocks: 2,
      positions: 1,
      codes: 2,
      kernelTiles: 4,
      shape: mars,
    });
  });

  it('needs 288 codes for 512 channels of 3x3 and 72 for 128', () => {
    expect(groupGrid(conv3x3(512, 512), mars)).toMatchObject({ packed: false, codes: 288 });
    expect(groupGrid(conv3x3(128, 128), mars)).toMatchObject({ codes: 72, kernelTiles: 8 });
  });

  it('does not pack a layer of as many channels as word lines, nor one of a single position', () => {
    expect(groupGrid(conv3x3(16, 16), mars).packed).toBe(false);
    expect(groupGrid({ ...conv3x3(3, 16), window: onePixel }, mars).packed).toBe(false);
  });

  it('finds the 57,496 groups of VGG16 and the 43,624 of ResNet18 on 32x32 images of 10 classes', () => {
    const groups = (channels: number, kernels: number, side = 3): number => {
      const geometry = { ...conv3x3(channels, kernels), window: symmetricWindow(side, side) };
      const grid = groupGrid(geometry, mars);
      return grid.codes * grid.kernelTiles;
    };
    const total = (counts: readonly number[]): number => counts.reduce((sum, n) => sum + n, 0);
    const vgg = [3, 64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512];
    const stage = (from: number, to: number): number =>
      groups(from, to) + 3 * groups(to, to) + (from === to ? 0 : groups(from, to, 1));

    const vgg16 = total(vgg.slice(1).map((kernels, i) => groups(vgg[i]!, kernels)));
    const resnet18 =
      groups(3, 64) + stage(64, 64) + stage(64, 128) + stage(128, 256) + stage(256, 512);

    expect(vgg16 + groups(512, 10, 1)).toBe(57_496);
    expect([resnet18 + groups(512, 10, 1), resnet18 + groups(512, 10, 1) - 672]).toContain(43_624);
  });
});

describe('forEachGroupedWeight', () => {
  it('visits every weight once, in order, with the group that forEachWeight finds it in', () => {
    holds(
      fc.property(geometries, shapes, (geometry, shape) => {
        const grid = groupGrid(geometry, shape);
        const { channels, kernels, window } = geometry;
        const groups = new Int32Array(kernels * channels * window.height * window.width).fill(-1);
        for (let group = 0; group < groupCount(grid); group++)
          forEachWeight(grid, geometry, group, (i) => (groups[i] = group));
        const seen: number[] = [];

        forEachGroupedWeight(grid, geometry, (index, group) => {
          expect(index).toBe(seen.length);
          seen.push(group);
        });

        expect(seen).toEqual([...groups]);
      }),
    );
  });
});

describe('zeroGroups', () => {
  it('keeps the weights of the groups of ones in a copy', () => {
    const geometry = conv3x3(20, 20);
    const grid = groupGrid(geometry, mars);
    const weights = new Float32Array(20 * 20 * 9).fill(1);
    const kept = Uint8Array.from({ length: groupCount(grid) }, (_, group) => group % 2);

    const left = zeroGroups(weights, grid, geometry, kept);

    expect(weights.every((weight) => weight === 1)).toBe(true);
    for (let group = 0; group < kept.length; group++)
      forEachWeight(grid, geometry, group, (i) => expect(left[i]).toBe(kept[group]));
  });
});
