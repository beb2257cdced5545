// How many column reads per second? The common layer (128 -> 256 channels, 3x3, 16x16 outputs, 75.5 million MACs at 8b/8b,
// two column reads per MAC) on MARS' macros: 16 word lines on, 2-bit input phases.
//
// ADC of 6 bits (loses nothing), 5 and 4 (clip), step 1, offset 0; without noise, with read noise, and with more kinds of
// it; inputs that are uniformly random, and real ones: a feature map of 128 channels and 16x16 pixels after a ReLU of resnet18 on CIFAR-10
// (whether its weights are trained is in the row); all groups, and a random tenth. Column reads are those that happen:
// skipped groups read nothing.

import type { FeatureMap } from '../../core/feature-map.ts';
import { backendKey, openBackendOf, openGpuOf } from '../backend.ts';
import { commonLayer, openLayer, uniformInputs } from '../layer.ts';
import { openLayerCase } from '../layer-case.ts';
import { activationsOf, isTrained, mapNetwork } from '../networks.ts';
import { commonLevels, otherLevels } from '../noise-levels.ts';
import type { BackendName, Bench, Question } from '../question.ts';

const adcBits = [6, 5, 4];
const kept = [1, 0.1];
/** Where the real inputs come from: 16x16 pixels of 128 channels. */
const real = { network: 'resnet18', layer: 'l2b1c2', images: 8 };

/** The question. */
export const columnReads: Question = {
  name: 'column-reads',
  asks: 'How many column reads per second, by ADC, noise, inputs and density?',
  ask: async (bench) => {
    let realInputs: Promise<FeatureMap> | undefined;
    const sources = {
      uniform: () => Promise.resolve(uniformInputs(commonLayer, 4)),
      real: () => (realInputs ??= realActivations(bench)),
    };
    for (const name of bench.settings.backends) await askOne(bench, name, sources);
  },
};

async function askOne(
  bench: Bench,
  name: BackendName,
  sources: Readonly<Record<'uniform' | 'real', () => Promise<FeatureMap>>>,
): Promise<void> {
  await using backend = await openBackendOf(bench.host, name);
  for (const noise of [...commonLevels, ...otherLevels])
    for (const bits of adcBits)
      for (const inputs of ['uniform', 'real'] as const)
        for (const share of kept) {
          const isPlain = inputs === 'uniform' && share === 1;
          if (otherLevels.includes(noise) && !isPlain) continue;
          const key = {
            ...backendKey(name, bench.settings.backends),
            'ADC bits': bits,
            noise: noise.name,
            inputs,
            kept: share,
          };
          const settings = [`adc.bits=${bits}`, ...noise.settings];
          await bench.measure(key, async () => {
            const layer = openLayer({ ...commonLayer, kept: share, settings });
            const run = { layer, inputs: await sources[inputs]() };
            return await openLayerCase(bench.host, backend, run);
          });
        }
}

async function realActivations(bench: Bench): Promise<FeatureMap> {
  const { host } = bench;
  const network = await host.network(real.network);
  const { images } = await host.images('cifar10', 'test', real.images);
  await using backend = await openGpuOf(host);
  const mapping = await mapNetwork(host, network, 'dense');
  const map = await activationsOf(mapping, images, real.layer, backend);
  const zeros = map.data.reduce((sum, value) => sum + (value === 0 ? 1 : 0), 0) / map.data.length;
  const weights = isTrained(network) ? 'trained' : 'seeded, untrained';
  bench.note(
    `real inputs: ${real.layer} of ${real.network} (${weights} weights) on ${real.images} CIFAR-10 images, ${(100 * zeros).toFixed(1)} % zeros`,
  );
  return map;
}
