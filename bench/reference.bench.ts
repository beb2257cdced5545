// How much faster is the GPU than the reference in plain TypeScript? The same small layer on both: 64 -> 64 channels, 3x3,
// 8x8 outputs, 4.7 million column reads.

import { openReference } from '../src/reference/reference-backend.ts';
import { openGpuOf } from '../src/measure/backend.ts';
import { type LayerSpec, openLayer, uniformInputs } from '../src/measure/layer.ts';
import { openLayerCase } from '../src/measure/layer-case.ts';
import type { Question } from '../src/measure/question.ts';

const small: Omit<LayerSpec, 'settings'> = {
  channels: 64,
  kernels: 64,
  size: 3,
  height: 8,
  width: 8,
  kept: 1,
};

/** The question. */
export const reference: Question = {
  name: 'reference',
  asks: 'How much faster is the GPU than the reference in plain TypeScript?',
  ask: async (bench) => {
    for (const backend of ['gpu', 'reference'] as const) {
      await using opened = backend === 'gpu' ? await openGpuOf(bench.host) : openReference();
      for (const bits of [6, 5])
        await bench.measure({ backend, 'ADC bits': bits }, async () => {
          const layer = openLayer({ ...small, settings: [`adc.bits=${bits}`] });
          const run = { layer, inputs: uniformInputs(layer.spec, 1), images: 1 };
          return await openLayerCase(bench.host, opened, run);
        });
    }
  },
};
