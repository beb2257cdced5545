// What the cycles of a frame go to, layer by layer, as rows.

import { countOf } from '../../../core/words.ts';
import { durationOf } from '../../../core/units.ts';
import { type CycleShares, frameShares, type Timeline } from '../../../timeline/timeline.ts';
import type { FigureData } from '../figure/figure-data.ts';
import { formatShare, formatTime } from '../../../core/number-text.ts';

/** Kinds of cycles in the order of the stack. */
export const shareNames: readonly (keyof CycleShares)[] = [
  'compute',
  'load',
  'port',
  'drain',
  'pool',
  'barrier',
  'dram',
];

/** What a person calls them, in plot, table and timeline alike. */
export const shareLabels: Readonly<Record<keyof CycleShares, string>> = {
  compute: 'compute',
  load: 'load',
  port: 'stalled at ports',
  drain: 'drain',
  pool: 'pool',
  barrier: 'wait at barrier',
  dram: 'wait for DRAM',
};

/** The kinds that a plot of it shows: all, but DRAM only where it is waited for, which it is on few chips. */
export const shownShares = (timeline: Timeline): readonly (keyof CycleShares)[] =>
  shareNames.filter((name) => name !== 'dram' || frameShares(timeline).dram > 0);

/** Words and rows of the cycles plot. Shares are averages over the cores. */
export function cyclesData(timeline: Timeline): FigureData {
  const { cyclesPerFrame, layers, network, frequency, images } = timeline;
  const shares = frameShares(timeline);
  const shown = shownShares(timeline);
  const share = (value: number): string =>
    formatShare(cyclesPerFrame === 0 ? null : value / cyclesPerFrame);
  const stalls = shares.port + shares.drain + shares.pool + shares.barrier + shares.dram;
  return {
    caption: 'Cycles per frame by layer and cause, averaged over the cores',
    summary: `A frame of ${network} takes ${countOf(cyclesPerFrame, 'cycle')} (${formatTime(durationOf(cyclesPerFrame, frequency))}): ${share(shares.compute)} compute, ${share(shares.load)} weight loads, ${share(stalls)} stalls.`,
    table: {
      columns: [
        'layer',
        'start (cycle)',
        'cycles',
        ...shown.map((name) => `${shareLabels[name]} (cycles)`),
      ],
      rows: layers.map((layer) => [
        layer.layer,
        layer.start / images,
        layer.cycles / images,
        ...shown.map((name) => layer[name] / images),
      ]),
    },
  };
}
