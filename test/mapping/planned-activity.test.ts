import { describe, expect, it } from 'vitest';
import { plannedActivity } from '../../src/mapping/planned-activity.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { conv, linear, networkOf } from '../support/small-networks.ts';

describe('plannedActivity', () => {
  it('counts macro-ops, skipped groups and column reads by hand', () => {
    // 20 kernels of 32 channels in 1x1: two tiles (16 and 4 kernels) of two groups; tile 1 lacks its second group.
    const layer = conv({
      name: 'a',
      input: 'image',
      channels: 32,
      kernels: 20,
      kernelHeight: 1,
      kernelWidth: 1,
      padding: 0,
    });
    const weights = layer.weights.map((_, i) => (i >= 16 * 32 && i % 32 >= 16 ? 0 : 1));
    const network = networkOf('n', { height: 2, width: 3, channels: 32 }, 2, [
      { ...layer, weights },
      linear({ name: 'fc', input: 'a', inputs: 120, outputs: 2 }),
    ]);

    const [first] = macroLayersOf(mapped(network, { activationBits: 6 }));

    // 6 pixels x 5 images = 30. Tile 0: 2 groups x 2 macros; tile 1: 1 group x 1 macro (4 kernels fit one macro of 8).
    // Columns: (2 groups x 16 kernels + 1 x 4) x 8 bits x 3 phases.
    expect(plannedActivity(first!, 5)).toEqual({
      layer: 'a',
      macroOps: 30 * (2 * 2 + 1 * 1),
      skippedGroups: 30 * 1,
      columnReads: 30 * 36 * 8 * 3,
    });
  });
});
