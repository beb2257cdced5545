// Quantization-aware training end to end on tiny networks, and being cut off in the middle.
import { describe, expect, it } from 'vitest';
import { compress } from '../../../src/compress/compress.ts';
import { isMacroLayer } from '../../../src/compress/compressed-network.ts';
import { CimError } from '../../../src/core/errors.ts';
import { randomWord } from '../../../src/core/random.ts';
import { tilingWindow } from '../../../src/core/window.ts';
import type { ImageSet } from '../../../src/datasets/image-set.ts';
import type { Network } from '../../../src/network/network.ts';
import { readNetworkFile, writeNetworkFile } from '../../../src/network/io/network-file.ts';
import { integerForward } from '../../../src/reference/integer-network.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import { simulate } from '../../../src/simulate/simulate.ts';
import { accuracy } from '../../../src/core/accuracy.ts';
import { chipAdc } from '../../../src/chips/readout.ts';
import { uniformAdc } from '../../../src/core/adc-table.ts';
import {
  type Checkpoint,
  checkSettings,
  readCheckpoint,
  writeCheckpoint,
} from '../../../src/train/run/checkpoint.ts';
import {
  beginQuantization,
  exportIntegers,
  quantizationOf,
} from '../../../src/train/run/quantized-run.ts';
import { train } from '../../../src/train/run/train.ts';
import {
  type TrainHooks,
  trainDefaults,
  type TrainOptions,
} from '../../../src/train/run/train-options.ts';
import { mapped } from '../../support/mapped.ts';
import {
  conv,
  linear,
  networkOf,
  noise,
  randomNetwork,
  tourNetwork,
  windowNetwork,
} from '../../support/small-networks.ts';
import { runtime } from '../onnx-runtime.ts';
import { trainedSums } from '../trained-sums.ts';
import { hasWeights } from '../../../src/network/fused-network.ts';
import { fuse } from '../../../src/network/passes/fuse.ts';
import { everyNth } from '../../support/long.ts';
import { spellOut } from '../../../src/network/passes/spell-out.ts';

/** Images of 8x8 with a bright bar whose place is the class. */
function bars(count: number): ImageSet {
  const data = Uint8Array.from({ length: count * 64 }, (_, i) => randomWord(7, 1, i) % 64);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % 4);
  labels.forEach((label, i) => data.fill(255, i * 64 + 16 * label, i * 64 + 16 * label + 8));
  const images = { images: count, height: 8, width: 8, channels: 1, bits: 8, data };
  return { name: 'bars', classes: 4, images, labels };
}

/** A network with a shortcut, in a thousand weights. */
const tiny = (): Network =>
  networkOf('tiny', { height: 8, width: 8, channels: 1 }, 4, [
    conv({ name: 'stem', input: 'image', channels: 1, kernels: 6, batchNorm: true }),
    { kind: 'maxPool', name: 'pool', input: 'stem', window: tilingWindow(2) },
    conv({ name: 'main', input: 'pool', channels: 6, kernels: 8, batchNorm: true, stride: 2 }),
    conv({
      name: 'skip',
      input: 'pool',
      channels: 6,
      kernels: 8,
      kernelHeight: 1,
      kernelWidth: 1,
      stride: 2,
      padding: 0,
      relu: false,
      batchNorm: true,
    }),
    conv({
      name: 'join',
      input: 'main',
      channels: 8,
      kernels: 8,
      batchNorm: true,
      residual: { input: 'skip', stride: 1, channelOffset: 0 },
    }),
    linear({ name: 'fc', input: 'join', inputs: 32, outputs: 4, bias: true }),
  ]);

const options: TrainOptions = {
  ...trainDefaults,
  epochs: 4,
  denseEpochs: 1,
  fixedEpochs: 1,
  quantizeEpochs: 2,
  quantizeLearningRate: 0.01,
  batchSize: 20,
  largestShift: 1,
  flip: true,
  groupShape: { channels: 4, kernels: 4 },
  targetDensity: 0.5,
  weightBits: 4,
  activationBits: 4,
  threads: 1,
};

