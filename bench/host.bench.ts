// How long do compress, map and schedule take for VGG16 and ResNet18, and how large are their traces?

import { expect, it } from 'vitest';
import { mars } from '../src/chips/index.ts';
import { compress } from '../src/compress/compress.ts';
import { densityProfileMasks } from '../src/compress/group-masks.ts';
import { mapToChip } from '../src/mapping/map-to-chip.ts';
import { resnet18, vgg16 } from '../src/network/index.ts';
import { groupShapeOf } from '../src/pipeline/run-job.ts';
import { toChromeTrace } from '../src/timeline/chrome-trace.ts';
import { schedule } from '../src/timeline/schedule.ts';
import { record } from './support/record.ts';

const repetitions = 5;

/** Median milliseconds of a few repetitions. */
function median(work: () => unknown): number {
  const times = Array.from({ length: repetitions }, () => {
    const start = performance.now();
    work();
    return performance.now() - start;
  });
  return Math.round(times.toSorted((a, b) => a - b)[Math.floor(repetitions / 2)]! * 10) / 10;
}

it('host work', () => {
  const shape = groupShapeOf(mars, 8);
  const rows = [
    { network: vgg16({ seed: 1 }), scale: undefined },
    { network: vgg16({ seed: 1 }), scale: 1.1 },
    { network: resnet18({ seed: 1 }), scale: undefined },
    { network: resnet18({ seed: 1 }), scale: 0.5 },
  ].map(({ network, scale }) => {
    const groupMasks = scale ? densityProfileMasks(network, scale, 1, shape) : undefined;
    const compressed = compress(network, { groupMasks });
    const mapping = mapToChip(compressed, mars);
    const timeline = schedule(mapping);
    expect(timeline.layers.reduce((sum, layer) => sum + layer.cycles, 0)).toBe(
      timeline.cyclesPerFrame,
    );
    return {
      network: network.name,
      density: scale ?? 'dense',
      'compress ms': median(() => compress(network, { groupMasks })),
      'map ms': median(() => mapToChip(compressed, mars)),
      'schedule ms': median(() => schedule(mapping)),
      cycles: timeline.cyclesPerFrame,
      steps: timeline.steps.length,
      'trace KB': Math.round(JSON.stringify(toChromeTrace(timeline)).length / 1024),
    };
  });
  record('host', 'TypeScript, one thread', rows);
});
