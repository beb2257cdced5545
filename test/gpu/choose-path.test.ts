import { describe, expect, it } from 'vitest';
import { uniformAdc, uniformTable } from '../../src/core/adc-table.ts';
import { differential, twosComplement } from '../../src/core/columns.ts';
import { adcProduct, choosePath, isTiled, type PathOptions } from '../../src/gpu/choose-path.ts';
import { largestSum, type MacroProgram } from '../../src/simulate/macro-program.ts';
import { drawFrom } from '../../src/measure/draw.ts';
import { randomCase } from '../../src/measure/random-program.ts';

const all: PathOptions = { shortcuts: true, packedDotProducts: true };
const noise: MacroProgram['noise'] = {
  key: 1,
  readQuantiles: undefined,
  columnOffsets: new Int32Array(1),
  columnGains: new Int32Array(1),
  cellErrors: undefined,
};
/** MARS's macro, but for what is changed: 16 word lines of 2-bit digits, so sums up to 48. */
const program = (change: Partial<MacroProgram> = {}): MacroProgram => ({
  ...randomCase(1).program,
  wordLinesOn: 16,
  inputBits: 8,
  inputBitsPerPhase: 2,
  phases: 4,
  columns: twosComplement(8),
  adc: uniformTable({ bits: 6, step: 256, offset: 0 }),
  noise: undefined,
  ...change,
});
const adc = (bits: number, step = 256, offset = 0): Partial<MacroProgram> => ({
  adc: uniformTable({ bits, step, offset }),
});

describe('choosePath', () => {
  it.each<[string, Partial<MacroProgram>, string]>([
    ['6 bits for sums up to 48', {}, 'dot product'],
    ['16 bits for sums up to 48', adc(16), 'dot product'],
    ['5 bits for sums up to 48', adc(5), 'dot product, clips corrected'],
    ['1 bit for sums up to 48', adc(1), 'dot product, clips corrected'],
    ['4 bits for sums up to 15', { ...adc(4), wordLinesOn: 5 }, 'dot product'],
    ['4 bits for sums up to 18', { ...adc(4), wordLinesOn: 6 }, 'dot product, clips corrected'],
    [
      '4 bits for sums up to 15, one bit per phase',
      { ...adc(4), wordLinesOn: 15, inputBitsPerPhase: 1, inputBits: 4 },
      'dot product',
    ],
    [
      '4 bits for sums up to 16, one bit per phase',
      { ...adc(4), inputBitsPerPhase: 1, inputBits: 4 },
      'dot product, clips corrected',
    ],
    ['7 bits for sums up to 192', { ...adc(7), wordLinesOn: 64 }, 'bit lines'],
    ['8 bits for sums up to 192', { ...adc(8), wordLinesOn: 64 }, 'dot product'],
    [
      '4 bits for sums up to 16 in eight phases',
      { ...adc(4), inputBitsPerPhase: 1, phases: 8 },
      'bit lines',
    ],
    ['5 bits and 4 bits per phase', { ...adc(5), inputBitsPerPhase: 4, phases: 2 }, 'bit lines'],
    ['a step of 257/256', adc(6, 257), 'bit lines'],
    ['a step of 255/256', adc(8, 255), 'bit lines'],
    ['an offset of 1/256', adc(6, 256, 1), 'bit lines'],
    ['an offset of -1/256', adc(6, 256, -1), 'bit lines'],
    ['a step of 1/2 that loses nothing', adc(7, 128), 'dot product'],
    [
      'cells of two bits and 8 bits for 144',
      { ...adc(8), columns: twosComplement(8, 2) },
      'dot product',
    ],
    [
      'cells of two bits and 7 bits for 144',
      { ...adc(7), columns: twosComplement(8, 2) },
      'bit lines',
    ],
    ['differential columns and 6 bits', { columns: differential(8) }, 'dot product'],
    ['differential columns and 5 bits', { ...adc(5), columns: differential(8) }, 'bit lines'],
    ['noise, be it all zeros', { noise }, 'bit lines'],
    ['noise and 5 bits', { ...adc(5), noise }, 'bit lines'],
  ])('takes the right path with %s', (_, change, path) => {
    expect(choosePath(program(change), all)).toBe(path);
  });

  it.each<[string, Partial<PathOptions>]>([
    ['shortcuts are forbidden', { shortcuts: false }],
    ['the adapter has no packed dot products', { packedDotProducts: false }],
  ])('takes bit lines where %s', (_, change) => {
    for (const bits of [5, 6])
      expect(choosePath(program(adc(bits)), { ...all, ...change })).toBe('bit lines');
  });

  it('takes dot products only where every sum has a code that stands for it, for random programs', () => {
    let found = 0;
    for (let seed = 0; seed < 200; seed++) {
      const one = randomCase(seed, 'zero', 'mars').program;
      if (choosePath(one, all) !== 'dot product') continue;
      const { bits, step, offset } = uniformAdc(one.adc)!;
      for (let sum = 0; sum <= largestSum(one); sum++) {
        const code = codeOf(one, sum);
        expect(code).toBeGreaterThanOrEqual(0);
        expect(code).toBeLessThan(2 ** bits);
        expect(offset + step * code).toBe(256 * sum);
      }
      found += 1;
    }
    expect(found).toBeGreaterThan(20);
  });
});

