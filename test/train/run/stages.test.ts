import { describe, expect, it } from 'vitest';
import {
  type LassoOptions,
  lassoStrength,
  learningRateAt,
  prunedDensity,
  type ScheduleOptions,
  sideOf,
  stageOf,
} from '../../../src/train/run/stages.ts';

const options: ScheduleOptions = {
  epochs: 10,
  denseEpochs: 2,
  fixedEpochs: 3,
  quantizeEpochs: 2,
  learningRate: 0.1,
  quantizeLearningRate: 0.01,
  warmUpEpochs: 1,
};

describe('stageOf', () => {
  it('goes from dense over lasso and tuning to quantization', () => {
    const stages = Array.from({ length: 12 }, (_, epoch) =>
      stageOf(epoch, { ...options, groupLasso: 0.1 }),
    );

    expect(stages.join(' ')).toBe(
      'dense dense lasso lasso lasso lasso lasso tune tune tune quantize quantize',
    );
  });

  it('is dense where group lasso is off', () => {
    expect(stageOf(4, { ...options, groupLasso: 0 })).toBe('dense');
    expect(stageOf(8, { ...options, groupLasso: 0 })).toBe('tune');
  });
});

describe('sideOf', () => {
  it('is the size of as many epochs as it says, and undefined after them', () => {
    const sizes = [
      { side: 16, epochs: 2 },
      { side: 24, epochs: 1 },
    ];

    expect([0, 1, 2, 3].map((epoch) => sideOf(epoch, sizes))).toEqual([16, 16, 24, undefined]);
  });
});

describe('learningRateAt', () => {
  const rate = (done: number, change: Partial<ScheduleOptions> = {}): number =>
    learningRateAt(done, 4, { ...options, ...change });

  it('rises in equal steps while it warms up', () => {
    expect([0, 1, 2, 3].map((done) => rate(done))).toEqual([0.025, 0.05, 0.1 * 0.75, 0.1]);
  });

  it('falls along half a cosine from there to the end of the epochs in real arithmetic', () => {
    expect(rate(4)).toBeCloseTo(0.1, 12);
    expect(rate(22)).toBeCloseTo(0.05, 12);
    expect(rate(39)).toBeLessThan(0.001);
  });

  it('starts again, lower, for quantization', () => {
    expect(rate(40)).toBeCloseTo(0.01, 12);
    expect(rate(44)).toBeCloseTo(0.005, 12);
  });

  it('needs no warm-up', () => {
    expect(rate(0, { warmUpEpochs: 0 })).toBeCloseTo(0.1, 12);
    expect(rate(20, { warmUpEpochs: 0 })).toBeCloseTo(0.05, 12);
  });
});

describe('lassoStrength', () => {
  const strength = (
    densities: readonly number[],
    targetDensity?: number,
    pruneSteps: number = 1,
  ): number => lassoStrength(densities, { ...options, groupLasso: 0.2, targetDensity, pruneSteps });

  it('is zero outside its stage, and constant without a target', () => {
    expect([0, 1, 7, 9].map((done) => strength(Array<number>(done).fill(1)))).toEqual([0, 0, 0, 0]);
    expect([2, 3, 6].map((done) => strength(Array<number>(done).fill(1)))).toEqual([0.2, 0.2, 0.2]);
  });

  it('grows while too many groups are left, and shrinks while too few are', () => {
    // Five epochs of group lasso after two dense ones: wanted are 0.8, 0.6, 0.4, 0.2, 0.2.
    expect(strength([1, 1], 0.2)).toBe(0.2);
    expect(strength([1, 1, 0.9], 0.2)).toBeCloseTo(0.2 * 1.5, 12);
    expect(strength([1, 1, 0.9, 0.61], 0.2)).toBeCloseTo(0.2 * 1.5 ** 2, 12);
    expect(strength([1, 1, 0.9, 0.61, 0.3], 0.2)).toBeCloseTo(0.2 * 1.5, 12);
    expect(strength([1, 1, 0.9, 0.61, 0.3, 0.21], 0.2)).toBeCloseTo(0.2 * 1.5 ** 2, 12);
  });

  it('stays as it is where groups are removed in several steps', () => {
    expect(strength([1, 1, 0.9, 0.61], 0.2, 5)).toBe(0.2);
    expect(strength([1], 0.2, 5)).toBe(0);
  });
});

describe('prunedDensity', () => {
  /** Steps of training, 4 per epoch, before which groups are removed, and what is left then. */
  const prunings = (change: Partial<Omit<LassoOptions, 'targetDensity'>>): [number, number][] =>
    Array.from({ length: 49 }, (_, done): [number, number | undefined] => [
      done,
      prunedDensity(done, 4, {
        ...options,
        groupLasso: 0.2,
        pruneSteps: 1,
        targetDensity: 0.2,
        ...change,
      }),
    ]).filter((pruning): pruning is [number, number] => pruning[1] !== undefined);

  it('reaches the target when group lasso ends', () => {
    expect(prunings({})).toEqual([[28, 0.2]]);
    expect(prunings({ denseEpochs: 7 })).toEqual([[28, 0.2]]);
  });

  it('goes there in steps that become smaller', () => {
    // 5 epochs of 4 steps after 8: what is left to remove falls to 27/64, 8/64, 1/64 and 0 of 0.8.
    const found = prunings({ pruneSteps: 4 });

    expect(found.map(([done]) => done)).toEqual([13, 18, 23, 28]);
    [27, 8, 1, 0].forEach((share, i) =>
      expect(found[i]![1]).toBeCloseTo(0.2 + (0.8 * share) / 64, 12),
    );
  });

  it('takes the last of several steps that fall together', () => {
    expect(prunings({ denseEpochs: 6, pruneSteps: 100 }).map(([done]) => done)).toEqual([
      24, 25, 26, 27, 28,
    ]);
    expect(prunings({ denseEpochs: 7, pruneSteps: 4 })).toEqual([[28, 0.2]]);
  });
});
