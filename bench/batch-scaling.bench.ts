// How do images per second grow with the images of a batch, from 1 to 256? mnist-cnn and resnet20 (half of the density
// profile), the first batch, which comes with loading the weights, left out.

import { openGpuOf } from '../src/measure/backend.ts';
import { openNetworkCase } from '../src/measure/network-case.ts';
import { type Density, mapNetwork } from '../src/measure/networks.ts';
import type { Bench, Question } from '../src/measure/question.ts';

const networks: readonly { readonly name: string; readonly density: Density }[] = [
  { name: 'mnist-cnn', density: 'pruned 0.5' },
  { name: 'resnet20', density: 'profile 0.5' },
];
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Batches that would take longer are left out. */
const maxSeconds = 20;

/** The question. */
export const batchScaling: Question = {
  name: 'batch-scaling',
  asks: 'How do images per second grow with the images of a batch?',
  ask: async (bench) => {
    for (const { name, density } of networks) await askOne(bench, name, density);
  },
};

async function askOne(bench: Bench, name: string, density: Density): Promise<void> {
  await using backend = await openGpuOf(bench.host);
  const network = await bench.host.network(name);
  const mapping = await mapNetwork(bench.host, network, density);
  const { seconds } = bench.settings;
  let imagesPerSecond = Infinity;
  for (const batch of batches) {
    if (batch / imagesPerSecond > maxSeconds) {
      bench.note(`${name}: batches from ${batch} on take more than ${maxSeconds} s, left out`);
      return;
    }
    const row = await bench.measure({ network: name, density, batch }, async () => {
      const run = { network, mapping, batch, seconds };
      return await openNetworkCase(bench.host, backend, run);
    });
    imagesPerSecond = row?.timing?.perSecond['images'] ?? imagesPerSecond;
  }
}
