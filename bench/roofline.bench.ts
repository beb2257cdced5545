// What can the adapter do at most: integer multiply-adds, popcounts, 8-bit dot products, bitwise operations, memory?
// The other questions give their rates as a share of these.

import type { Question } from '../src/measure/question.ts';
import { measureCeilings } from '../src/measure/questions/roofline.ts';
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
    if (bench.settings.backends.includes('gpu')) await measureCeilings(bench);
  },
};
