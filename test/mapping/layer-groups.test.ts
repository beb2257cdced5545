import { describe, expect, it } from 'vitest';
import { chips, mars, setChipValues, yue2021 } from '../../src/chips/index.ts';
import { compress } from '../../src/compress/compress.ts';
import { openGpuBackend } from '../../src/gpu/gpu-backend.ts';
import { openDevice } from '../../src/gpu/open-gpu.ts';
import { groupShapeOf, layerGroups } from '../../src/mapping/layer-groups.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { builtinNetworks } from '../../src/network/builtin/builtin-networks.ts';
import { tryAdapter } from '../support/adapters.ts';
import { macroLayersOf } from '../support/mapped.ts';
import { everyNth, itLong } from '../support/long.ts';
import { noise, tourNetwork } from '../support/small-networks.ts';

describe('groupShapeOf', () => {
  it('is what the chip runs together', () => {
    expect(groupShapeOf(mars, 8)).toEqual({ channels: 16, kernels: 16 });
    expect(groupShapeOf(mars, 4)).toEqual({ channels: 16, kernels: 32 });
    expect(
      groupShapeOf(setChipValues(mars, ['cores.macros=1', 'macro.wordLinesOn=32']), 8),
    ).toEqual({ channels: 32, kernels: 8 });
  });
});

describe('layerGroups', () => {
  it('finds for each shape its own groups, and the same ones again', () => {
    const [layer] = macroLayersOf(mapToChip(compress(tourNetwork()), mars));
    const narrow = { channels: 4, kernels: 4 };

    const [first, second, again] = [groupShapeOf(mars, 8), narrow, narrow].map((shape) =>
      layerGroups(layer!.layer, shape),
    );

    expect(first!.grid.shape).toEqual({ channels: 16, kernels: 16 });
    expect(second!.grid.shape).toEqual(narrow);
    expect(second!.kept.length).toBeGreaterThan(first!.kept.length);
    expect(again).toBe(second);
  });
});

describe('a compressed network', () => {
  it.each(everyNth(3, Object.entries(builtinNetworks)))(
    'is mapped onto every chip: %s',
    (_, build) => {
      const compressed = compress(build({}));

      for (const chip of Object.values(chips))
        expect(mapToChip(compressed, chip).layers, chip.name).toHaveLength(
          compressed.layers.length,
        );
    },
  );

  it('of ResNet20 is mapped onto yue-2021, group by group of its macros', () => {
    const mapping = mapToChip(compress(resnet20()), yue2021);

    for (const { grid } of macroLayersOf(mapping))
      expect(grid.shape).toEqual({ channels: 128, kernels: 32 });
  });

  itLong(
    'of a narrow ResNet20 gives on yue-2021 the same on lavapipe as on the reference',
    async ({ skip }) => {
      const adapter = await tryAdapter('lavapipe');
      if (typeof adapter === 'string') return skip(adapter);
      const { device } = await openDevice(adapter.gpu);
      await using gpu = await openGpuBackend(device, adapter.description);
      const network = resnet20({ width: 4 });
      const bits = { weightBits: 4, activationBits: 4 };
      const mapping = mapToChip(compress(network, bits), yue2021);
      const images = noise(network.input, 1);

      const expected = await simulate(mapping, images, { backend: openReference() });
      const actual = await simulate(mapping, images, { backend: gpu });

      expect(new Set(expected.outputs).size).toBeGreaterThan(5);
      expect(actual.outputs).toEqual(expected.outputs);
      expect(actual.activity).toEqual(expected.activity);
    },
  );

  it('pruned for one chip gives its integers on every other', async () => {
    const network = tourNetwork();
    const groupShape = groupShapeOf(mars, 8);
    const compressed = compress(network, { prunedGroups: 0.5, groupShape });
    const images = noise(network.input, 1);
    const backend = openReference();

    for (const chip of Object.values(chips)) {
      const { outputs } = await simulate(mapToChip(compressed, chip), images, {
        backend,
        exact: true,
      });

      expect(outputs, chip.name).toEqual(integerForward(compressed, images));
    }
  });
});
