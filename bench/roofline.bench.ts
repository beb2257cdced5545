// What can the adapter do at most: integer multiply-adds, popcounts, 8-bit dot products, bitwise operations, memory?
// The other questions give their rates as a share of these.

import { openDevice } from '../src/gpu/open-gpu.ts';
import type { Question } from './support/question.ts';
import { ceilingsOf, openCeiling } from './support/roofline.ts';
import { openWasmCeiling, wasmCeilings } from './support/wasm-roofline.ts';

/** The question. */
export const rooflineQuestion: Question = {
  name: 'roofline',
  asks: 'What can the adapter do at most: integer operations and memory?',
  ask: async (bench) => {
    if (bench.settings.backends.includes('wasm'))
      for (const ceiling of wasmCeilings)
        await bench.measure(
          { backend: 'wasm', ceiling },
          async () => await openWasmCeiling(bench.host, ceiling),
        );
    if (!bench.settings.backends.includes('gpu')) return;
    const opened = await openDevice(bench.host.gpu);
    const { device, packedDotProducts } = opened;
    if (!packedDotProducts) bench.note('this adapter has no packed 8-bit dot products');
    for (const ceiling of ceilingsOf(opened)) {
      const row = await bench.measure(
        { ceiling },
        async () => await openCeiling(bench.host, device, ceiling),
      );
      const scaling = Number(row?.facts['scaling'] ?? 2);
      if (!(scaling >= 1.6 && scaling <= 2.5))
        bench.note(
          `${ceiling}: twice the iterations took ${scaling} times as long; not to be trusted`,
        );
    }
    device.destroy();
  },
};
