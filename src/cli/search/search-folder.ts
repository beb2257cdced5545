// Measurements of a search: each stage of images is the folder of a sweep, so that a search that was killed goes on.

import { CimError } from '../../core/errors.ts';
import { type Experiment, expandPlan } from '../../experiment/expand-plan.ts';
import type { PlanFile } from '../../experiment/plan.ts';
import { type Coordinates, identityOf, type Point } from '../../experiment/point.ts';
import type { Row } from '../../experiment/point-result.ts';
import type { Measure } from '../../experiment/search.ts';
import { unitsOf } from '../../experiment/shard.ts';
import { statisticsOf } from '../../experiment/statistics.ts';
import { openResultsFolder, readPoint, storeIn } from '../sweep/results-folder.ts';
import { inputsOf } from '../sweep/sweep-inputs.ts';
import { openUnitWork, type WorkOptions } from '../sweep/sweep-work.ts';

/** How a search measures. */
export interface MeasureOptions extends Pick<WorkOptions, 'backend' | 'threads'> {
  readonly out: string;
  /** Called after each condition that was measured. */
  readonly onMeasured?: (coordinates: Coordinates, images: number) => void;
}

/** Chip instances by their coordinates as text. */
type Conditions = ReadonlyMap<string, readonly Point[]>;

function conditionsOf({ points }: Experiment): Conditions {
  const conditions = new Map<string, Point[]>();
  for (const point of points) {
    const key = JSON.stringify(point.coordinates);
    const known = conditions.get(key);
    if (known) known.push(point);
    else conditions.set(key, [point]);
  }
  return conditions;
}

/** Where the results of a stage are kept. */
export const stageFolder = (out: string, images: number): string => `${out}/images-${images}`;

/**
 * Opens measurements of the conditions of a plan. Results are kept in one folder per number of images, and those that are
 * there are taken.
 */
export function openMeasure(plan: PlanFile, options: MeasureOptions): Measure {
  const work = openUnitWork();
  const stages = new Map<number, Promise<Conditions>>();
  const stageOf = async (images: number): Promise<Conditions> => {
    const experiment = expandPlan({ ...plan, base: { ...plan.base, images } });
    const inputs = await inputsOf(experiment);
    openResultsFolder(stageFolder(options.out, images), experiment, inputs);
    return conditionsOf(experiment);
  };
  return async (coordinates, images) => {
    const stage = stages.get(images) ?? stageOf(images);
    stages.set(images, stage);
    const folder = stageFolder(options.out, images);
    const points = (await stage).get(JSON.stringify(coordinates)) ?? [];
    await work(unitsOf(points, 1), { ...options, store: storeIn(folder) });
    const rows = points.map((point): Row => {
      const { row } = readPoint(folder, point.id);
      if (JSON.stringify(row.settings) === JSON.stringify(identityOf(point.settings))) return row;
      throw new CimError('input', {
        what: 'has other settings than its point of the plan',
        where: [folder, point.id],
        todo: 'remove its file, and search again',
      });
    });
    options.onMeasured?.(coordinates, images);
    const [statistics] = statisticsOf(rows, undefined);
    return statistics && statistics.chips > 0 ? statistics : undefined;
  };
}
