import { describe, expect, it } from 'vitest';
import { groupGrid } from '../../../src/compress/weight-group.ts';
import { gaussian } from '../../../src/core/random.ts';
import { symmetricWindow } from '../../../src/core/window.ts';
import { mnistCnn } from '../../../src/network/builtin/mnist-cnn.ts';
import { GraphBuilder } from '../../../src/train/autodiff/graph.ts';
import { softThreshold } from '../../../src/train/groups/group-lasso.ts';
import {
  type GroupedLayer,
  groupedLayers,
  groupNorms,
  keptGroups,
  keptToCount,
  macroGroup,
} from '../../../src/train/groups/groups.ts';
import { openGraph } from '../onnx-runtime.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';

// 5 kernels of 5 channels and 2x2 positions in groups of 3 kernels x 2 channels: the last tile and block are not full.
const geometry = { channels: 5, kernels: 5, window: symmetricWindow(2, 2) };
const grid = groupGrid(geometry, { channels: 2, kernels: 3 });
const layer: GroupedLayer = { name: 'conv', geometry, grid, groups: 24 };
const weights = Float32Array.from({ length: 5 * 5 * 4 }, (_, i) => gaussian(1, 1, i));

/** Group of weight i of (M, C, R, S), counted as the file says: kernel tile, channel block, position. */
function groupOf(i: number): number {
  const [m, c, position] = [Math.floor(i / 20), Math.floor(i / 4) % 5, i % 4];
  return (Math.floor(m / 3) * 3 + Math.floor(c / 2)) * 4 + position;
}

function plainNorms(array: Float32Array): number[] {
  const squares = Array.from({ length: 24 }, () => 0);
  array.forEach(
    (weight, i) => (squares[groupOf(i)] = (squares[groupOf(i)] as number) + weight ** 2),
  );
  return squares.map(Math.sqrt);
}

describe('groups', () => {
  it('exist in all layers but those with fewer input channels than word lines', () => {
    const found = groupedLayers(fuse(mnistCnn()), macroGroup).map(({ name, groups }) => [
      name,
      groups,
    ]);

    expect(found).toEqual([
      ['conv2', 18],
      ['conv3', 72],
      ['conv4', 144],
      ['fc', 36],
    ]);
  });

  it('have the norms of the weights of one kernel tile, channel block and kernel position', () => {
    const norms = [...groupNorms(weights, layer)];

    plainNorms(weights).forEach((norm, group) => expect(norms[group]).toBeCloseTo(norm, 10));
  });

  it('are kept when their norm is large enough for their layer; zero groups never are', () => {
    expect([...keptGroups(Float64Array.of(0, 1, 2, 3, 0.1), 0.5)]).toEqual([0, 1, 1, 1, 0]);
    expect([...keptGroups(Float64Array.of(0, 0), 0)]).toEqual([0, 0]);
  });
});

