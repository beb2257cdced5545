// How much accuracy does the network keep as the ADC loses bits? All 10,000 MNIST test images.

import { it } from 'vitest';
import { mars, setChipValues } from '../src/chips/index.ts';
import { openBackend } from '../src/cli/backends.ts';
import { loadDataset } from '../src/cli/load-dataset.ts';
import { loadNetwork } from '../src/cli/load-network.ts';
import { spreadImages } from '../src/datasets/image-set.ts';
import { mapJob } from '../src/pipeline/run-job.ts';
import { floatOutputs } from '../src/network/float-forward.ts';
import { integerForward } from '../src/reference/integer-network.ts';
import { accuracy, simulate } from '../src/simulate/simulate.ts';
import { record } from './support/record.ts';

it('accuracy against ADC bits', async () => {
  const network = loadNetwork('mnist-cnn');
  const tests = loadDataset('mnist', 'test');
  const calibration = spreadImages(loadDataset('mnist', 'train'), 256);
  const share = (outputs: ArrayLike<number>): string =>
    `${(100 * accuracy(outputs, tests.labels, 10)).toFixed(2)} %`;
  const float = floatOutputs(network, tests.images);
  await using backend = await openBackend('gpu');
  const rows: object[] = [];
  for (const prunedGroups of [network.origin.prunedGroups ?? 0, 0.8]) {
    let quantized: string | undefined;
    for (const bits of [6, 5, 4, 3]) {
      const chip = setChipValues(mars, [`adc.bits=${bits}`]);
      const widths = { weightBits: 8, activationBits: 8 };
      const mapping = mapJob({ network, chip, calibration, ...widths, prunedGroups });
      const run = await simulate(mapping, tests.images, { backend });
      quantized ??= share(integerForward(mapping.network, tests.images));
      const reads = run.activity.reduce((sum, layer) => sum + layer.columnReads, 0);
      const saturated = run.activity.reduce((sum, layer) => sum + layer.saturatedReads, 0);
      rows.push({
        prunedGroups: prunedGroups.toFixed(3),
        adcBits: bits,
        simulated: share(run.outputs),
        quantized,
        float: share(float),
        saturatedReads: `${((100 * saturated) / reads).toFixed(3)} %`,
      });
    }
  }
  record('accuracy', backend.device, rows);
});
