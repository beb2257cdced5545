// How many images per second does each bundled network take, dense and at the densities of docs/validation.md? Whole
// networks through `simulate`; the reference on mnist-cnn alone, for it is slow.

import { openReference } from '../../reference/reference-backend.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import { openBackendOf } from '../backend.ts';
import { openNetworkCase } from '../network-case.ts';
import { bundled, large, type Density, mapNetwork } from '../networks.ts';
import type { Bench, Question } from '../question.ts';

/** The question. */
export const imagesPerSecond: Question = {
  name: 'images-per-second',
  asks: 'How many images per second does each bundled network take, at which density?',
  ask: async (bench) => {
    for (const name of bench.settings.backends) {
      await using backend = await openBackendOf(bench.host, name);
      for (const { network, densities } of [...bundled, ...large])
        for (const density of densities) await askOne(bench, backend, network, density);
    }
    await using slow = openReference();
    await askOne(bench, slow, 'mnist-cnn', 'dense');
  },
};

async function askOne(
  bench: Bench,
  backend: MacroBackend,
  name: string,
  density: Density,
): Promise<void> {
  await bench.measure({ network: name, density, backend: backend.name }, async () => {
    const network = await bench.host.network(name);
    const mapping = await mapNetwork(bench.host, network, density);
    const { seconds } = bench.settings;
    // The batch that suits a GPU would keep the reference for half a minute.
    const batch = backend.name === 'reference' ? { batch: 2 } : {};
    return await openNetworkCase(bench.host, backend, { network, mapping, seconds, ...batch });
  });
}
