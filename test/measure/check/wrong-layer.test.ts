// The layer at which a network comes out wrong.

import { describe, expect, it } from 'vitest';
import { wrongLayer } from '../../../src/measure/check/wrong-layer.ts';
import { runCase } from '../../../src/measure/run-case.ts';
import { seededImages } from '../../../src/measure/seeded-images.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../../src/simulate/macro-backend.ts';
import { mapped } from '../../support/mapped.ts';
import { tourNetwork } from '../../support/small-networks.ts';

const mapping = mapped(tourNetwork());
const images = seededImages(mapping.network.input, 2);
const names = mapping.layers.filter(({ kind }) => kind === 'macro').map(({ layer }) => layer.name);

/** The reference, but for the weights of one layer. */
function wrongIn(layer: string): MacroBackend {
  const reference = openReference();
  return {
    ...reference,
    prepare: (program) =>
      reference.prepare(
        program.name === layer
          ? { ...program, weights: program.weights.map((weight) => -weight) }
          : program,
      ),
  };
}

describe('wrongLayer', () => {
  it('finds none in a backend that is right', async () => {
    expect(await wrongLayer(mapping, images, openReference(), openReference())).toBeUndefined();
  });

  it.each(names)('finds %s, with the inputs that show it', async (name) => {
    const backend = wrongIn(name);

    const wrong = await wrongLayer(mapping, images, backend, openReference());

    expect(wrong!.layer).toBe(name);
    const [right, other] = [
      await runCase(openReference(), wrong!.found),
      await runCase(backend, wrong!.found),
    ];
    expect(other.values).not.toEqual(right.values);
  });
});
