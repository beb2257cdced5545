import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/report/report.ts';
import { headlineFacts } from '../../../src/view/report/headline-facts.ts';
import { makePiecesData } from '../support/make-pieces-data.ts';

describe('the headline', () => {
  let small: Report;
  let large: Report;
  let dense: Report;
  beforeAll(async () => {
    const data = await makePiecesData();
    [small, large, dense] = [data.small.report, data.large.report, data.dense];
  });

  it('of a simulation tells accuracies with their images, and that it was simulated', () => {
    const facts = headlineFacts(small);

    expect(facts[0]).toEqual({
      term: 'Accuracy on the chip',
      value: `${(100 * small.accuracy.top1!).toFixed(2)} %`,
      // Of n right ones of n, the lower end is n / (n + 1.96^2).
      note: `3 images, 95 % interval ${((100 * 3) / (3 + 1.959964 ** 2)).toFixed(1)} to 100.0 %`,
    });
    expect(facts.find(({ term }) => term === 'In float')?.note).toBe(
      'first 3 images, nothing pruned',
    );
    expect(facts.find(({ term }) => term === 'Energy per frame')).toEqual({
      term: 'Energy per frame',
      value: `${Number((small.energy.perFrame.total / 1000).toPrecision(3))} nJ`,
      note: 'simulated',
    });
  });

  it('of an estimate shows no accuracy, and says that it is one', () => {
    const facts = headlineFacts(large);

    expect(facts[0]).toMatchObject({ term: 'Accuracy', value: 'not simulated' });
    expect(facts.filter(({ note }) => note.includes('estimated'))).toHaveLength(3);
    expect(facts.find(({ term }) => term === 'Noise')?.note).toBe('not simulated');
  });

  it('compares with the dense chip where it is given one', () => {
    const fact = headlineFacts(large, dense).find(({ term }) => term === 'Frames per second')!;
    const ratio = large.performance.framesPerSecond / dense.performance.framesPerSecond;

    expect(fact.note).toBe(
      `${large.performance.cyclesPerFrame.toLocaleString('en')} cycles each, ${Number(ratio.toPrecision(3))} × the dense chip`,
    );
  });
});
