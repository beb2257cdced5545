import { describe, expect, it } from 'vitest';
import {
  cyclesData,
  shareNames,
  shownShares,
} from '../../../../src/view/pieces/plots/cycles-data.ts';
import { handMadeTimeline } from '../../support/hand-made-timeline.ts';

describe('the rows of the cycles plot', () => {
  it('are start, cycles and shares of each layer', () => {
    const { table, summary } = cyclesData(handMadeTimeline);

    expect(table.columns).toEqual([
      'layer',
      'start (cycle)',
      'cycles',
      'compute (cycles)',
      'load (cycles)',
      'stalled at ports (cycles)',
      'drain (cycles)',
      'pool (cycles)',
      'wait at barrier (cycles)',
    ]);
    expect(table.rows).toEqual([
      ['conv1', 0, 100, 60, 15, 10, 5, 0, 10],
      ['pool1', 100, 50, 0, 0, 0, 0, 50, 0],
    ]);
    expect(summary).toBe(
      'A frame of tiny takes 150 cycles (1.5 µs): 40.00 % compute, 10.00 % weight loads, 50.00 % stalls.',
    );
  });

  it('have DRAM only where a layer waits for it', () => {
    const [first, ...others] = handMadeTimeline.layers;
    const waiting = { ...handMadeTimeline, layers: [{ ...first!, dram: 7 }, ...others] };

    expect(shownShares(handMadeTimeline)).not.toContain('dram');
    expect(shownShares(waiting)).toEqual(shareNames);
    const { table } = cyclesData(waiting);
    expect(table.columns.at(-1)).toBe('wait for DRAM (cycles)');
    expect(table.rows.map((row) => row.at(-1))).toEqual([7, 0]);
  });
});
