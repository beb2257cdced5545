// The layers of the benches: their sizes, and that a wrong backend does not get to be timed.

import { describe, expect, it } from 'vitest';
import { macroSpec } from '../../bench/macros.bench.ts';
import { columnReadsOf, macsOf } from '../../src/measure/bounds.ts';
import { commonLayer, openLayer, uniformInputs } from '../../src/measure/layer.ts';
import { openLayerCase } from '../../src/measure/layer-case.ts';
import { processTreeSeconds } from '../../bench/support/process-tree.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroBackend } from '../../src/simulate/macro-backend.ts';
import { fakeHost } from '../support/fake-host.ts';

const small = { ...commonLayer, channels: 16, kernels: 20, height: 5, width: 6 };

describe('a layer', () => {
  it('of the comparison has 75.5 million MACs and two column reads per MAC', () => {
    const { program } = openLayer(commonLayer);

    expect(macsOf(program)).toBe(75_497_472);
    expect(columnReadsOf(program)).toBe(2 * 75_497_472);
  });

  it('reads a tenth of the columns where a tenth of the groups is kept', () => {
    const { program } = openLayer({ ...commonLayer, kept: 0.1 });

    expect(columnReadsOf(program) / (2 * 75_497_472)).toBeCloseTo(0.1, 3);
  });

  it.each([1, 4, 16, 64, 1024, 65_536])('gives each of %i macros 16 macro-ops', (macros) => {
    const spec = macroSpec(macros, 6);

    expect((spec.kernels / 8) * spec.height * spec.width).toBe(macros);
    expect(columnReadsOf(openLayer(spec).program)).toBe(macros * 16 * 256);
  });
});

describe('the check of a layer', () => {
  it('passes the reference', async () => {
    const layer = openLayer(small);
    const run = { layer, inputs: uniformInputs(small, 2), images: 2 };

    const one = await openLayerCase(fakeHost, openReference(), run);

    expect(await one.check()).toBe('640 sums of a small twin and 80 of the run with the reference');
    expect(one.work).toMatchObject({ MACs: 2 * 16 * 20 * 9 * 5 * 6 });
  });

  it.each([
    ['small', 16, /sums of the small twin: value 0 is/],
    ['large', 30, /sums of pixel 0: value 0 is/],
  ])('finds a wrong sum of the %s run', async (_, pixels, says) => {
    const layer = openLayer(small);
    const reference = openReference();
    const wrong: MacroBackend = {
      ...reference,
      download: async (map) => {
        const sums = await reference.download(map);
        const isMeant = sums.length / map.images === pixels * small.kernels;
        return isMeant ? sums.map((sum, i) => (i === 0 ? sum + 1 : sum)) : sums;
      },
    };

    const run = { layer, inputs: uniformInputs(small, 2), images: 2 };
    const one = await openLayerCase(fakeHost, wrong, run);

    await expect(one.check()).rejects.toThrow(says);
  });
});

describe('processTreeSeconds', () => {
  it('counts this process', ({ skip }) => {
    const seconds = processTreeSeconds(process.pid) ?? skip('no /proc');

    expect(seconds).toBeGreaterThan(0);
  });

  it('knows nothing of no process', () => {
    expect(processTreeSeconds(undefined)).toBeUndefined();
  });
});
