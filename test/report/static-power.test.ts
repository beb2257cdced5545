import { describe, expect, it } from 'vitest';
import { chips, mars, setChipValues } from '../../src/chips/index.ts';
import { staticPower } from '../../src/report/static-power.ts';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { summarize } from '../../src/report/summarize.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import type { Report } from '../../src/report/report.ts';
import { mapped } from '../support/mapped.ts';
import { tourNetwork } from '../support/small-networks.ts';

const report = (...settings: readonly string[]): Report => {
  const mapping = mapped(tourNetwork(), { settings });
  return summarize(mapping, estimateRun(mapping), scheduleAll(mapping));
};

describe('staticPower', () => {
  it('is half a milliwatt on mars and its variants, as it was in one number, and 2 mW on yue-2021', () => {
    for (const chip of Object.values(chips).filter(({ name }) => name.startsWith('mars')))
      expect(staticPower(chip).total, chip.name).toBe(0.5);
    expect(staticPower(chips['yue-2021']!).total).toBe(2);
  });

  it('adds up cores, macros and bytes', () => {
    const power = staticPower(mars);

    expect(power.cores).toBe(4 * 0.04);
    expect(power.macros).toBe(8 * 0.02);
    // Three memories of 64 KB and four of 16 KB at 0.02 nW per byte.
    expect(power.sram).toBeCloseTo((262_144 * 0.02) / 1e6, 12);
  });

  it('is more for eight cores than for four, and for more SRAM', () => {
    const of = (setting: string): number => staticPower(setChipValues(mars, [setting])).total;

    expect(of('cores.count=8') - 0.5).toBeCloseTo(
      4 * 0.04 + 8 * 0.02 + (4 * 16_384 * 0.02) / 1e6,
      12,
    );
    expect(of('cores.macros=4') - 0.5).toBeCloseTo(8 * 0.02, 12);
    expect(of('featureMap.bankBytes=131072') - 0.5).toBeCloseTo((131_072 * 0.02) / 1e6, 12);
    expect(of('process.supply=0.425')).toBeCloseTo(0.125, 12);
  });
});

describe('static.gating', () => {
  it('spares the macros’ leakage while their core pools or waits, and no more', () => {
    const [always, gated] = [report(), report('static.gating=idle')];

    const { pool, barrier, dram } = always.performance.stalls;
    // 10 ns per cycle at the 0.16 mW of eight macros.
    const spared = (pool + barrier + dram) * 10 * 0.16;
    expect(spared).toBeGreaterThan(0);
    expect(always.energy.perFrame.static - gated.energy.perFrame.static).toBeCloseTo(spared, 6);
    expect(gated.performance).toEqual(always.performance);
  });
});