const precisions = [
  { weightBits: 4, activationBits: 4, weightForm: 'linear' },
  { weightBits: 4, activationBits: 4, weightForm: 'tanh' },
  { weightBits: 8, activationBits: 8, weightForm: 'linear' },
  { weightBits: 2, activationBits: 3, weightForm: 'tanh' },
] as const;

const networks: readonly (readonly [string, Network])[] = [
  ['tiny', tiny()],
  ['tour', tourNetwork()],
  ['windows', windowNetwork()],
  ...[11, 12, 13, 14].map((seed) => [`random ${seed}`, randomNetwork(seed)] as const),
];

describe('quantizedForward', () => {
  it.each(
    everyNth(
      // No divisor of the number of precisions: every network and every one of them.
      3,
      networks.flatMap(([name, network]) => precisions.map((bits) => ({ name, network, bits }))),
    ),
  )(
    'has the integers that compress makes of the exported file: $name at $bits',
    async ({ network, bits }) => {
      const images = noise(network.input, 5);
      const set = { name: 'noise', classes: network.classes, images, labels: new Uint8Array(5) };
      const layers = new Map([
        [fuse(network).layers[0]!.name, { weightBits: 6, activationBits: 7 }],
      ]);
      const quantization = quantizationOf({ ...bits, layers });
      const begun = beginQuantization(fuse(network), set, quantization);

      const sums = await trainedSums(begun.network, images, { ...begun, quantization });
      const { weightBits } = bits;
      const exported = await exportIntegers({ ...begun, quantization, weightBits }, runtime);
      const loaded = readNetworkFile(writeNetworkFile(spellOut(exported)), 'test');
      const compressed = compress(loaded);

      expect([...sums]).toEqual([...integerForward(compressed, images)]);
      expect(sums.some((sum) => sum !== 0)).toBe(true);
      const [first, ...others] = compressed.layers.filter(isMacroLayer);
      expect(first?.weightBits).toBe(6);
      expect(new Set(others.map((layer) => layer.weightBits))).toEqual(
        new Set(others.length > 0 ? [weightBits] : []),
      );
    },
  );
});

describe('quantizedForward through the ADC', () => {
  it.each(
    everyNth(
      2,
      networks.flatMap(([name, network]) =>
        precisions.slice(0, 3).map((bits) => ({ name, network, bits })),
      ),
    ),
  )('has the sums of the plain macros: $name at $bits', async ({ network, bits }) => {
    const images = noise(network.input, 3);
    const set = { name: 'noise', classes: network.classes, images, labels: new Uint8Array(3) };
    const quantization = quantizationOf(bits);
    const begun = beginQuantization(fuse(network), set, quantization);
    const { weightBits, activationBits } = bits;
    const exported = await exportIntegers({ ...begun, quantization, weightBits }, runtime);
    const settings = ['adc.bits=4', 'adc.step=2.5', 'adc.offset=0.5'];
    const mapping = mapped(spellOut(exported), { weightBits, activationBits, settings });
    const columns = {
      readout: {
        adc: uniformAdc(chipAdc(mapping.chip))!,
        inputBitsPerPhase: 2,
        sparsity: 'groups' as const,
      },
      shape: { channels: 16, kernels: weightBits === 4 ? 32 : 16 },
      imageBits: activationBits,
    };

    const sums = await trainedSums(begun.network, images, { ...begun, quantization, columns });
    const { outputs } = await simulate(mapping, images, { backend: openReference() });

    expect([...sums]).toEqual([...outputs]);
    expect([...outputs]).not.toEqual([...integerForward(mapping.network, images)]);
  });
});

