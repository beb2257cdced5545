import { describe, expect, it } from 'vitest';
import {
  lassoStrength,
  learningRateAt,
  type ScheduleOptions,
  stageOf,
} from '../../src/train/stages.ts';

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
  const strength = (densities: readonly number[], targetDensity?: number): number =>
    lassoStrength(densities, { ...options, groupLasso: 0.2, targetDensity });

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
});