describe('isTiled', () => {
  it.each<[string, Partial<MacroProgram>, boolean]>([
    ['16 word lines, four phases of 2 bits', {}, true],
    ['17 word lines', { wordLinesOn: 17 }, false],
    ['5 phases', { phases: 5 }, false],
    ['4 bits per phase', { inputBitsPerPhase: 4 }, false],
    ['cells of two bits', { columns: twosComplement(8, 2) }, false],
    ['differential columns', { columns: differential(8) }, false],
  ])('knows %s', (_, change, expected) => {
    expect(isTiled(program(change))).toBe(expected);
  });
});

describe('adcProduct', () => {
  it('gives the code of every sum, for many steps and offsets, and is mostly found', () => {
    const draw = drawFrom(5);
    let found = 0;
    for (let i = 0; i < 500; i++) {
      const one = program({
        wordLinesOn: draw(1, 16),
        inputBitsPerPhase: draw(1, 2),
        ...adc(6, draw(1, 2000), draw(-3000, 3000)),
      });
      const product = adcProduct(one, uniformAdc(one.adc)!);
      if (!product) continue;
      found += 1;
      const { multiplier, addend, shift } = product;
      for (let sum = 0; sum <= largestSum(one); sum++)
        if ((sum * multiplier + addend) >> shift !== codeOf(one, sum))
          expect.fail(`${JSON.stringify(uniformAdc(one.adc))}, sum ${sum}`);
    }
    expect(found).toBeGreaterThan(450);
  });

  it('shifts nothing at step 1 and offset 0', () => {
    expect(adcProduct(program(), { step: 256, offset: 0 })).toEqual({
      multiplier: 1,
      addend: 0,
      shift: 0,
    });
  });

  it('never exceeds 32 bits', () => {
    const products = [1, 2, 3, 255, 2000].map((step) =>
      adcProduct(program(), { step, offset: 3000 }),
    );

    const largest = products.map((one) => (one ? 48 * one.multiplier + Math.abs(one.addend) : 0));
    expect(Math.max(...largest)).toBeLessThan(2 ** 31);
  });
});

/** The definition: floor((sum - offset) / step + 1/2), in whole numbers. */
function codeOf({ adc: table }: MacroProgram, sum: number): number {
  const { step, offset } = uniformAdc(table)!;
  return Number(
    floorDivided(2n * (256n * BigInt(sum) - BigInt(offset)) + BigInt(step), 2n * BigInt(step)),
  );
}

function floorDivided(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a < 0n && quotient * b !== a ? quotient - 1n : quotient;
}
