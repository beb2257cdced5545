import { describe, expect, it } from 'vitest';
import { weightIndex } from '../../src/compress/weight-group.ts';
import { allColumnSums, columnSums } from '../../src/inspect/column-sums.ts';
import type { MappedMacroLayer } from '../../src/mapping/map-to-chip.ts';
import { integerInput } from '../../src/reference/integer-network.ts';
import { macroMac } from '../../src/reference/macro-mac.ts';
import { wordActivations } from '../../src/reference/input-phases.ts';
import { plannedActivity } from '../../src/mapping/planned-activity.ts';
import { toProgram } from '../../src/simulate/to-program.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { noise, tourNetwork, windowNetwork } from '../support/small-networks.ts';

const images = noise({ height: 9, width: 8, channels: 3 }, 3);

/** All sums of a layer that is not packed, straight from weights and activations. */
function plainSums(layer: MappedMacroLayer, data: ArrayLike<number>): number[] {
  const { grid } = layer;
  const { geometry, inputShape, outputShape, weights, weightBits } = layer.layer;
  const counts = new Array<number>(layer.geometry.largestSum + 1).fill(0);
  for (let image = 0; image < images.images; image++)
    for (let y = 0; y < outputShape.height; y++)
      for (let x = 0; x < outputShape.width; x++)
        for (const tile of layer.tiles)
          for (const code of tile.codes)
            for (let kernel = tile.firstKernel; kernel < tile.firstKernel + tile.kernels; kernel++)
              for (let bit = 0; bit < weightBits; bit++)
                for (let phase = 0; phase < layer.geometry.phases; phase++) {
                  let sum = 0;
                  for (let wordLine = 0; wordLine < 16; wordLine++) {
                    const index = weightIndex(grid, geometry, { kernel, code, wordLine });
                    const c = Math.floor(code / grid.positions) * 16 + wordLine;
                    const position = code % grid.positions;
                    const { width, strides, pads, dilations } = geometry.window;
                    const iy =
                      y * strides[0] - pads[0] + Math.floor(position / width) * dilations[0];
                    const ix = x * strides[1] - pads[1] + (position % width) * dilations[1];
                    const inside =
                      iy >= 0 && iy < inputShape.height && ix >= 0 && ix < inputShape.width;
                    if (index < 0 || !inside) continue;
                    const pixel = (image * inputShape.height + iy) * inputShape.width + ix;
                    const activation = data[pixel * inputShape.channels + c]!;
                    sum +=
                      (Math.floor(activation / 4 ** phase) % 4) * ((weights[index]! >> bit) & 1);
                  }
                  counts[sum]! += 1;
                }
  return counts;
}

describe('the histogram of column sums', () => {
  it.each([
    ['half', tourNetwork()],
    ['skip', tourNetwork()],
    ['fc', tourNetwork()],
    ['holes', windowNetwork()],
  ])('is that of a plain loop where every pixel is looked at: %s', (name, network) => {
    const mapping = mapped(network, { prunedGroups: 0.3 });
    const layer = macroLayersOf(mapping).find((one) => one.layer.name === name)!;
    const all = noise(network.input, 3);
    const input = integerInput(mapping.network, all, name);

    const sums = columnSums(mapping, all, name, { maxReads: 1e9, maxImages: 99 });

    expect(Array.from(sums.counts)).toEqual(plainSums(layer, input.data));
    expect(sums.reads).toBe(plannedActivity(layer, 3).columnReads);
    expect(sums).toMatchObject({
      pixels: sums.ofPixels,
      images: 3,
      ofImages: 3,
      reads: sums.ofReads,
    });
  });

  it('has as many saturated reads as the reference counts, in a packed layer too', () => {
    const mapping = mapped(tourNetwork(), {
      settings: ['adc.bits=4', 'adc.offset=1', 'macro.wordLinesOn=40'],
    });
    const [layer] = macroLayersOf(mapping);
    const input = integerInput(mapping.network, images, 'stem');
    const { events } = macroMac(toProgram(mapping, layer!), input);

    const sums = columnSums(mapping, images, 'stem', { maxReads: 1e9 });

    expect(sums.saturated).toBe(events.saturatedReads);
    expect(sums.saturated).toBeGreaterThan(0);
    expect(wordActivations(toProgram(mapping, layer!), input).length % 40).toBe(0);
  });

  it('looks at no more reads than it is told, at the same pixels each time, and says how many', () => {
    const mapping = mapped(tourNetwork());
    const [stem] = macroLayersOf(mapping);
    const perPixel = plannedActivity(stem!, 1).columnReads / 72;

    const some = columnSums(mapping, images, 'stem', { maxReads: 10.5 * perPixel });

    expect(some).toMatchObject({
      pixels: 10,
      ofPixels: 216,
      reads: 10 * perPixel,
      ofReads: 216 * perPixel,
    });
    expect(some.counts.reduce((a, b) => a + b, 0)).toBe(some.reads);
    expect(some.images).toBeGreaterThan(1);
    expect(columnSums(mapping, images, 'stem', { maxReads: 10.5 * perPixel })).toEqual(some);
    expect(columnSums(mapping, images, 'stem', { maxReads: 10.5 * perPixel, seed: 2 })).not.toEqual(
      some,
    );
    expect(columnSums(mapping, images, 'stem', { maxReads: 1 }).pixels).toBe(1);
  });

  it('has the value of each code of the ADC', () => {
    const mapping = mapped(tourNetwork(), {
      settings: ['adc.bits=2', 'adc.step=1.5', 'adc.offset=-1'],
    });

    expect(columnSums(mapping, images, 'fc').levels).toEqual([
      { code: 0, value: -1 },
      { code: 1, value: 0.5 },
      { code: 2, value: 2 },
      { code: 3, value: 3.5 },
    ]);
  });

  it('is the same for all layers at once', () => {
    const mapping = mapped(tourNetwork(), { prunedGroups: 0.3 });
    const some = { maxReads: 20_000, maxImages: 2, seed: 3 };
    const all = allColumnSums(mapping, images, some);

    expect([...all.keys()]).toEqual(macroLayersOf(mapping).map(({ layer }) => layer.name));
    for (const [name, counts] of all)
      expect(counts, name).toEqual(columnSums(mapping, images, name, some).counts);
  });
});
