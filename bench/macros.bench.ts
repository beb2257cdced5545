// How does throughput grow with the macros that are simulated in parallel, from 1 to 65,536?
//
// Macros in parallel, N: the simulated chip has N macros (MARS has 8), and all of them compute at the same time. The
// layer is cut to fit them exactly: 256 input channels in a 1x1 kernel, which is 16 macro-ops for each macro; 8 kernels
// per macro, on up to 32 macros (256 kernels); beyond that every further 32 macros hold the same weights and take another
// output pixel. So N = kernels / 8 x pixels, no macro has two pixels, and none is idle. A run is one submit of that one
// layer for one image, and waiting for its end: small N shows what a submit costs, large N what the device can do.

import { openGpuOf } from '../src/measure/backend.ts';
import { type LayerSpec, openLayer, uniformInputs } from '../src/measure/layer.ts';
import { openLayerCase } from '../src/measure/layer-case.ts';
import type { Question } from '../src/measure/question.ts';

const kernelsPerMacro = 8;
/** Macros that hold different kernels. */
const mostDifferent = 32;
const powers = [0, 1, 2, 3, 4, 5, 6, 7, 8];

/** The question. */
export const macros: Question = {
  name: 'macros',
  asks: 'How does throughput grow with the macros that are simulated in parallel?',
  ask: async (bench) => {
    await using backend = await openGpuOf(bench.host);
    for (const bits of [6, 5])
      for (const power of powers)
        await bench.measure({ 'ADC bits': bits, macros: 4 ** power }, async () => {
          const spec = macroSpec(4 ** power, bits);
          const run = { layer: openLayer(spec), inputs: uniformInputs(spec, 1), images: 1 };
          return await openLayerCase(bench.host, backend, run);
        });
  },
};

/** The layer that keeps so many macros busy; `count` is 1 or a power of 4. */
export function macroSpec(count: number, bits: number): LayerSpec {
  const different = Math.min(count, mostDifferent);
  const pixels = count / different;
  const width = 2 ** Math.ceil(Math.log2(pixels) / 2);
  const perCore = Math.min(2, count);
  const chip = [`cores.macros=${perCore}`, `cores.count=${count / perCore}`];
  return {
    channels: 256,
    kernels: kernelsPerMacro * different,
    size: 1,
    height: pixels / width,
    width,
    kept: 1,
    settings: [...chip, `adc.bits=${bits}`],
  };
}
