import { describe, expect, it } from 'vitest';
import { mars, setChipValues } from '../../src/chips/index.ts';
import { chipArea } from '../../src/report/area.ts';

describe('chipArea', () => {
  it('is what pencil and paper give for MARS', () => {
    const parts = Object.fromEntries(chipArea(mars).map(({ part, area }) => [part, area]));

    expect(parts['macros']).toBeCloseTo(8 * 0.27, 9);
    // Two banks and the shortcut memory of 64 KB at 0.25 um2 per bit.
    expect(parts['featureMap']).toBeCloseTo((3 * 65536 * 8 * 0.25) / 1e6, 9);
    expect(parts['weightSram']).toBeCloseTo((4 * 16384 * 8 * 0.25) / 1e6, 9);
    // 8 macros of 8 accumulators of 24 bits at 9 um2.
    expect(parts['accumulators']).toBeCloseTo((64 * 24 * 9) / 1e6, 9);
  });

  it('claims no more evidence than its weakest number has', () => {
    const evidence = (part: string, settings: readonly string[] = []): string =>
      chipArea(setChipValues(mars, settings)).find((entry) => entry.part === part)!.evidence;

    expect(evidence('macros')).toBe('inferred');
    expect(evidence('macros', ['cores.count=8'])).toBe('assumed');
    expect(evidence('featureMap')).toBe('assumed');
  });
});
