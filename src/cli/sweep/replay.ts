// Computes one row of a results folder again and compares it with what is there.

import { CimError } from '../../core/errors.ts';
import { coordinatesText, expandPlan } from '../../experiment/expand-plan.ts';
import { rowDifferences } from '../../experiment/point-result.ts';
import { planOfFolder, readManifest, readPoint } from './results-folder.ts';
import { inputsOf } from './sweep-inputs.ts';
import { computeRows, type SweepBackend } from './sweep-work.ts';

/**
 * What to print where the row is the same again.
 * @throws {CimError} (usage) when the plan has no point of that id
 * @throws {CimError} (simulation) naming the fields that differ
 */
export async function replay(folder: string, id: string, backend: SweepBackend): Promise<string> {
  const experiment = expandPlan(planOfFolder(folder));
  const point = experiment.points.find((one) => one.id === id);
  if (!point)
    throw new CimError('usage', {
      what: `the plan of ${folder} has no point ${id}`,
      where: 'replay',
      todo: 'give an id of results.csv',
    });
  const before = readPoint(folder, id).row;
  const inputs = await inputsOf(experiment);
  const changed = Object.entries(readManifest(folder).inputs)
    .filter(([name, sum]) => inputs[name] !== sum)
    .map(([name]) => name);
  const [again] = await computeRows([point], backend);
  // Backends compute the same; a row only says which it was.
  const differences = again ? rowDifferences({ ...again, backend: before.backend }, before) : [];
  if (differences.length === 0)
    return `${id} (${coordinatesText(point.coordinates)}): the same again, on ${backend}\n`;
  throw new CimError('simulation', {
    what: `differs in ${differences.join(', ')}`,
    where: [folder, id],
    todo:
      changed.length > 0
        ? `other inputs than then: ${changed.join(', ')}`
        : 'its inputs are the same: please report it',
  });
}
