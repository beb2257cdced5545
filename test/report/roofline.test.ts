// The roofline: roofs by hand, and no layer above them.

import { describe, expect, it } from 'vitest';
import { chipNamed, mars, setChipValues } from '../../src/chips/index.ts';
import { estimateRun } from '../../src/pipeline/estimate.ts';
import { mapJob } from '../../src/pipeline/run-job.ts';
import type { Report } from '../../src/report/report.ts';
import { rooflineOf } from '../../src/report/roofline.ts';
import { summarize } from '../../src/report/summarize.ts';
import { scheduleAll } from '../../src/timeline/schedule-all.ts';
import { tourNetwork } from '../support/small-networks.ts';
import type { ChipSpec } from '../../src/chips/index.ts';

function reportOn(chip: ChipSpec): Report {
  const mapping = mapJob({
    network: tourNetwork(),
    chip,
    weightBits: 8,
    activationBits: 8,
    prunedGroups: 0,
  });
  return summarize(mapping, estimateRun(mapping), scheduleAll(mapping));
}

describe('the roofline', () => {
  it('has the roofs of MARS: 8 macros of 16 word lines and 8 kernels at 100 MHz, DRAM of 6.4 GB/s', () => {
    const { computeRoof, bandwidth, bytes } = rooflineOf(reportOn(mars), mars);

    expect(computeRoof).toBe(2 * 16 * 8 * 8 * 100e6);
    expect(bandwidth).toBe(6.4e9);
    expect(bytes).toBe('once');
  });

  it('takes the bytes that DRAM moves where it moves any', () => {
    const chip = setChipValues(mars, ['controller.weights=dram']);
    const report = reportOn(chip);
    const { bytes, points } = rooflineOf(report, chip);

    expect(bytes).toBe('moved');
    for (const { layer, intensity } of points) {
      const own = report.layers.find(({ name }) => name === layer)!;
      const moved = own.dram.read + own.dram.written + own.dram.weights;
      expect(intensity).toBeCloseTo((2 * own.macs * own.groupsKept) / own.groups / moved, 9);
    }
  });

  it.each(['mars', 'mars-128col', 'mars-4b', 'yue-2021', 'generic-sram'])(
    'has no layer above the macros of %s, and all layers on macros',
    (name) => {
      const chip = chipNamed(name);
      const report = reportOn(chip);
      const { computeRoof, points } = rooflineOf(report, chip);

      expect(points.map(({ layer }) => layer)).toEqual(
        report.layers.filter(({ macs }) => macs > 0).map((layer) => layer.name),
      );
      for (const { rate, attainable } of points) {
        expect(rate).toBeLessThanOrEqual(computeRoof);
        expect(attainable).toBeLessThanOrEqual(computeRoof);
      }
    },
  );

  it('is refused where nothing runs on macros', () => {
    const report = reportOn(mars);
    const pools = report.layers.filter(({ macs }) => macs === 0);

    expect(() => rooflineOf({ ...report, layers: pools }, mars)).toThrow(
      'has no layer that runs on macros',
    );
  });
});
