import { describe, expect, it } from 'vitest';
import { randomWord, uniform } from '../../../src/core/random.ts';
import type { ImageSet } from '../../../src/datasets/image-set.ts';
import { mnistCnn } from '../../../src/network/builtin/mnist-cnn.ts';
import { resnet18 } from '../../../src/network/builtin/resnet18.ts';
import { resnet20 } from '../../../src/network/builtin/resnet20.ts';
import { vgg16 } from '../../../src/network/builtin/vgg16.ts';
import { floatForward, toFloatMap } from '../../../src/network/float-forward.ts';
import type { Network } from '../../../src/network/network.ts';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/io/network-file.ts';
import { evaluate } from '../../../src/train/run/evaluate.ts';
import { groupedLayers, groupNorms, macroGroup } from '../../../src/train/groups/groups.ts';
import { parametersOf } from '../../../src/train/graphs/parameters.ts';
import { toNetwork } from '../../../src/train/graphs/to-network.ts';
import type { Checkpoint } from '../../../src/train/run/checkpoint.ts';
import { train } from '../../../src/train/run/train.ts';
import { trainDefaults } from '../../../src/train/run/train-options.ts';
import { trainingStep } from '../../../src/train/graphs/training-step.ts';
import { noise, tourNetwork } from '../../support/small-networks.ts';
import { runtime } from '../onnx-runtime.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';
import { spellOut } from '../../../src/network/passes/spell-out.ts';
import { type FusedNetwork } from '../../../src/network/fused-network.ts';

/** Noise with a bright bar whose place is the class: learnable in a few steps. */
function bars(count: number): ImageSet {
  const data = Uint8Array.from({ length: count * 784 }, (_, i) => randomWord(7, 1, i) % 64);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 10);
  labels.forEach((label, i) =>
    data.fill(255, i * 784 + (4 + 2 * label) * 28, i * 784 + (5 + 2 * label) * 28),
  );
  const images = { images: count, height: 28, width: 28, channels: 1, bits: 8, data };
  return { name: 'bars', classes: 10, images, labels };
}

/** Every array moved a little at random, so that none has a value that hides a mistake. */
function perturbed(network: Network): Network {
  return spellOut(perturbedLayers(fuse(network)));
}

function perturbedLayers(network: FusedNetwork): FusedNetwork {
  const arrays = new Map(parametersOf(network).map(({ name, data }) => [name, data]));
  return toNetwork(network, (name) =>
    (arrays.get(name) as Float32Array).map((value, i) => value + 0.2 * uniform(11, name.length, i)),
  );
}

describe('toNetwork', () => {
  it('gives back every array of a network, as copies', () => {
    const network = perturbedLayers(fuse(mnistCnn()));
    const arrays = new Map(parametersOf(network).map(({ name, data }) => [name, data]));

    const again = toNetwork(fuse(mnistCnn()), (name) => arrays.get(name) as Float32Array);

    expect(again).toEqual(network);
    expect(parametersOf(again)[0]?.data).not.toBe(parametersOf(network)[0]?.data);
    expect(fuse(readNetworkFile(writeNetworkFile(spellOut(again)), 'test'))).toEqual(again);
  });
});

describe('mnistCnn', () => {
  it('has weights that depend on the seed alone', () => {
    expect(mnistCnn({ seed: 4 })).toEqual(mnistCnn({ seed: 4 }));
    expect(mnistCnn({ seed: 4 }).tensors).not.toEqual(mnistCnn({ seed: 5 }).tensors);
  });
});

describe('trainingStep', () => {
  it('gives the same bytes for the same network', () => {
    const options = { ...trainDefaults, statisticsRate: 0.1 };

    expect(trainingStep(fuse(mnistCnn()), options).model).toEqual(
      trainingStep(fuse(mnistCnn()), options).model,
    );
  });
});

describe('evaluate', () => {
  it('gives the outputs of our own forward pass, also where the last batch is not full', async () => {
    const network = perturbed(mnistCnn({ seed: 3 }));
    const images = bars(130);

    const logits = await evaluate(network, images, runtime);

    const expected = floatForward(network, toFloatMap(images.images));
    const scale = Math.max(...expected.map(Math.abs));
    const worst = Math.max(...expected.map((value, i) => Math.abs(value - (logits[i] as number))));
    expect(logits).toHaveLength(1300);
    expect(worst / scale).toBeLessThan(1e-4); // 32-bit sums of up to 576 products, in another order
  });

  it.each([
    ['both kinds of shortcut', tourNetwork()],
    ['ResNet-20', perturbed(resnet20({ width: 4 }))],
    ['ResNet18', perturbed(resnet18({ width: 4 }))],
    ['VGG16', perturbed(vgg16({ width: 4 }))],
  ])('knows the layers of %s', async (_, network) => {
    const images = noise(network.input, 3);
    const set = { name: 'noise', classes: network.classes, images, labels: new Uint8Array(3) };

    const logits = await evaluate(network, set, runtime);

    const expected = floatForward(network, toFloatMap(images));
    const scale = Math.max(...expected.map(Math.abs));
    logits.forEach((value, i) =>
      expect(Math.abs(value - (expected[i] as number)) / scale).toBeLessThan(1e-4),
    );
  });
});

