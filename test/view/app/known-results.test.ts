import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../../src/view/engine/engine.ts';
import { KnownResults } from '../../../src/view/app/known-results.ts';

const resultOf = (id: number): { result: RunResult; files: object } => ({
  result: { id } as RunResult,
  files: {},
});

describe('the results that are known', () => {
  it('are the last four, and the engine is told of each that goes', () => {
    const forgotten: number[] = [];
    const known = new KnownResults((id) => forgotten.push(id));
    for (let id = 1; id <= 5; id++) known.add(`?${id}`, resultOf(id));

    expect(known.get('?1')).toBeUndefined();
    expect(known.get('?5')?.result.id).toBe(5);
    known.add('?5', resultOf(6));
    expect(forgotten).toEqual([1, 5]);
  });

  it('go with files that may be others now, but the one that is shown is not forgotten by the engine', () => {
    const forgotten: number[] = [];
    const known = new KnownResults((id) => forgotten.push(id));
    const [first, second] = [resultOf(1), resultOf(2)];
    known.add('?1', first);
    known.add('?2', second);

    known.clear(second.result);

    expect(forgotten).toEqual([1]);
    expect(known.get('?2')).toBeUndefined();
  });
});
