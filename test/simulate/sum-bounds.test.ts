import { describe, expect, it } from 'vitest';
import { type UniformAdc, uniformTable } from '../../src/core/adc-table.ts';
import { differential } from '../../src/core/columns.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { openReference } from '../../src/reference/reference-backend.ts';
import type { MacroProgram } from '../../src/simulate/macro-program.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { fitsWords, largestCodes } from '../../src/simulate/sum-bounds.ts';
import { flatProgram, withNoise } from '../support/flat-program.ts';
import { mapped } from '../support/mapped.ts';
import { linear, networkOf, noise } from '../support/small-networks.ts';

const program = (
  { adc, ...change }: Partial<Omit<MacroProgram, 'adc'>> & { readonly adc?: UniformAdc },
  groups = 1,
): MacroProgram => ({
  ...flatProgram({ groups }),
  ...(adc && { adc: uniformTable(adc) }),
  noise: undefined,
  ...change,
});

describe('largestCodes', () => {
  it('counts no code above that of the largest sum on a bit line', () => {
    const weights = 2 ** 7 * 85;

    expect(largestCodes(program({ adc: { bits: 8, step: 256, offset: 0 } }))).toBe(48 * weights);
    expect(largestCodes(program({ adc: { bits: 5, step: 256, offset: 0 } }))).toBe(31 * weights);
    expect(largestCodes(program({ adc: { bits: 8, step: 64, offset: 0 } }))).toBe(192 * weights);
    expect(largestCodes(program({ adc: { bits: 8, step: 256, offset: -512 } }))).toBe(50 * weights);
    expect(largestCodes(program({ adc: { bits: 8, step: 256, offset: 2e4 } }))).toBe(0);
  });

  it('counts the factors of one sign: codes of the others take away', () => {
    const columns = differential(8);

    // 1 + 2 + ... + 64 on either side.
    expect(largestCodes(program({ columns }))).toBe(48 * 127 * 85);
  });

  it('counts every code where there is noise', () => {
    const one = { ...flatProgram(), adc: uniformTable({ bits: 8, step: 256, offset: 0 }) };

    expect(largestCodes(withNoise(one, { read: 0.1 }))).toBe(255 * 2 ** 7 * 85);
  });
});

describe('fitsWords', () => {
  it('is true up to the last group whose codes fit 32 bits', () => {
    // A group reaches 192 * 2^7 * 85 = 2088960, so 1028 of them stay below 2^31 and 1029 do not.
    const adc = { bits: 8, step: 64, offset: 0 };

    expect([1028, 1029].map((groups) => fitsWords(program({ adc }, groups)))).toEqual([
      true,
      false,
    ]);
  });

  it('counts what codes stand for, offset and bias', () => {
    // Code 1 stands for 40 unit discharges: 40 * 2^7 * 85 * 4934 = 2.1473e9.
    const adc = { bits: 8, step: 40 * 256, offset: 0 };
    const fits = (change: Parameters<typeof program>[0]): boolean =>
      fitsWords(program({ adc, ...change }, 4934));

    expect(fits({})).toBe(true);
    expect(fits({ bias: Int32Array.of(-1e6) })).toBe(false);
    expect(fits({ adc: { ...adc, offset: 256 } })).toBe(false);
  });
});

describe('a layer whose sums exceed 32 bits', () => {
  it.each([
    ['codes of a fine step', 20_000, ['adc.bits=8', 'adc.step=0.25', 'accumulator.bits=32']],
    ['25,088 inputs, a lossless ADC', 25_088, ['accumulator.bits=32']],
  ])('gives the integers of the network: %s', async (_, inputs, settings) => {
    const network = networkOf('long', { height: 1, width: 1, channels: inputs }, 2, [
      linear({ name: 'fc', input: 'image', inputs, outputs: 2 }),
    ]);
    const mapping = mapped(network, { settings });
    const images = noise(mapping.network.input, 1);

    const { outputs } = await simulate(mapping, images, { backend: openReference() });

    expect(outputs).toEqual(integerForward(mapping.network, images));
  });
});
