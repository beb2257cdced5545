// How much accuracy does the network keep as the ADC loses bits? All 10,000 MNIST test images.

import { mars, setChipValues } from '../src/chips/index.ts';
import { accuracy as accuracyOf } from '../src/core/accuracy.ts';
import { floatOutputs } from '../src/network/float-forward.ts';
import { mapJob } from '../src/pipeline/run-job.ts';
import { integerForward } from '../src/reference/integer-network.ts';
import { simulate } from '../src/simulate/simulate.ts';
import { openGpuOf } from '../src/measure/backend.ts';
import { equal } from '../src/measure/equal.ts';
import type { Question } from '../src/measure/question.ts';

const testImages = 10_000;
const adcBits = [6, 5, 4, 3];

/** The question. */
export const accuracy: Question = {
  name: 'accuracy',
  asks: 'How much accuracy does mnist-cnn keep as the ADC loses bits?',
  ask: async (bench) => {
    const { host } = bench;
    const network = await host.network('mnist-cnn');
    const tests = await host.images('mnist', 'test', testImages);
    const calibration = (await host.images('mnist', 'train', 256)).images;
    const share = (outputs: ArrayLike<number>): string =>
      `${(100 * accuracyOf(outputs, tests.labels, 10)).toFixed(2)} %`;
    const float = share(floatOutputs(network, tests.images));
    await using backend = await openGpuOf(host);
    for (const prunedGroups of [network.origin.prunedGroups ?? 0, 0.8]) {
      let exact: Int32Array | undefined;
      for (const bits of adcBits) {
        const key = { 'pruned groups': prunedGroups.toFixed(3), 'ADC bits': bits };
        if (!bench.wants(key)) continue;
        const chip = setChipValues(mars, [`adc.bits=${bits}`]);
        const widths = { weightBits: 8, activationBits: 8 };
        const mapping = mapJob({ network, chip, calibration, ...widths, prunedGroups });
        const run = await simulate(mapping, tests.images, { backend });
        exact ??= integerForward(mapping.network, tests.images);
        if (bits === 6) equal(run.outputs, exact, 'outputs of the lossless ADC');
        const reads = run.activity.reduce((sum, layer) => sum + layer.columnReads, 0);
        const saturated = run.activity.reduce((sum, layer) => sum + layer.saturatedReads, 0);
        bench.add({
          key,
          facts: {
            simulated: share(run.outputs),
            quantized: share(exact),
            float,
            'saturated reads': `${((100 * saturated) / reads).toFixed(3)} %`,
          },
          checked: bits === 6 ? 'every output with the integer network' : 'nothing: reads clip',
        });
      }
    }
  },
};
