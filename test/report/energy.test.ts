import { describe, expect, it } from 'vitest';
import { mars } from '../../src/chips/index.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import {
  dramEnergy,
  imageEnergy,
  macroEnergy,
  poolEnergy,
  sumEnergy,
} from '../../src/report/energy.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { cycles } from '../../src/core/units.ts';
import { schedule } from '../../src/timeline/schedule.ts';
import { macroLayersOf, mapped } from '../support/mapped.ts';
import { conv, linear, networkOf, noise, tourNetwork } from '../support/small-networks.ts';

/** A sum of exact decimals in doubles is within this of its pencil-and-paper value. */
const digits = 9;

describe('the energy of one linear layer of 16 inputs and 10 outputs', () => {
  const network = networkOf('one', { height: 1, width: 1, channels: 16 }, 10, [
    linear({ name: 'fc', input: 'image', inputs: 16, outputs: 10 }),
  ]);
  const mapping = mapped(network);
  const [layer] = macroLayersOf(mapping);

  const energyOf = async (images: number): Promise<ReturnType<typeof macroEnergy>> => {
    const run = await simulate(mapping, noise(network.input, images), {
      backend: openReference(),
    });
    return macroEnergy(mars, layer!, run.activity[0]!, {
      images,
      cycles: schedule(mapping).cyclesPerFrame,
    });
  };

  it('is what pencil and paper give', async () => {
    const energy = await energyOf(1);

    // 10 kernels x 8 bit lines x 4 phases of 60 fJ.
    expect(energy.macro).toBeCloseTo(19.2, digits);
    // One word of 16 x 8 bits read at 0.1 pJ; nothing written, for the sums are the output.
    expect(energy.featureMap).toBeCloseTo(12.8, digits);
    // 10 accumulators of 24 bits at 5.1 fJ.
    expect(energy.accumulate).toBeCloseTo(1.224, digits);
    // One group of 16 x 16 x 8 bits and 1 bit of index read at 0.05 pJ, the group written at 0.05 pJ.
    expect(energy.weightPath).toBeCloseTo(2049 * 0.05 + 2048 * 0.05, digits);
    // Sums leave as they are.
    expect(energy.requantize).toBe(0);
    // 0.5 mW for 16 cycles of loading, one macro-op and 4 cycles of pipeline, of 10 ns each.
    expect(energy.static).toBeCloseTo(105, digits);
    expect(energy.total).toBeCloseTo(19.2 + 12.8 + 1.224 + 204.85 + 105, digits);
  });

  it('is per image, however many were simulated', async () => {
    expect(await energyOf(7)).toEqual(await energyOf(1));
  });

  it('charges 43 % for a phase that drives nothing', async () => {
    // All pixels 0b00_00_00_11: three of four phases are silent.
    const dark = { ...noise(network.input, 1), data: new Uint8Array(16).fill(3) };
    const run = await simulate(mapping, dark, { backend: openReference() });

    const energy = macroEnergy(mars, layer!, run.activity[0]!, {
      images: 1,
      cycles: schedule(mapping).cyclesPerFrame,
    });

    expect(energy.macro).toBeCloseTo(19.2 * (1 / 4 + (3 / 4) * 0.43), digits);
  });
});

describe('macroEnergy', () => {
  it('charges what is written of a layer that stores its activations', () => {
    const network = networkOf('two', { height: 2, width: 3, channels: 16 }, 2, [
      conv({
        name: 'a',
        input: 'image',
        channels: 16,
        kernels: 20,
        kernelHeight: 1,
        kernelWidth: 1,
        padding: 0,
      }),
      linear({ name: 'fc', input: 'a', inputs: 120, outputs: 2 }),
    ]);
    const mapping = mapped(network, { activationBits: 4 });
    const [layer] = macroLayersOf(mapping);
    const activity = {
      layer: 'a',
      macroOps: 0,
      skippedGroups: 0,
      columnReads: 0,
      saturatedReads: 0,
      zeroPhaseReads: 0,
      overflowedSums: 0,
    };

    const energy = macroEnergy(mars, layer!, activity, {
      images: 1,
      cycles: schedule(mapping).layers[0]!.cycles,
    });

    // 2 tiles read a word of 16 x 4 bits at each of 6 pixels, whichever core has them; 120 activations of 4 bits are
    // written.
    expect(energy.featureMap).toBeCloseTo((6 * 2 * 64 + 480) * 0.1, digits);
    // Tiles of 16 and 4 kernels at 6 pixels.
    expect(energy.accumulate).toBeCloseTo((6 * 20 * 24 * 5.1) / 1000, digits);
    // 120 activations at 700 fJ.
    expect(energy.requantize).toBeCloseTo(120 * 0.7, digits);
    // Two cores share the pixels of each tile and both load its group of 16 x 16 x 8 bits with a 1-bit code.
    const bits = 16 * 16 * 8;
    expect(energy.weightPath).toBeCloseTo(4 * (bits * 0.1 + 0.05), digits);
  });
});

describe('poolEnergy and imageEnergy', () => {
  const mapping = mapped(tourNetwork());
  const pools = mapping.layers.filter((layer) => layer.kind === 'pool');

  it('charge what pools read and write, and their time', () => {
    const [pool, mean] = pools.map((layer) => poolEnergy(mapping, layer, { cycles: cycles(8) }));

    // 5x4x24 to 2x2x24, and 2x2x20 to 20.
    expect(pool!.featureMap).toBeCloseTo((480 + 96) * 8 * 0.1, digits);
    expect(mean!.featureMap).toBeCloseTo((80 + 20) * 8 * 0.1, digits);
    // 80 ns at 0.5 mW.
    expect(pool!.static).toBeCloseTo(40, digits);
    expect(pool!.total).toBeCloseTo(pool!.featureMap + 40, digits);
  });

  it('charge writing the image', () => {
    const energy = imageEnergy(mapping);

    expect(energy.featureMap).toBeCloseTo(9 * 8 * 3 * 8 * 0.1, digits);
    expect(energy.total).toBe(energy.featureMap);
  });
});

describe('sumEnergy', () => {
  it('adds part by part, and the parts to the total', () => {
    const one = imageEnergy(mapped(tourNetwork()));

    const three = sumEnergy([one, one, one]);

    expect(three.featureMap).toBeCloseTo(3 * one.featureMap, digits);
    expect(three.total).toBeCloseTo(3 * one.total, digits);
    expect(sumEnergy([]).total).toBe(0);
  });
});

describe('dramEnergy', () => {
  it('is 8 pJ per bit of LPDDR4', () => {
    expect(dramEnergy(mars, 1000)).toBe(8000);
  });
});
