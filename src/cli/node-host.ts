// This process as a host: Dawn, the files of this machine, the CPU seconds of all our threads.

import { loadDataset } from './load-dataset.ts';
import { openNodeGpu } from './node-gpu.ts';
import { nodeSources } from './node-sources.ts';
import { openNodeWasm, useRelaxedSimd } from './wasm-threads.ts';
import { type ImageSet, spreadImages } from '../datasets/image-set.ts';
import { loadNetwork } from '../settings/load-job.ts';
import { adapterOf } from '../measure/adapter.ts';
import type { Dataset, Host } from '../measure/question.ts';

/**
 * Opens the fastest adapter there is, or the one of MARS_ADAPTER.
 * @throws {CimError} (environment) when there is none
 */
export async function openNodeHost(): Promise<Host> {
  useRelaxedSimd();
  const { gpu, description, driver } = await openNodeGpu();
  return {
    gpu,
    adapter: await adapterOf(gpu, driver === '' ? description : `${description}, ${driver}`),
    now: () => performance.now() / 1000,
    cpuSeconds: () => {
      const { user, system } = process.cpuUsage();
      return Promise.resolve((user + system) / 1e6);
    },
    openThreads: (threads) => openNodeWasm({ threads }),
    sources: nodeSources,
    network: (name) => loadNetwork({ network: name, seed: 1 }, nodeSources),
    images: (name, part, count) => Promise.resolve(loadImages(name, part, count)),
  };
}

const sets = new Map<string, ImageSet>();

/** Every n-th image of a data set, which is read once, with its label. */
export function loadImages(name: Dataset, part: 'train' | 'test', count: number): ImageSet {
  const key = `${name} ${part}`;
  const set = sets.get(key) ?? loadDataset(name, part);
  sets.set(key, set);
  const images = spreadImages(set, count);
  const step = set.labels.length / images.images;
  const label = (_: unknown, i: number): number => set.labels[Math.floor(i * step)] ?? 0;
  return { ...set, images, labels: Uint8Array.from({ length: images.images }, label) };
}
