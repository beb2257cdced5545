// How many times as fast are two threads of WebAssembly as one? Whole networks through `simulate`, the first batch, which
// comes with loading the weights, left out. A free core for each thread is taken for granted: look at the machine's load.

import { openNetworkCase } from '../src/measure/network-case.ts';
import { type Density, mapNetwork } from '../src/measure/networks.ts';
import type { Bench, Question } from '../src/measure/question.ts';

const networks: readonly { readonly name: string; readonly density: Density }[] = [
  { name: 'vgg16-w0.25-4b', density: 'dense' },
  { name: 'resnet18', density: 'dense' },
];
const threads = [1, 2];
/** Images of a batch: the same with one thread as with two. */
const batch = 256;

/** The question. */
export const threadScaling: Question = {
  name: 'thread-scaling',
  asks: 'How do images per second grow with the threads of WebAssembly?',
  ask: async (bench) => {
    for (const { name, density } of networks)
      for (const count of threads) await askOne(bench, { name, density, count });
  },
};

async function askOne(
  bench: Bench,
  {
    name,
    density,
    count,
  }: { readonly name: string; readonly density: Density; readonly count: number },
): Promise<void> {
  const { openThreads } = bench.host;
  if (!openThreads) return bench.note('thread-scaling is asked in Node alone');
  await using backend = await openThreads(count);
  await bench.measure({ network: name, density, threads: count }, async () => {
    const network = await bench.host.network(name);
    const mapping = await mapNetwork(bench.host, network, density);
    const { seconds } = bench.settings;
    return await openNetworkCase(bench.host, backend, { network, mapping, batch, seconds });
  });
}
