// Cases that a backend computes wrong become small, and stay wrong.

import { describe, expect, it } from 'vitest';
import { faultsOf, type Fault } from '../../support/faulty-backend.ts';
import { shrink } from '../../../src/measure/check/shrink.ts';
import { randomCase, type Style } from '../../../src/measure/random-program.ts';
import type { MacroCase } from '../../../src/measure/run-case.ts';
import { longestList } from '../../../src/simulate/sum-bounds.ts';
import { itLong } from '../../support/long.ts';

/** Values besides zero. */
const nonzero = (values: ArrayLike<number>): number =>
  Array.from(values).filter((value) => value !== 0).length;

const hasTime = (): boolean => true;
const styles: readonly Style[] = ['any', 'mars', 'wide', 'other'];

/** Whether some value of a list could be zero as well. */
async function canLose<T extends Int8Array | Uint8Array>(
  values: T,
  isWrong: (values: T) => Promise<boolean>,
): Promise<boolean> {
  for (let place = 0; place < values.length; place++) {
    const without = values.map((value, i) => (i === place ? 0 : value)) as T;
    if (values[place] !== 0 && (await isWrong(without))) return true;
  }
  return false;
}

describe('shrink', () => {
  it.each(styles)('leaves one image, tile, group and kernel of style %s', async (style) => {
    const isWrong = faultsOf('a weight of -2 counts as -1');
    const found = await firstShown('a weight of -2 counts as -1', style);

    const small = await shrink(found, isWrong, hasTime);

    const { program, input } = small;
    expect(await isWrong(small)).toBe(true);
    expect(input.images).toBe(1);
    expect(program.tileStarts).toHaveLength(2);
    expect(longestList(program)).toBe(1);
    expect(program.output.channels).toBe(1);
    expect(program.requantize).toBeUndefined();
    expect(program.noise).toBeUndefined();
    expect(nonzero(program.weights)).toBeLessThan(nonzero(found.program.weights));
    const withWeights = (weights: Int8Array): Promise<boolean> =>
      isWrong({ ...small, program: { ...program, weights } });
    expect(await canLose(program.weights, withWeights)).toBe(false);
    const withInputs = (data: Uint8Array): Promise<boolean> =>
      isWrong({ ...small, input: { ...input, data } });
    expect(await canLose(input.data, withInputs)).toBe(false);
  });

  itLong('keeps the noise that shows it', async () => {
    const found = await firstShown('noise is forgotten', 'mars');

    const small = await shrink(found, faultsOf('noise is forgotten'), hasTime);

    expect(await faultsOf('noise is forgotten')(small)).toBe(true);
    expect(small.program.noise).toBeDefined();
    expect(small.input.images).toBe(1);
  });

  it('gives what it was given where there is no time', async () => {
    const found = await firstShown('a weight of -2 counts as -1', 'any');

    expect(await shrink(found, faultsOf('a weight of -2 counts as -1'), () => false)).toBe(found);
  });
});

/** The first random case with several images and tiles that shows a fault. */
async function firstShown(fault: Fault, style: Style): Promise<MacroCase> {
  for (let seed = 0; seed < 200; seed++) {
    const one = randomCase(seed, 'random', style);
    const isLarge = one.input.images > 1 && one.program.tileStarts.length > 2;
    if (isLarge && (await faultsOf(fault)(one))) return one;
  }
  throw new Error(`no case shows that ${fault}`);
}
