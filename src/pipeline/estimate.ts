// What a chip would do with a network, without simulating any image: compress, map, schedule, summarize.

import type { LongWork } from '../core/progress.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { plannedActivity } from '../mapping/planned-activity.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import { defaultSeed } from '../simulate/noise-program.ts';
import type { SimulationRun } from '../simulate/simulate.ts';
import { scheduleAll } from '../timeline/schedule-all.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { type MapJob, mapJob } from './run-job.ts';

/** What came of an estimate. */
export interface Estimate {
  readonly mapping: Mapping;
  readonly timeline: Timeline;
  readonly report: Report;
}

/**
 * Estimates a job.
 * @throws {CimError} of the stage that cannot be done
 */
export function estimate(job: MapJob, work: LongWork = {}): Estimate {
  const mapping = mapJob(job, work);
  const schedules = scheduleAll(mapping);
  const report = summarize(mapping, estimateRun(mapping), schedules);
  return { mapping, timeline: schedules.timeline, report };
}

/**
 * What can be said of one image without simulating it: no outputs, and none of the events that depend on data (input
 * phases that drive nothing, saturated reads, overflows).
 */
export function estimateRun(mapping: Mapping): SimulationRun {
  const nothing: CountedEvents = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };
  const activity = mapping.layers.flatMap((mapped) =>
    mapped.kind === 'macro' ? [{ ...plannedActivity(mapped, 1), ...nothing }] : [],
  );
  return {
    images: 1,
    seed: defaultSeed,
    outputs: new Int32Array(),
    activity,
    activitySource: 'estimated',
    backend: 'none',
    device: 'none',
    paths: {},
    peakMemory: undefined,
  };
}
