// How many points a plan has, how long they take and how much disk, before anyone waits for them.

import { performance } from 'node:perf_hooks';
import { countOf } from '../../core/words.ts';
import type { Experiment } from '../../experiment/expand-plan.ts';
import type { Point } from '../../experiment/point.ts';
import { fileText } from '../../experiment/result-file.ts';
import type { Unit } from '../../experiment/shard.ts';
import { contentsOf, readPoint, storeIn } from './results-folder.ts';
import { timeText } from './sweep-progress.ts';
import { computeRows, type SweepBackend } from './sweep-work.ts';

interface DryRunOptions {
  readonly out: string;
  readonly backend: SweepBackend;
  readonly chips?: number;
}

/** Images of a point that is measured. */
const measuredImages = 8;
/** Files whose times are read where a sweep is under way. */
const mostRead = 200;

/**
 * What `--dry-run` prints. Times are those of results that are in the folder already, else they are measured: first,
 * middle and last point on a few images.
 */
export async function dryRun(
  { points }: Experiment,
  units: readonly Unit[],
  options: DryRunOptions,
): Promise<string> {
  const store = storeIn(options.out);
  const left = units.filter((unit) => !store.isDone(unit));
  const share = left.length / Math.max(1, units.length);
  const estimate = left[0] ? await pointTime(options, left) : undefined;
  const images = points.reduce((sum, { settings }) => sum + settings.images, 0);
  const lines = [
    `${countOf(points.length, 'point')}, ${countOf(images, 'image')} in all; ${countOf(units.length, 'result')} to compute here, ${units.length - left.length} done`,
    estimate === undefined
      ? 'time: none, all is done'
      : `time: about ${timeText(estimate.seconds * left.length)} in one process (${estimate.from})`,
    `disk: about ${sizeText((estimate?.bytes ?? 0) * points.length * 2 * share)}, tables included`,
  ];
  return `${lines.join('\n')}\n`;
}

interface PointTime {
  readonly seconds: number;
  readonly bytes: number;
  readonly from: string;
}

async function pointTime(
  { out, backend }: DryRunOptions,
  left: readonly Unit[],
): Promise<PointTime> {
  const known = contentsOf(out)
    .points.slice(0, mostRead)
    .map((id) => readPoint(out, id));
  if (known.length >= 3)
    return {
      seconds: meanOf(known.map(({ made }) => made.seconds)),
      bytes: meanOf(known.map((file) => fileText(file).length)),
      from: `the mean of ${known.length} results in ${out}`,
    };
  const sample = [0, Math.floor(left.length / 2), left.length - 1].map((i) => left[i] as Unit);
  const chosen = [...new Map(sample.map((unit) => [unit.point.id, unit])).values()];
  const times: number[] = [];
  let bytes = 0;
  for (const { point, range } of chosen) {
    const few = Math.min(measuredImages, range.count);
    const { seconds, text } = await measured(point, few, backend);
    times.push(seconds * (few > 0 ? range.count / few : 1));
    bytes = Math.max(bytes, text.length + point.settings.images / 4);
  }
  return {
    seconds: meanOf(times),
    bytes,
    from: `measured on ${countOf(chosen.length, 'point')}${left[0] && left[0].range.count > 0 ? ` with ${measuredImages} images each; stages that points share count in full` : ''}`,
  };
}

async function measured(
  point: Point,
  images: number,
  backend: SweepBackend,
): Promise<{ readonly seconds: number; readonly text: string }> {
  const small = { ...point, settings: { ...point.settings, images } };
  // The first run also pays for what is done once: opening the device, compiling kernels, compressing.
  await computeRows([small], backend);
  const start = performance.now();
  const rows = await computeRows([small], backend);
  const seconds = (performance.now() - start) / 1000;
  return { seconds, text: JSON.stringify(rows) };
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} KB`;
  return `${Number((bytes / 1e6).toPrecision(3))} MB`;
}
