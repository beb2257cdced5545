// Narrow ResNets from end to end: macros, phases and ADC must give what plain integer convolutions give, through
// signed shortcut maps and through identity shortcuts that begin in the middle of the channels.

import { describe, expect, it } from 'vitest';
import { mars } from '../../src/chips/mars.ts';
import { compress } from '../../src/compress/compress.ts';
import { isMacroLayer } from '../../src/compress/compressed-network.ts';
import { densityProfileMasks } from '../../src/compress/group-masks.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { resnet18 } from '../../src/network/builtin/resnet18.ts';
import { resnet20 } from '../../src/network/builtin/resnet20.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { noise } from '../support/small-networks.ts';

const shape = { channels: 16, kernels: 16 };

describe.each([
  { build: resnet18, width: 4, signed: 3 },
  { build: resnet20, width: 6, signed: 0 },
])('$build.name of width $width', ({ build, width, signed }) => {
  const network = build({ width });
  const images = noise(network.input, 1, 5);

  it.each([
    ['dense', {}],
    ['masked', { groupMasks: densityProfileMasks(network, 1.5, 3, shape), groupShape: shape }],
  ])('gives the outputs of the integer network, %s', async (_, options) => {
    const compressed = compress(network, options);

    const run = await simulate(mapToChip(compressed, mars), images, { backend: openReference() });

    const exact = integerForward(compressed, images);
    expect(run.outputs).toEqual(exact);
    expect(new Set(exact).size).toBeGreaterThan(5);
    expect(run.activity.every(({ saturatedReads }) => saturatedReads === 0)).toBe(true);
  });

  it('adds maps that are signed, or that have fewer channels', () => {
    const layers = compress(network).layers.filter(isMacroLayer);
    const added = layers.flatMap(({ residual }) => residual ?? []);

    expect(added.filter((residual) => residual.signed)).toHaveLength(signed);
    const offsets = added.map(({ channelOffset }) => channelOffset).filter((offset) => offset > 0);
    // (12 - 6) / 2 and (24 - 12) / 2 channels, where a stage of ResNet-20 begins.
    expect(offsets).toEqual(signed > 0 ? [] : [3, 6]);
  });
});
