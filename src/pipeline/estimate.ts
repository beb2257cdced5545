// What a chip would do with a network, without simulating any image: compress, map, schedule, summarize.

import type { LongWork } from '../core/progress.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import type { Report } from '../report/report.ts';
import { summarize } from '../report/summarize.ts';
import { estimateRun } from '../simulate/simulate.ts';
import { schedule } from '../timeline/schedule.ts';
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
  const timeline = schedule(mapping);
  return { mapping, timeline, report: summarize(mapping, estimateRun(mapping), timeline) };
}
