// What do the exact shortcuts gain over computing every column read? The common layer with an ADC of 6 bits, which loses
// nothing of 16 word lines of 2-bit digits, and of 5 and 4, which clip: once as the backend likes it, once with its
// shortcuts forbidden. Both must give the same sums.

import { backendKey, openBackendOf } from '../backend.ts';
import { commonLayer, openLayer, uniformInputs } from '../layer.ts';
import { equal } from '../equal.ts';
import { openLayerCase, runOnce } from '../layer-case.ts';
import type { BackendName, Bench, Question } from '../question.ts';

/** Bits of the ADC, share of the groups kept. */
const cases = [
  [6, 1],
  [6, 0.1],
  [5, 1],
  [4, 1],
] as const;

/** The question. */
export const shortcut: Question = {
  name: 'shortcut',
  asks: 'What do the exact shortcuts gain over computing every column read?',
  ask: async (bench) => {
    for (const name of bench.settings.backends) {
      await askOne(bench, name, true);
      await askOne(bench, name, false);
    }
  },
};

async function askOne(bench: Bench, name: BackendName, shortcuts: boolean): Promise<void> {
  await using backend = await openBackendOf(bench.host, name, { shortcuts });
  for (const [bits, kept] of cases) {
    const key = {
      ...backendKey(name, bench.settings.backends),
      'ADC bits': bits,
      kept,
      shortcuts: shortcuts ? 'allowed' : 'forbidden',
    };
    await bench.measure(key, async () => {
      const layer = openLayer({ ...commonLayer, kept, settings: [`adc.bits=${bits}`] });
      const inputs = uniformInputs(layer.spec, 1);
      const run = { layer, inputs, everyRead: !shortcuts };
      const one = await openLayerCase(bench.host, backend, run);
      if (shortcuts) return one;
      const check = async (): Promise<string> => {
        const checked = await one.check();
        await using other = await openBackendOf(bench.host, name, { shortcuts: true });
        const { sums } = await runOnce(backend, layer.program, inputs);
        const expected = await runOnce(other, layer.program, inputs);
        equal(sums, expected.sums, 'sums without shortcuts');
        return `${checked}, and all ${sums.length} sums of an image with those of the shortcut`;
      };
      return { ...one, check };
    });
  }
}
