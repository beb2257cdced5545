// How many points a plan has, how long they take and how much disk, before anyone waits for them.

import { formatDuration } from '../../core/number-text.ts';
import { countOf } from '../../core/words.ts';
import type { Experiment } from '../../experiment/expand-plan.ts';
import type { Point } from '../../experiment/point.ts';
import { fileText, type PointFile } from '../../experiment/result-file.ts';
import { type Unit, unitsOf } from '../../experiment/shard.ts';
import { contentsOf, readPoint, storeIn } from './results-folder.ts';
import { doUnits, type SweepBackend } from './sweep-work.ts';

interface DryRunOptions {
  readonly out: string;
  readonly backend: SweepBackend;
}

/** Images of the runs of a measured point: the first pays for what is done once, the others say what an image takes. */
const measuredImages = [8, 16, 32] as const;
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
      : `time: about ${formatDuration(estimate.seconds * left.length)} in one process (${estimate.from})`,
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
  const files = await measuredFiles(
    chosen.map(({ point }) => point),
    backend,
  );
  const times = chosen.map(({ range }, i) => {
    const [, few = 0, more = 0] = files
      .slice(i * measuredImages.length, (i + 1) * measuredImages.length)
      .map(({ made }) => made.seconds);
    if (range.count === 0) return few;
    const [, fewImages, moreImages] = measuredImages;
    const perImage = Math.max(0, more - few) / (moreImages - fewImages);
    return Math.max(0, few - perImage * fewImages) + perImage * range.count;
  });
  const bytes = meanOf(
    chosen.map(({ point }, i) => {
      const file = files[i * measuredImages.length];
      return (file ? fileText(file).length : 0) + point.settings.images / 4;
    }),
  );
  const how = chosen.some(({ range }) => range.count > 0)
    ? ` on up to ${measuredImages[2]} images`
    : '';
  return {
    seconds: meanOf(times),
    bytes,
    from: `measured on ${countOf(chosen.length, 'point')}${how}; compression is not in it`,
  };
}

/** Files of runs of each point on a few images, in one process, as a sweep has it. */
async function measuredFiles(
  points: readonly Point[],
  backend: SweepBackend,
): Promise<readonly PointFile[]> {
  const runs = points.flatMap((point) =>
    measuredImages.map((images) => ({
      ...point,
      settings: { ...point.settings, images: Math.min(images, point.settings.images) },
    })),
  );
  const files: PointFile[] = [];
  await doUnits(
    runs.flatMap((point) => unitsOf([point], 1)),
    {
      backend,
      store: {
        isDone: () => false,
        savePoint: (file) => files.push(file),
        savePart: () => undefined,
      },
    },
  );
  return files;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

function sizeText(bytes: number): string {
  if (bytes < 1e6) return `${Math.ceil(bytes / 1e3)} KB`;
  return `${Number((bytes / 1e6).toPrecision(3))} MB`;
}
