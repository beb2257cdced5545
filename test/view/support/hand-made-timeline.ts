// A timeline of two layers on two cores whose numbers can be checked in the head.

import { cycles } from '../../../src/core/units.ts';
import type { ControllerStep, StepKind, Timeline } from '../../../src/timeline/timeline.ts';

const step = (
  kind: StepKind,
  core: number,
  [start, length]: readonly [number, number],
  stalled = 0,
): ControllerStep => {
  const time = { core, start: cycles(start), cycles: cycles(length) };
  if (kind === 'pool') return { kind, layer: 'pool1', ...time };
  if (kind === 'wait' || kind === 'dram') return { kind, layer: 'conv1', ...time };
  return { kind, layer: 'conv1', ...time, half: 'all', tile: core, load: 0, stalled, groups: 4 };
};

/** 100 MHz: a cycle is 10 ns. */
export const handMadeTimeline: Timeline = {
  network: 'tiny',
  chip: 'test chip',
  cores: 2,
  frequency: 100,
  images: 1,
  cyclesPerFrame: cycles(150),
  layers: [
    {
      layer: 'conv1',
      start: cycles(0),
      cycles: cycles(100),
      compute: 60,
      load: 15,
      port: 10,
      drain: 5,
      pool: 0,
      barrier: 10,
      dram: 0,
      reads: 'bank 0',
      writes: 'bank 1',
      adds: undefined,
    },
    {
      layer: 'pool1',
      start: cycles(100),
      cycles: cycles(50),
      compute: 0,
      load: 0,
      port: 0,
      drain: 0,
      pool: 50,
      barrier: 0,
      dram: 0,
      reads: 'bank 1',
      writes: 'bank 0',
      adds: undefined,
    },
  ],
  steps: [
    step('load', 0, [0, 15]),
    step('compute', 0, [15, 80], 20),
    step('drain', 0, [95, 5]),
    step('load', 1, [0, 15]),
    step('compute', 1, [15, 60]),
    step('drain', 1, [75, 5]),
    step('wait', 1, [80, 20]),
    step('pool', 0, [100, 50]),
    step('pool', 1, [100, 50]),
  ],
  transfers: [],
};
