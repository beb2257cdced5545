// The files of a run: they come together, so that one always belongs to the others.

import { join } from 'node:path';
import { layerPower } from '../report/layer-power.ts';
import { type Report, reportText } from '../report/report.ts';
import { toChromeTrace } from '../timeline/chrome-trace.ts';
import type { Timeline } from '../timeline/timeline.ts';
import { checkTargets, writeTogether } from './write-files.ts';

/** What came of a run, as far as files hold it. */
export interface RunResult {
  readonly report: Report;
  readonly timeline: Timeline;
  /** Text of simulation.json; null after an estimate: that of an earlier run is removed. */
  readonly simulation: string | null;
}

const names = ['simulation.json', 'trace.json', 'report.json'] as const;

/**
 * Checks, before the work, that {@link writeRun} can write into `folder`.
 * @throws {CimError} (input) when it cannot
 */
export const checkRunFolder = (folder: string): void =>
  checkTargets(names.map((name) => join(folder, name)));

/**
 * Writes report.json, trace.json and, of a simulation, simulation.json.
 * @throws {CimError} (input) when one cannot be written; then all are as before
 */
export function writeRun(folder: string, { report, timeline, simulation }: RunResult): void {
  const trace = JSON.stringify(toChromeTrace(timeline, { power: layerPower(report) }));
  const contents = [simulation, trace, reportText(report)];
  writeTogether(
    names.map((name, i) => ({ path: join(folder, name), content: contents[i] ?? null })),
  );
}
