// How much device memory does VGG16 take on 224x224 images? On MARS with feature-map banks that are large enough, two
// seeded random images, seeded weights; with the three linear layers that were published (25088 -> 4096 -> 4096 -> 1000),
// and with an average pool and one linear layer in their place. More than 2 GiB is a failure. Outputs with and without the
// exact shortcuts must be the same.

import type { FeatureMap } from '../src/core/feature-map.ts';
import { randomWords } from '../src/core/random.ts';
import { vgg16 } from '../src/network/builtin/vgg16.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { openGpuOf } from '../src/measure/backend.ts';
import { equal } from '../src/measure/equal.ts';
import { mapNetwork } from '../src/measure/networks.ts';
import type { Host, Question } from '../src/measure/question.ts';

const side = 224;
const images = 2;
const adcBits = [6, 5, 4];
/** Outputs of the first two of three linear layers, or 0 where there is one. */
const hidden = { 1: 0, 3: 4096 } as const;
const maxBytes = 2 ** 31;

/** The question. */
export const memory: Question = {
  name: 'memory',
  asks: `How much device memory does VGG16 take on ${side}x${side} images?`,
  ask: async (bench) => {
    const keys = adcBits.flatMap((bits) =>
      ([1, 3] as const).map((linear) => ({ 'ADC bits': bits, 'linear layers': linear, images })),
    );
    for (const key of keys.filter((one) => bench.wants(one))) {
      const network = vgg16({ side, classes: 1000, hidden: hidden[key['linear layers']] });
      const settings = [`adc.bits=${key['ADC bits']}`, 'featureMap.bankBytes=4194304'];
      const mapping = await mapNetwork(bench.host, network, 'dense', settings);
      const run = await peakOf(bench.host, mapping, true);
      const everyRead = await peakOf(bench.host, mapping, false);
      equal(run.outputs, everyRead.outputs, 'outputs with and without shortcuts');
      equal(run.saturated, everyRead.saturated, 'saturated reads with and without shortcuts');
      bench.add({
        key,
        facts: {
          'peak MiB': mebibytes(run.peak),
          seconds: Number(run.seconds.toPrecision(3)),
          'saturated reads': run.saturated.reduce((sum, count) => sum + count, 0),
          computed: [...new Set(Object.values(run.paths))].join(', '),
          'peak MiB without shortcuts': mebibytes(everyRead.peak),
          'seconds without shortcuts': Number(everyRead.seconds.toPrecision(3)),
        },
        checked: `${run.outputs.length} outputs, and the saturated reads of each layer, with every column read through the ADC`,
      });
    }
  },
};

interface Peak {
  readonly outputs: Int32Array;
  /** By layer. */
  readonly saturated: readonly number[];
  readonly paths: Awaited<ReturnType<typeof simulate>>['paths'];
  /** Bytes. */
  readonly peak: number;
  readonly seconds: number;
}

/** Simulates on a backend of its own, whose peak is this run's. */
async function peakOf(
  host: Host,
  mapping: Parameters<typeof simulate>[0],
  shortcuts: boolean,
): Promise<Peak> {
  await using backend = await openGpuOf(host, { shortcuts });
  const start = host.now();
  const run = await simulate(mapping, seededImages(), { backend });
  const { outputs, paths, peakMemory = 0 } = run;
  if (peakMemory === 0 || peakMemory > maxBytes)
    throw new Error(
      `VGG16 took ${mebibytes(peakMemory)} MiB, more than 0 and at most 2048 expected`,
    );
  const saturated = run.activity.map(({ saturatedReads }) => saturatedReads);
  return { outputs, saturated, paths, peak: peakMemory, seconds: host.now() - start };
}

function seededImages(): FeatureMap {
  const word = randomWords(1, 600);
  const data = Uint8Array.from({ length: images * side * side * 3 }, (_, i) => word(i) >>> 24);
  return { images, height: side, width: side, channels: 3, bits: 8, data };
}

const mebibytes = (bytes: number): number => Number((bytes / 2 ** 20).toFixed(1));
