// What does the exact shortcut of a lossless ADC gain over computing every column read? The common layer with an ADC of
// 6 bits, which loses nothing of 16 word lines of 2-bit digits: once as the backend likes it, once with its shortcuts
// forbidden. Both must give the same sums.

import { canForbidShortcuts, openGpuOf } from './support/backend.ts';
import { commonLayer, openLayer, uniformInputs } from './support/layer.ts';
import { equal, openLayerCase, runOnce } from './support/layer-case.ts';
import type { Bench, Question } from './support/question.ts';

/** The question. */
export const shortcut: Question = {
  name: 'shortcut',
  asks: 'What does the exact shortcut of a lossless ADC gain over computing every column read?',
  ask: async (bench) => {
    await askOne(bench, true);
    if (canForbidShortcuts) await askOne(bench, false);
    else bench.note('this backend cannot be told to take no shortcut: one half is missing');
  },
};

async function askOne(bench: Bench, shortcuts: boolean): Promise<void> {
  await using backend = await openGpuOf(bench.host, { shortcuts });
  for (const kept of [1, 0.1]) {
    const key = { shortcuts: shortcuts ? 'allowed' : 'forbidden', kept };
    await bench.measure(key, async () => {
      const layer = openLayer({ ...commonLayer, kept, settings: ['adc.bits=6'] });
      const inputs = uniformInputs(layer.spec, 1);
      const run = { layer, inputs, everyRead: !shortcuts };
      const one = await openLayerCase(bench.host, backend, run);
      if (shortcuts) return one;
      const check = async (): Promise<string> => {
        const checked = await one.check();
        await using other = await openGpuOf(bench.host, { shortcuts: true });
        const { sums } = await runOnce(backend, layer.program, inputs);
        const expected = await runOnce(other, layer.program, inputs);
        equal(sums, expected.sums, 'sums without shortcuts');
        return `${checked}, and all ${sums.length} sums of an image with those of the shortcut`;
      };
      return { ...one, check };
    });
  }
}
