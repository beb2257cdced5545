// How do images per second grow with the images of a batch, from 1 to 256? mnist-cnn and resnet20 (half of the density
// profile), one batch per run.

import { openGpuOf } from './support/backend.ts';
import { openNetworkCase } from './support/network-case.ts';
import { type Density, mapNetwork } from './support/networks.ts';
import type { Bench, Question } from './support/question.ts';

const networks: readonly { readonly name: string; readonly density: Density }[] = [
  { name: 'mnist-cnn', density: 'pruned 0.5' },
  { name: 'resnet20', density: 'profile 0.5' },
];
const batches = [1, 2, 4, 8, 16, 32, 64, 128, 256];
/** Batches whose run would take longer are left out, and so are larger ones. */
const mostSeconds = 20;

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
  for (const batch of batches) {
    const key = { network: name, density, batch };
    const run = { network, mapping, batch, images: batch, seconds: bench.settings.seconds };
    const row = await bench.measure(
      key,
      async () => await openNetworkCase(bench.host, backend, run),
    );
    if (2 * (row?.timing?.wall.p50 ?? 0) < mostSeconds) continue;
    bench.note(`${name}: batches above ${batch} take more than ${mostSeconds} s and are left out`);
    return;
  }
}
