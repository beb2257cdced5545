import { describe, expect, it } from 'vitest';
import { onePixel } from '../../../src/core/window.ts';
import { hasWeights, type Layer } from '../../../src/network/fused-network.ts';
import { checkResumed, checkTrained } from '../../../src/train/run/check-training.ts';
import {
  type Checkpoint,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/train/run/checkpoint.ts';
import { groupedLayers } from '../../../src/train/groups/groups.ts';
import type { EpochRecord } from '../../../src/network/epoch-record.ts';
import { caught } from '../../support/caught.ts';
import { tourNetwork } from '../../support/small-networks.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';

const network = fuse(tourNetwork());
const grouped = groupedLayers(network, { channels: 16, kernels: 16 });
const epoch: EpochRecord = {
  epoch: 1,
  stage: 'dense',
  loss: 1,
  accuracy: 0.5,
  density: 1,
  learningRate: 0.1,
  imagesPerSecond: 1,
  seconds: 1,
};
const checkpoint: Checkpoint = {
  network,
  velocities: new Map([['stem.weight', new Float32Array(18 * 27)]]),
  kept: new Map(grouped.map(({ name, groups }) => [name, new Float32Array(groups).fill(1)])),
  position: { epoch: 1, step: 0, lossSum: 0, right: 0, seconds: 0 },
  epochs: [epoch],
  settings: {},
};

const withLayer = (name: string, change: (layer: Layer) => Layer): Checkpoint => ({
  ...checkpoint,
  network: {
    ...network,
    layers: network.layers.map((layer) => (layer.name === name ? change(layer) : layer)),
  },
});

describe('checkTrained', () => {
  it('names a layer whose weights overflowed', () => {
    const broken = withLayer('main', (layer) =>
      hasWeights(layer) ? { ...layer, weights: layer.weights.map(() => Infinity) } : layer,
    );

    expect(() => checkTrained(network, undefined)).not.toThrow();
    const error = caught(() => checkTrained(broken.network, 'the last checkpoint has 2 epochs'));
    expect(error.where).toEqual(['tour', 'main']);
    expect(error.message).toContain('smaller learning rate');
    expect(error.message).toContain('the last checkpoint has 2 epochs');
  });
});

describe('checkResumed', () => {
  it('takes a checkpoint of the same network, its batch norms fused or not', () => {
    const fused = withLayer('stem', (layer) => ({ ...layer, batchNorm: undefined }));

    expect(() => checkResumed(checkpoint, network, grouped)).not.toThrow();
    expect(() => checkResumed(fused, network, grouped)).not.toThrow();
  });

  it('refuses one with another layer, or with groups of another size', () => {
    const wider = withLayer('half', (layer) => ({ ...layer, window: onePixel }));
    const kept = new Map([...checkpoint.kept, ['main', new Float32Array(3)]]);

    const error = caught(() => checkResumed(wider, network, grouped));
    expect(error).toMatchObject({ kind: 'input', where: ['tour', 'half'] });
    expect(caught(() => checkResumed({ ...checkpoint, kept }, network, grouped)).where).toEqual([
      'tour',
      'main',
    ]);
  });
});

describe('readCheckpoint', () => {
  it.each<[string, Partial<Checkpoint>, string]>([
    [
      'a velocity of another size',
      { velocities: new Map([['stem.weight', new Float32Array(3)]]) },
      'the velocity of stem.weight does not fit it',
    ],
    [
      'a velocity that is not finite',
      { velocities: new Map([['stem.weight', new Float32Array(18 * 27).fill(NaN)]]) },
      'the velocity of stem.weight has a value that is not finite',
    ],
    [
      'groups that are kept by half',
      { kept: new Map([['main', Float32Array.of(0.5)]]) },
      'the kept groups of main are not 0 and 1',
    ],
    [
      'scales of no layer',
      { scales: new Map([['nothing', { weight: { value: 1, velocity: 0 } }]]) },
      'has scales of nothing, not of stem, half, main, skip, join, fc',
    ],
    [
      'epochs that do not lead to where it stands',
      { position: { ...checkpoint.position, epoch: 4 } },
      'has records of 1 epoch and stands after epoch 4',
    ],
    [
      'an unknown stage',
      { epochs: [{ ...epoch, stage: 'rest' as 'dense' }] },
      'epochs.0.stage must be "dense", "lasso", "tune" or "quantize", not "rest"',
    ],
  ])('refuses %s', (_, change, says) => {
    const bytes = writeCheckpoint({ ...checkpoint, ...change });

    const error = caught(() => readCheckpoint(bytes, 'a.checkpoint'));

    expect(error).toMatchObject({ kind: 'input', where: ['a.checkpoint'] });
    expect(error.message).toContain(says);
  });
});
