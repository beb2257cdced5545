import { describe, expect, it } from 'vitest';
import type { UniformChip } from '../../src/chips/index.ts';
import type { FeatureMap } from '../../src/core/feature-map.ts';
import type { MappedMacroLayer, Mapping } from '../../src/mapping/map-to-chip.ts';
import { macroMac } from '../../src/reference/macro-mac.ts';
import { plannedActivity } from '../../src/mapping/planned-activity.ts';
import { toProgram } from '../../src/simulate/to-program.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { plainConvolution } from '../support/plain.ts';
import { plainFromLayer, plainFromProgram, runPlainMacro } from '../support/plain-macro.ts';
import { randomCase } from '../../src/measure/random-program.ts';
import { linear, networkOf, noise, randomNetwork, tourNetwork } from '../support/small-networks.ts';
import { tries } from '../support/long.ts';

/** Noise that a layer could read, a third of it zero. */
function inputFor({ layer }: MappedMacroLayer, seed: number): FeatureMap {
  const map = noise(layer.inputShape, 1, seed);
  const data = map.data.map((value) => (value % 3 === 0 ? 0 : value >> (8 - layer.inputBits)));
  return { ...map, bits: layer.inputBits, data };
}

/** Runs every macro layer of a mapping on noise, by the reference and by brute force. */
function compareWithBruteForce(
  mapping: Mapping,
  makeInput: typeof inputFor = inputFor,
): ReturnType<typeof runPlainMacro>[] {
  return macroLayersOf(mapping).map((layer, i) => {
    const input = makeInput(layer, i);

    const { sums, events } = macroMac(toProgram(mapping, layer), input);

    const plain = runPlainMacro(plainFromLayer(layer, mapping.chip as UniformChip, input));
    expect([...sums]).toEqual(plain.sums);
    expect(events).toEqual({
      saturatedReads: plain.saturatedReads,
      zeroPhaseReads: plain.zeroPhaseReads,
      overflowedSums: plain.overflowedSums,
    });
    expect(plannedActivity(layer, 1).columnReads).toBe(plain.columnReads);
    return plain;
  });
}

describe('macroMac', () => {
  it('is a plain integer convolution, layer by layer, when the ADC loses nothing', () => {
    for (let seed = 0; seed < 8; seed++) {
      const mapping = mapped(randomNetwork(seed), { weightBits: 2 + (seed % 7) });
      macroLayersOf(mapping).forEach((layer, i) => {
        const input = inputFor(layer, i);

        const { sums, events } = macroMac(toProgram(mapping, layer), input);

        const plain = plainConvolution({ ...layer.layer.geometry, ...layer.layer }, input);
        expect([...sums], `${mapping.network.name} > ${layer.layer.name}`).toEqual(
          Array.from(plain.data),
        );
        expect([events.saturatedReads, events.overflowedSums]).toEqual([0, 0]);
      });
    }
  });

  it.each([
    ['the nominal ADC', []],
    ['5 bits', ['adc.bits=5']],
    ['a step of 1.5', ['adc.step=1.5']],
    ['a step of 0.3 and an offset of -2.25', ['adc.step=0.3', 'adc.offset=-2.25', 'adc.bits=7']],
    ['an offset of 3', ['adc.offset=3']],
    ['one bit per phase and 33 word lines', ['macro.inputBitsPerPhase=1', 'macro.wordLinesOn=33']],
    ['an accumulator of 12 bits', ['accumulator.bits=12']],
  ])('gives the sums and counts of brute force with %s', (_, settings) => {
    const plain = compareWithBruteForce(
      mapped(tourNetwork(), { settings, prunedGroups: 0.3, activationBits: 6, weightBits: 5 }),
    );

    expect(plain.some(({ zeroPhaseReads }) => zeroPhaseReads > 0)).toBe(true);
  });

  it('cuts off exactly the sums above 31 with 5 bits', () => {
    // Digits of 2 and 3 only.
    const bright = (layer: MappedMacroLayer, seed: number): FeatureMap => {
      const map = noise(layer.layer.inputShape, 1, seed);
      return { ...map, data: map.data.map((value) => value | 0xaa) };
    };

    const plain = compareWithBruteForce(
      mapped(tourNetwork(), { settings: ['adc.bits=5'] }),
      bright,
    );

    let above = 0;
    for (const { columnSums, saturatedReads } of plain) {
      const own = [...columnSums]
        .filter(([sum]) => sum > 31)
        .reduce((n, [, times]) => n + times, 0);
      expect(saturatedReads).toBe(own);
      above += own;
    }
    expect(above).toBeGreaterThan(0);
  });

  it('reads sums of at most 48, so that the nominal ADC never saturates', () => {
    for (const { columnSums, saturatedReads } of compareWithBruteForce(mapped(tourNetwork()))) {
      expect(Math.max(...columnSums.keys())).toBeLessThanOrEqual(48);
      expect(saturatedReads).toBe(0);
    }
  });

  it('clamps sums to the accumulator and counts each', () => {
    const network = networkOf('n', { height: 1, width: 1, channels: 16 }, 3, [
      {
        ...linear({ name: 'fc', input: 'image', inputs: 16, outputs: 3 }),
        weights: Float32Array.from({ length: 48 }, (_, i) => [1, -1, 0.01][Math.floor(i / 16)]!),
      },
    ]);
    const mapping = mapped(network, { settings: ['accumulator.bits=17'] });
    const [layer] = macroLayersOf(mapping);
    const input = { ...noise(network.input, 1), data: new Uint8Array(16).fill(255) };

    const { sums, events } = macroMac(toProgram(mapping, layer!), input);

    // 16 * 255 * 127 = 518,160 either way; 0.01 is one unit of 1/127: 4080.
    expect([...sums]).toEqual([65535, -65536, 4080]);
    expect(events.overflowedSums).toBe(2);
  });

  it('counts the phases that drive nothing', () => {
    const network = networkOf('n', { height: 1, width: 1, channels: 17 }, 2, [
      linear({ name: 'fc', input: 'image', inputs: 17, outputs: 2 }),
    ]);
    const mapping = mapped(network);
    const [layer] = macroLayersOf(mapping);
    const data = new Uint8Array(17);
    // Group 0 drives phases 0 and 2 (0b00_01_00_10), group 1 none.
    data[5] = 0b00010010;

    const { events } = macroMac(toProgram(mapping, layer!), {
      ...noise(network.input, 1),
      data,
    });

    // 2 silent phases in group 0 and 4 in group 1, each 2 kernels x 8 bit lines.
    expect(events.zeroPhaseReads).toBe((2 + 4) * 2 * 8);
  });

  it.each(['any', 'other'] as const)(
    'gives the sums and counts of brute force for random programs of style %s',
    (style) => {
      for (let seed = 200; seed < 200 + tries(6, 40); seed++) {
        const { program, input, firstImage, title } = randomCase(seed, 'random', style);

        const { sums, events } = macroMac(program, input, firstImage);

        const plain = runPlainMacro(plainFromProgram(program, input, firstImage));
        expect([...sums], title).toEqual(plain.sums);
        expect(events, title).toEqual({
          saturatedReads: plain.saturatedReads,
          zeroPhaseReads: plain.zeroPhaseReads,
          overflowedSums: plain.overflowedSums,
        });
      }
    },
  );
});