describe('train', () => {
  const images = bars(120);
  const options = { ...trainDefaults, batchSize: 20, epochs: 4, fixedEpochs: 1, largestShift: 0 };

  it('learns', async () => {
    const { losses, network } = await train(mnistCnn(), images, runtime, {
      ...options,
      groupLasso: 0,
    });

    expect(losses).toHaveLength(4);
    expect(losses[3]).toBeLessThan((losses[0] as number) / 4);
    expect(network.origin).toEqual(mnistCnn().origin);
  });

  it('gives the same losses and weights for the same seed, and others for another', async () => {
    const twoSteps = { ...options, epochs: 2, batchSize: 100 };

    const first = await train(mnistCnn(), images, runtime, twoSteps);
    const second = await train(mnistCnn(), images, runtime, twoSteps);
    const other = await train(mnistCnn(), images, runtime, { ...twoSteps, seed: 2 });

    expect(second).toEqual(first);
    expect(other.losses).not.toEqual(first.losses);
  });

  it('removes groups that group lasso made small, and keeps them at zero', async () => {
    const { network, zeroGroups, groups } = await train(mnistCnn(), images, runtime, {
      ...options,
      removeBelow: 1,
    });

    const weights = new Map(parametersOf(fuse(network)).map(({ name, data }) => [name, data]));
    const norms = groupedLayers(fuse(network), macroGroup).flatMap((layer) => [
      ...groupNorms(weights.get(`${layer.name}.weight`) as Float32Array, layer),
    ]);
    expect(groups).toBe(270);
    expect(zeroGroups).toBe(norms.filter((norm) => norm === 0).length);
    expect(zeroGroups).toBeGreaterThan(50);
    expect(zeroGroups).toBeLessThan(200);
  });

  it('tells where it stands and stops when asked', async () => {
    const signal = { aborted: false };
    const done: number[] = [];
    const onProgress = (progress: { done: number; total: number }): void => {
      done.push(progress.done / progress.total);
      signal.aborted = done.length === 3;
    };

    const running = train(mnistCnn(), images, runtime, { ...options, signal, onProgress });

    await expect(running).rejects.toThrow(expect.objectContaining({ kind: 'cancelled' }));
    expect(done).toEqual([1 / 24, 2 / 24, 3 / 24]);
  });

  it('says so when the loss is no number any more', async () => {
    const running = train(mnistCnn(), images, runtime, { ...options, learningRate: 1e30 });

    await expect(running).rejects.toThrow('mnist-cnn > conv2: training diverged in epoch 1');
  });

  it('moves 1.9 times as far in a first step with Nesterov’s momentum of 0.9', async () => {
    const step = {
      ...options,
      batchSize: 120,
      epochs: 1,
      fixedEpochs: 0,
      groupLasso: 0,
      weightDecay: 0,
    };
    const movesOf = async (nesterov: boolean): Promise<number[]> => {
      const { network } = await train(mnistCnn(), images, runtime, { ...step, nesterov });
      const start = parametersOf(fuse(mnistCnn())).find(({ name }) => name === 'fc.weight')!.data;
      const end = parametersOf(fuse(network)).find(({ name }) => name === 'fc.weight')!.data;
      return Array.from(end, (value, i) => value - start[i]!);
    };

    const [plain, nesterov] = [await movesOf(false), await movesOf(true)];

    const largest = Math.max(...plain.map(Math.abs));
    expect(largest).toBeGreaterThan(0);
    // Weights below 1 are rounded to 2^-24, each move to two of these.
    plain.forEach((move, i) =>
      expect(Math.abs(nesterov[i]! - 1.9 * move)).toBeLessThan(4 * 2 ** -24),
    );
  });

  it('refuses images that do not fit the network', async () => {
    const small = { ...images, classes: 7 };

    await expect(train(mnistCnn(), small, runtime, options)).rejects.toThrow(
      expect.objectContaining({ kind: 'input' }),
    );
    await expect(
      train(mnistCnn(), images, runtime, { ...options, batchSize: 500 }),
    ).rejects.toThrow('less than one batch');
  });
});

describe('train with small images first', () => {
  const network = vgg16({ width: 2 });
  const count = 12;
  const images: ImageSet = {
    name: 'noise',
    classes: 10,
    images: noise(network.input, count),
    labels: Uint8Array.from({ length: count }, (_, i) => i % 10),
  };
  const options = {
    ...trainDefaults,
    batchSize: 6,
    epochs: 3,
    fixedEpochs: 0,
    groupLasso: 0,
    imageSizes: [
      { side: 8, epochs: 1 },
      { side: 20, epochs: 1 },
    ],
  };

  it('learns from images of every size, and goes on from any checkpoint to the same weights', async () => {
    const checkpoints: Checkpoint[] = [];
    const whole = await train(network, images, runtime, {
      ...options,
      hooks: { onCheckpoint: (checkpoint) => checkpoints.push(checkpoint) },
    });
    const large = await train(network, images, runtime, { ...options, imageSizes: [] });

    expect(checkpoints).toHaveLength(3);
    expect(whole.losses).not.toEqual(large.losses);
    for (const resume of checkpoints.slice(0, 2)) {
      const rest = await train(network, images, runtime, { ...options, hooks: { resume } });
      expect(rest.network).toEqual(whole.network);
    }
  });

  it('names the layer of a loss that is no number', async () => {
    const running = train(network, images, runtime, { ...options, learningRate: 1e30 });

    await expect(running).rejects.toThrow(/^vgg16[^ ]* > conv1_\d: training diverged in epoch 1/);
  });
});
