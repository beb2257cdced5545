import { describe, expect, it } from 'vitest';
import { mars } from '../../src/chips/index.ts';
import { CimError } from '../../src/core/errors.ts';
import { sensitivity } from '../../src/experiment/sensitivity.ts';

describe('sensitivity', () => {
  it('halves and doubles every number on its own and sorts by what that does', () => {
    const result = sensitivity(mars, (chip) => ({
      framesPerSecond: chip.clock.frequency.value * chip.cores.count.value,
      topsPerWatt: 1 / chip.energy.columnPhase.value,
    }));

    expect(result.base).toEqual({ framesPerSecond: 400, topsPerWatt: 1 / 60 });
    const moving = result.rows.filter(
      ({ swing }) => swing.framesPerSecond > 1 || swing.topsPerWatt > 1,
    );
    expect(moving.map(({ parameter }) => parameter).toSorted()).toEqual([
      'clock.frequency',
      'cores.count',
      'energy.columnPhase',
    ]);
    const clock = result.rows.find(({ parameter }) => parameter === 'clock.frequency')!;
    expect(clock.low).toMatchObject({ value: 50, outcome: { framesPerSecond: 200 } });
    expect(clock.high).toMatchObject({ value: 200, outcome: { framesPerSecond: 800 } });
    expect(clock.swing.framesPerSecond).toBe(4);
    expect(result.rows.slice(0, 3).map(({ parameter }) => parameter)).toEqual(
      expect.arrayContaining(moving.map(({ parameter }) => parameter)),
    );
  });

  it('says where a chip cannot be so, and goes on', () => {
    const result = sensitivity(mars, (chip) => {
      if (chip.cores.count.value > 4) throw new CimError('chip', { what: 'too many cores' });
      return { framesPerSecond: 1, topsPerWatt: 1 };
    });

    const cores = result.rows.find(({ parameter }) => parameter === 'cores.count')!;
    expect(cores.low).toBeDefined();
    expect(cores.high).toBeUndefined();
  });

  it('stops when told to', () => {
    const run = (): unknown =>
      sensitivity(mars, () => ({ framesPerSecond: 1, topsPerWatt: 1 }), {
        signal: { aborted: true },
      });

    expect(run).toThrow(expect.objectContaining({ kind: 'cancelled' }));
  });
});
