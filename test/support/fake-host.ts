// A host of benches without a GPU, clocks or data: tests replace what they need.

import { nodeSources } from '../../src/cli/node-sources.ts';
import type { Host } from '../../src/measure/question.ts';
import { fakeAdapter } from './bench-result.ts';

const none = (): Promise<never> => Promise.reject(new Error('not here'));

export const fakeHost: Host = {
  gpu: {} as GPU,
  adapter: fakeAdapter,
  now: () => 0,
  cpuSeconds: () => Promise.resolve(undefined),
  network: none,
  sources: nodeSources,
  images: none,
};
