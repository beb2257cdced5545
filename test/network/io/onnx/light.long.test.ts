// Topologies of ImageNet on the chip, estimated as `mars estimate` does: docs/onnx.md has these cycles.

import { describe, expect, it } from 'vitest';
import { mars } from '../../../../src/chips/index.ts';
import { readOnnx } from '../../../../src/network/io/onnx/read-onnx.ts';
import { networkMacs } from '../../../../src/network/network.ts';
import { leaveOutNorms } from '../../../../src/network/passes/leave-out-norms.ts';
import { estimate } from '../../../../src/pipeline/estimate.ts';
import { onnxData, onnxFile } from '../../../support/onnx-data.ts';

/** Cycles of a frame, and the local response normalisations that are not counted. */
const topologies: Readonly<Record<string, readonly [cycles: number, norms: number]>> = {
  bvlc_alexnet: [1_674_745, 2],
  densenet121: [6_231_239, 0],
  inception_v1: [2_302_874, 2],
  inception_v2: [3_005_185, 0],
  resnet50: [5_348_436, 0],
  shufflenet: [637_035, 0],
  squeezenet: [615_783, 0],
  vgg19: [24_911_644, 0],
  zfnet512: [3_143_767, 2],
};

describe.skipIf(onnxData === undefined)('topologies of ImageNet', () => {
  it.each(Object.entries(topologies))('%s is estimated', (name, [cycles, norms]) => {
    const bytes = onnxFile('light', `light_${name}.onnx`);
    const { network, leftOut } = leaveOutNorms(readOnnx(bytes, name));
    expect(leftOut.length).toBe(norms);

    const bits = { weightBits: 8, activationBits: 8, prunedGroups: 0 };
    const { report } = estimate({ network, chip: mars, ...bits });

    expect(report.performance.cyclesPerFrame).toBe(cycles);
    // What runs through the macros besides the network's own layers only adds to them.
    expect(report.layers.reduce((sum, { macs }) => sum + macs, 0)).toBeGreaterThanOrEqual(
      networkMacs(network),
    );
  });
});
