// What the adapter can do at most: each ceiling as a case.

import { openDevice } from '../../gpu/open-gpu.ts';
import type { Bench, Clock } from '../question.ts';
import type { Row } from '../result.ts';
import { type Ceiling, ceilingsOf, clockOf, keepRoofline, openCeiling } from '../roofline.ts';

/** Measures every ceiling of the host's adapter; bounds take what it finds. */
export async function measureCeilings(bench: Bench): Promise<void> {
  const { host } = bench;
  const opened = await openDevice(host.gpu, { timestamps: true });
  const { device, packedDotProducts } = opened;
  if (!packedDotProducts) bench.note('this adapter has no packed 8-bit dot products');
  const clock = clockOf(host, await host.cpuSeconds());
  const rates: Partial<Record<Ceiling, number>> = {};
  const ceilings = ceilingsOf(opened);
  for (const ceiling of ceilings) {
    const row = await bench.measure(
      { ceiling },
      async () => await openCeiling(host, device, ceiling),
    );
    const rate = rateOf(row, clock);
    if (rate !== undefined) rates[ceiling] = rate;
    noteScaling(bench, ceiling, row);
  }
  if (Object.keys(rates).length === ceilings.length) keepRoofline(host, { clock, rates });
  device.destroy();
}

function rateOf(row: Row | undefined, clock: Clock): number | undefined {
  const timing = row?.timing;
  return Object.values((clock === 'cpu' ? timing?.perCpuSecond : timing?.perSecond) ?? {})[0];
}

function noteScaling(bench: Bench, ceiling: Ceiling, row: Row | undefined): void {
  const scaling = Number(row?.facts['scaling'] ?? 2);
  if (!(scaling >= 1.6 && scaling <= 2.5))
    bench.note(`${ceiling}: twice the iterations took ${scaling} times as long; not to be trusted`);
}