describe('train with quantization', () => {
  const images = bars(100);
  const begin = (
    hooks: TrainHooks = {},
    change: Partial<TrainOptions> = {},
  ): ReturnType<typeof train> => train(tiny(), images, runtime, { ...options, ...change, hooks });

  it('learns, and gives the accuracy that the exported integers have', async () => {
    const more = {
      epochs: 14,
      fixedEpochs: 5,
      groupLasso: 0.1,
      learningRate: 0.1,
      quantizeEpochs: 3,
      targetDensity: 0.8,
    };
    const { network, epochs } = await begin({ test: images }, { ...more, weightForm: 'tanh' });

    const outputs = integerForward(compress(network), images.images);
    const right = Array.from(images.labels).filter((label, i) => {
      const row = [...outputs.subarray(4 * i, 4 * i + 4)];
      return row.indexOf(Math.max(...row)) === label;
    }).length;
    expect(epochs.map(({ stage }) => stage)).toEqual([
      'dense',
      ...Array<string>(8).fill('lasso'),
      ...Array<string>(5).fill('tune'),
      ...Array<string>(3).fill('quantize'),
    ]);
    expect(epochs.at(-1)?.testAccuracy).toBe(right / 100);
    expect(right).toBeGreaterThan(80);
  });

  it('trains with the column codes of a small ADC, and tells the accuracy that the macros have', async () => {
    const settings = ['adc.bits=2', 'adc.step=3'];
    const columns = {
      adc: { bits: 2, step: 3 * 256, offset: 0 },
      inputBitsPerPhase: 2,
      sparsity: 'groups' as const,
    };
    const more = { epochs: 6, groupLasso: 0, targetDensity: undefined, quantizeEpochs: 4 };
    const groupShape = { channels: 16, kernels: 32 };
    const accuracies = async (
      change: Partial<TrainOptions>,
    ): Promise<{ told: number | undefined; macros: number }> => {
      const { network, epochs } = await begin({ test: images }, { ...more, ...change, groupShape });
      const mapping = mapped(network, { weightBits: 4, activationBits: 4, settings });
      const { outputs } = await simulate(mapping, images.images, { backend: openReference() });
      const macros = accuracy(outputs, images.labels, 4);
      return { told: epochs.at(-1)?.testAccuracy, macros };
    };

    const aware = await accuracies({ columns });
    const unaware = await accuracies({});

    expect(aware.told).toBe(aware.macros);
    expect(unaware.told).toBeGreaterThan(unaware.macros);
    expect(aware.macros).toBeGreaterThan(unaware.macros);
  });

  it('prunes to the target density, and keeps it', async () => {
    const { epochs, zeroGroups, groups } = await begin({}, { targetDensity: 0.4 });

    expect(zeroGroups).toBeGreaterThanOrEqual(Math.round(0.6 * groups));
    expect(epochs.at(3)?.density).toBeLessThanOrEqual(0.4 + 0.5 / groups);
    expect(epochs.at(3)?.density).toBeGreaterThan(0.3);
  });

  it('removes the groups step by step where that is wanted', async () => {
    const more = { epochs: 6, quantizeEpochs: 0, pruneSteps: 4, targetDensity: 0.4 };
    const { epochs, groups } = await begin({}, more);
    const allowed = (share: number): number => 0.4 + 0.6 * share + 0.5 / groups;

    // Before steps 10, 15, 20 and 25 of 30: after the epochs 3 to 6.
    const densities = epochs.map(({ density }) => density);
    expect(densities.slice(0, 2)).toEqual([1, 1]);
    [27 / 64, 8 / 64, 1 / 64, 0].forEach((share, i) => {
      expect(densities[i + 2]).toBeLessThanOrEqual(allowed(share));
      expect(densities[i + 2]).toBeGreaterThan(allowed(share) - 1.5 / groups);
    });
  });

  it('leaves layers dense that are to stay so', async () => {
    const layers = new Map([['main', { dense: true }]]);

    const { network } = await begin({}, { layers, quantizeEpochs: 0, targetDensity: 0.6 });

    const main = fuse(network).layers.find(({ name }) => name === 'main');
    const zeros = [...(main as { weights: Float32Array }).weights].filter((weight) => weight === 0);
    expect(zeros).toEqual([]);
  });

  it('gives the same file when it is stopped after any step and goes on from the checkpoint', async () => {
    const gradual = { pruneSteps: 3 };
    const whole = await begin({}, gradual);
    const wanted = writeNetworkFile(whole.network);
    for (const stopAt of [3, 5, 7, 15, 17, 20, 23, 29]) {
      const signal = { aborted: false };
      let saved: Uint8Array | undefined;
      const stopped = begin(
        { onCheckpoint: (checkpoint) => (saved = writeCheckpoint(checkpoint)) },
        { ...gradual, signal, onProgress: ({ done }) => (signal.aborted = done === stopAt) },
      );
      await expect(stopped).rejects.toThrow(expect.objectContaining({ kind: 'cancelled' }));

      const resume = readCheckpoint(saved!, 'test');
      const again = await begin({ resume }, gradual);

      expect(5 * resume.position.epoch + resume.position.step).toBe(stopAt);
      expect(writeNetworkFile(again.network)).toEqual(wanted);
      expect(again.epochs).toEqual(whole.epochs);
    }
  });

  it('saves after each epoch, and every so many seconds', async () => {
    const places: number[] = [];
    let time = 0;
    const onCheckpoint = ({ position }: Checkpoint): void => {
      places.push(5 * position.epoch + position.step);
    };

    const { epochs } = await begin({
      onCheckpoint,
      checkpointSeconds: 3,
      now: () => (time += 500),
    });

    expect(places).toEqual(expect.arrayContaining([5, 10, 15, 20, 25, 30]));
    expect(places.length).toBeGreaterThan(8);
    expect(epochs[0]?.seconds).toBeGreaterThan(1);
    expect(epochs[0]?.imagesPerSecond).toBeCloseTo(100 / epochs[0]!.seconds, 9);
  });

  it('tells the last checkpoint when the loss is no number any more', async () => {
    const running = begin(
      { lastCheckpoint: () => 'epoch 3 is in x' },
      { quantizeLearningRate: 1e30 },
    );

    await expect(running).rejects.toThrow(
      /tiny > \w+: training diverged in epoch 5: .*epoch 3 is in x/,
    );
  });

  it('refuses labels out of range and pixels that are missing', async () => {
    const labels = images.labels.with(7, 9);
    const data = images.images.data.subarray(1);

    const run = (set: ImageSet): Promise<unknown> => train(tiny(), set, runtime, options);

    await expect(run({ ...images, labels })).rejects.toThrow('label 9 of image 7 is not below 4');
    await expect(run({ ...images, images: { ...images.images, data } })).rejects.toThrow(CimError);
  });
});

