// How fast an adapter is: the questions of the benches, asked for a few seconds each.

import { columnReads } from '../questions/column-reads.ts';
import { measureCeilings } from '../questions/roofline.ts';
import { shortcut } from '../questions/shortcut.ts';
import { openGpuOf } from '../backend.ts';
import { openNetworkCase } from '../network-case.ts';
import { type Density, mapNetwork } from '../networks.ts';
import type { Bench } from '../question.ts';
import { onSeededImages } from './digest.ts';
import { askIn, type Part } from './stage.ts';

/** What the adapter can do at most. */
export const ceilings: Part = {
  name: 'roofline',
  asks: 'What can the adapter do at most: integer operations and memory?',
  share: 8,
  run: async (stage) => await askIn(stage, { ask: measureCeilings }),
};

/** Column reads by ADC and noise, on uniform inputs, which need no data set. */
export const reads: Part = {
  name: 'column reads',
  asks: 'How many column reads per second, by ADC and noise?',
  share: 14,
  run: async (stage) => await askIn(stage, columnReads, /inputs uniform, kept 1$/),
};

/** With shortcuts and without. */
export const shortcuts: Part = {
  name: 'shortcuts',
  asks: shortcut.asks,
  share: 8,
  run: async (stage) => await askIn(stage, shortcut),
};

/** Networks, dense and sparse. */
const networks: readonly { readonly network: string; readonly sparse: Density }[] = [
  { network: 'mnist-cnn', sparse: 'pruned 0.8' },
  { network: 'resnet20', sparse: 'profile 0.5' },
  { network: 'vgg16', sparse: 'profile 1.1' },
  { network: 'resnet18', sparse: 'profile 0.5' },
];

/** What the chip's ADC loses, and its noise. */
const readouts: readonly { readonly bits: number; readonly noise: readonly string[] }[] = [
  { bits: 6, noise: [] },
  { bits: 5, noise: [] },
  { bits: 5, noise: ['noise.read=0.15'] },
];

/** Most seconds of a batch: the one that a GPU is given takes long on a software adapter. */
const batchSeconds = 1;

/** Whole networks. */
export const images: Part = {
  name: 'images per second',
  asks: 'How many images per second, dense and sparse, with ADCs of 6 and 5 bits, with noise?',
  share: 18,
  run: async (stage) => await askIn(stage, { ask: askNetworks }),
};

async function askNetworks(bench: Bench): Promise<void> {
  await using backend = await openGpuOf(bench.host);
  for (const isDense of [true, false])
    for (const { bits, noise } of readouts)
      for (const { network, sparse } of networks) {
        const density = isDense ? 'dense' : sparse;
        const key = {
          network,
          density,
          'ADC bits': bits,
          noise: noise.length > 0 ? 'read' : 'off',
        };
        await bench.measure(key, async () => {
          const host = onSeededImages(bench.host);
          const loaded = await host.network(network);
          const set = [`adc.bits=${bits}`, ...noise];
          const mapping = await mapNetwork(host, loaded, density, set);
          const { seconds } = bench.settings;
          const run = { network: loaded, mapping, batchSeconds, seconds };
          return await openNetworkCase(host, backend, run);
        });
      }
}