describe('keptToCount', () => {
  const keep = (lists: readonly (readonly number[])[], most: number): number[][] =>
    [
      ...keptToCount(
        lists.map((norms, i) => ({ name: `layer${i}`, norms: Float64Array.from(norms) })),
        most,
      ).values(),
    ].map((mask) => [...mask]);

  it('keeps the groups with the largest squares beside those of their layer that are as large', () => {
    // Scores: 16/16, 9/25, 4/29, 1/30 and, whatever the scale, 1600/1600, 1600/3200, 400/3600, 100/3700.
    const lists = [
      [3, 4, 1, 2],
      [40, 10, 40, 20],
    ];
    const scores = [9 / 25, 1, 1 / 30, 4 / 29, 1, 1 / 37, 1 / 2, 1 / 9];
    const order = scores.map((_, i) => i).toSorted((a, b) => scores[b]! - scores[a]! || a - b);

    for (let most = 2; most <= 8; most += 1) {
      const largest = new Set(order.slice(0, most));
      expect(keep(lists, most).flat()).toEqual(scores.map((_, i) => (largest.has(i) ? 1 : 0)));
    }
  });

  it('leaves a layer of few groups more of them, where all are alike', () => {
    const alike = (count: number): number[] => Array<number>(count).fill(2);

    const counts = keep([alike(4), alike(40)], 22).map(
      (mask) => mask.filter((k) => k === 1).length,
    );

    // The k-th largest of equal groups has score 1/k, so both keep as many, until one has no more.
    expect(counts).toEqual([4, 18]);
    expect(keep([alike(4), alike(40)], 6).map((mask) => mask.lastIndexOf(1))).toEqual([2, 2]);
  });

  it('never keeps zero groups', () => {
    expect(
      keep(
        [
          [0, 0, 0, 4],
          [1, 1, 2, 4],
        ],
        8,
      ),
    ).toEqual([
      [0, 0, 0, 1],
      [1, 1, 1, 1],
    ]);
  });

  it('leaves each layer at least its largest group', () => {
    expect(
      keep(
        [
          [1, 1.1],
          [1, 9],
        ],
        1,
      ),
    ).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(
      keep(
        [
          [1, 1.1],
          [0, 0],
        ],
        0,
      ),
    ).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });
});

describe('softThreshold', () => {
  it.each([{ shape: [5, 5, 2, 2] }, { shape: [5, 20] }])(
    'shortens each group of $shape as a plain loop does, and keeps removed groups at zero',
    async ({ shape }) => {
      const some = weights.map((weight, i) => (groupOf(i) === 5 ? 0 : weight));
      const kept = new Float32Array(24).fill(1).with(7, 0);
      const strength = 0.9;
      const graph = new GraphBuilder('soft threshold');
      const input = graph.input('weights', shape);
      const options = {
        layer,
        strength: graph.input('strength', []),
        kept: graph.input('kept', [24]),
      };
      graph.output('result', softThreshold(graph, input, options));

      const run = await openGraph(graph.toBytes());
      const { result = new Float32Array() } = await run({
        weights: { data: some, shape },
        strength: { data: Float32Array.of(strength), shape: [] },
        kept: { data: kept, shape: [24] },
      });

      const norms = plainNorms(some);
      const threshold = (strength * norms.reduce((sum, norm) => sum + norm, 0)) / 23;
      const expected = some.map((weight, i) => {
        const norm = norms[groupOf(i)] as number;
        return groupOf(i) === 7 || norm <= threshold ? 0 : weight * (1 - threshold / norm);
      });
      const zeros = plainNorms(result).filter((norm) => norm === 0).length;
      expect(zeros).toBeGreaterThan(2);
      expect(zeros).toBeLessThan(22);
      expect(result).toHaveLength(100);
      result.forEach((weight, i) => expect(weight).toBeCloseTo(expected[i] as number, 5));
    },
  );

  it('gives the layer its norm back where that is wanted', async () => {
    const kept = new Float32Array(24).fill(1).with(3, 0);
    const graph = new GraphBuilder('soft threshold');
    const input = graph.input('weights', [100]);
    const options = {
      layer,
      strength: graph.input('strength', []),
      kept: graph.input('kept', [24]),
      keepsNorm: true,
    };
    graph.output('result', softThreshold(graph, input, options));

    const run = await openGraph(graph.toBytes());
    const { result = new Float32Array() } = await run({
      weights: { data: weights, shape: [100] },
      strength: { data: Float32Array.of(0.5), shape: [] },
      kept: { data: kept, shape: [24] },
    });

    const before = plainNorms(weights).map((norm, group) => norm * (kept[group] as number));
    const after = plainNorms(result);
    const length = (norms: number[]): number => Math.hypot(...norms);
    expect(length(after)).toBeCloseTo(length(before), 4);
    const largest = before.indexOf(Math.max(...before));
    expect(after[largest]).toBeGreaterThan(before[largest] as number);
    expect(after[3]).toBe(0);
    expect(after.filter((norm) => norm === 0).length).toBeGreaterThan(1);
  });
});
