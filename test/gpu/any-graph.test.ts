// Random graphs over all operators: the GPU gives the reference's integers, with scales by layer and by kernel.

import { describe, expect, it } from 'vitest';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { adapterKinds } from '../support/adapters.ts';
import { mapped } from '../support/mapped.ts';
import { randomGraph } from '../support/random-graph.ts';
import { noise } from '../support/small-networks.ts';
import { suiteBackend } from '../support/suite-backend.ts';
import { tries } from '../support/long.ts';

describe.each(adapterKinds)('graphs on adapter %s', (kind) => {
  const gpuOf = suiteBackend(kind);

  it.for([true, false])(
    'give the outputs of the reference; scales by kernel: %s',
    async (kernelScales, { skip }) => {
      const gpu = gpuOf(skip);
      for (let seed = 1; seed <= tries(5, 100); seed++) {
        const network = randomGraph(seed);
        const mapping = mapped(network, { calibration: noise(network.input, 2), kernelScales });
        const images = noise(network.input, 2, 5);
        const expected = await simulate(mapping, images, { backend: openReference() });
        const actual = await simulate(mapping, images, { backend: gpu });

        expect(actual.outputs, network.name).toEqual(expected.outputs);
        expect(actual.activity, network.name).toEqual(expected.activity);
      }
    },
  );
});