describe('checkpoints', () => {
  const network = fuse(tiny());
  const weighted = network.layers.filter(hasWeights);
  const checkpoint: Checkpoint = {
    network,
    velocities: new Map(
      weighted.map(({ name, weights }) => [`${name}.weight`, weights.map((_, i) => (i % 3) - 1.5)]),
    ),
    kept: new Map([['main', Float32Array.of(1, 0)]]),
    scales: new Map(
      weighted.map(({ name }, i) => [name, { weight: { value: 0.1 + i, velocity: -3e-7 } }]),
    ),
    position: { epoch: 1, step: 3, lossSum: 1 / 3, right: 7, seconds: 0.25 },
    epochs: [
      {
        epoch: 1,
        stage: 'dense',
        loss: 2,
        accuracy: 0.1,
        density: 1,
        learningRate: 0.1,
        imagesPerSecond: 3,
        seconds: 4,
      },
    ],
    settings: { seed: 1, layers: [['a', { dense: true }]] },
  };

  it('come back equal from their file, which is a network file too', () => {
    const bytes = writeCheckpoint(checkpoint);

    expect(readCheckpoint(bytes, 'test')).toEqual(checkpoint);
    expect(fuse(readNetworkFile(bytes, 'test'))).toEqual(checkpoint.network);
  });

  it('are told from other files', () => {
    expect(() => readCheckpoint(writeNetworkFile(tiny()), 'x')).toThrow('x: is no checkpoint');
    expect(() => readCheckpoint(writeCheckpoint(checkpoint).subarray(0, 900), 'x')).toThrow(
      CimError,
    );
  });

  it('go on with the same settings only', () => {
    expect(() => checkSettings(checkpoint, checkpoint.settings, 'x')).not.toThrow();
    expect(() => checkSettings(checkpoint, { seed: 2 }, 'x')).toThrow(
      'x: was begun with seed 1, not 2',
    );
  });
});
