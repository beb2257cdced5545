import { describe, expect, it } from 'vitest';
import { gaussian } from '../../src/core/random.ts';
import { mnistCnn } from '../../src/network/builtin/mnist-cnn.ts';
import { GraphBuilder } from '../../src/train/graph.ts';
import { softThreshold } from '../../src/train/group-lasso.ts';
import {
  groupCount,
  groupedLayers,
  groupNorms,
  groupOfWeights,
  keptGroups,
  type LayerGroups,
  macroGroup,
} from '../../src/train/groups.ts';
import { openGraph, runtime } from './onnx-runtime.ts';

const groups: LayerGroups = {
  kernelBlocks: 2,
  channelBlocks: 3,
  positions: 4,
  shape: { channels: 2, kernels: 3 },
};
const weights = Float32Array.from({ length: 6 * 6 * 4 }, (_, i) => gaussian(1, 1, i));

/** Group of weight (m, c, position), counted as the file says: kernel block, channel block, position. */
const groupOf = (m: number, c: number, position: number): number =>
  (Math.floor(m / 3) * 3 + Math.floor(c / 2)) * 4 + position;

describe('groups', () => {
  it('exist in layers with at least 16 input channels, not in the first layer or the linear one', () => {
    const found = groupedLayers(mnistCnn(), macroGroup).map(({ layer, groups: g }) => [
      layer.name,
      groupCount(g),
    ]);

    expect(found).toEqual([
      ['conv2', 18],
      ['conv3', 72],
      ['conv4', 144],
    ]);
  });

  it('hold the weights of one kernel block, channel block and kernel position', () => {
    const members = groupOfWeights(groups);

    for (let m = 0; m < 6; m++)
      for (let c = 0; c < 6; c++)
        for (let p = 0; p < 4; p++) expect(members[(m * 6 + c) * 4 + p]).toBe(groupOf(m, c, p));
  });

  it('are kept when their norm is large enough for their layer; zero groups never are', () => {
    expect([...keptGroups(Float64Array.of(0, 1, 2, 3, 0.1), 0.5)]).toEqual([0, 1, 1, 1, 0]);
    expect([...keptGroups(Float64Array.of(0, 0), 0)]).toEqual([0, 0]);
  });
});

describe.skipIf(!runtime)('softThreshold (needs onnxruntime-node)', () => {
  it('shortens each group as a plain loop does, and keeps removed groups at zero', async () => {
    const some = weights.map((weight, i) => (groupOfWeights(groups)[i] === 5 ? 0 : weight));
    const kept = new Float32Array(groupCount(groups)).fill(1).with(7, 0);
    const strength = 0.9;
    const graph = new GraphBuilder('soft threshold');
    const input = graph.input('weights', [6, 6, 2, 2]);
    const options = {
      groups,
      strength: graph.input('strength', []),
      kept: graph.input('kept', [kept.length]),
    };
    graph.output('result', softThreshold(graph, input, options));

    const run = await openGraph(graph.toBytes());
    const { result } = await run({
      weights: { data: some, shape: [6, 6, 2, 2] },
      strength: { data: Float32Array.of(strength), shape: [] },
      kept: { data: kept, shape: [kept.length] },
    });

    const norms = groupNorms(some, groups);
    const threshold = (strength * norms.reduce((sum, norm) => sum + norm, 0)) / (norms.length - 1);
    const expected = some.map((weight, i) => {
      const group = groupOfWeights(groups)[i] as number;
      const norm = norms[group] as number;
      return group === 7 || norm <= threshold ? 0 : weight * (1 - threshold / norm);
    });
    const zeros = groupNorms(result as Float32Array, groups).filter((norm) => norm === 0).length;
    expect(zeros).toBeGreaterThan(2);
    expect(zeros).toBeLessThan(norms.length);
    result?.forEach((weight, i) => expect(weight).toBeCloseTo(expected[i] as number, 5));
  });
});
