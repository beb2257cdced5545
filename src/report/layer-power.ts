// Average power of each layer while it runs, for the trace's counter.

import { cycles, durationOf } from '../core/units.ts';
import type { Report } from './report.ts';

/** mW by layer name. */
export function layerPower(report: Report): ReadonlyMap<string, number> {
  const { cyclesPerFrame, framesPerSecond } = report.performance;
  const megahertz = (cyclesPerFrame * framesPerSecond) / 1e6;
  return new Map(
    report.layers
      .filter((layer) => layer.cycles > 0)
      .map((layer) => [
        layer.name,
        layer.energy.total / durationOf(cycles(layer.cycles), megahertz),
      ]),
  );
}
