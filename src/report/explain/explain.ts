// Why a number of a report is what it is: its formula, with the numbers put in, each with evidence and source.

import { CimError } from '../../core/errors.ts';
import { nearestName } from '../../core/nearest-name.ts';
import { addAreas } from './area.ts';
import type { Add, Explained } from './common.ts';
import { countsByRow, sumCounts } from './counts.ts';
import { addEnergies } from './energy.ts';
import { isFound } from './found.ts';
import {
  constant,
  type Expression,
  over,
  type Term,
  termsOf,
  textOf,
  valueOf,
} from './expression.ts';
import { addPerformance, cyclesOf } from './performance.ts';
import { addEfficiencies, addPowers } from './power.ts';
import { addCompression, addCounts, addFound, addLayerWeights } from './weights.ts';

/** A number and where it comes from. */
export interface Explanation {
  /** As in the report, `energy.perFrame.` shortened to `energy.`. */
  readonly path: string;
  readonly value: number;
  readonly unit: string;
  /** With the names of its terms, and with their values. */
  readonly formula: string;
  readonly worked: string;
  readonly terms: readonly Term[];
}

export type { Explained } from './common.ts';

interface Formula {
  readonly unit: string;
  readonly expression: Expression;
}

/** Every path that can be explained, with its formula. */
type Formulas = ReadonlyMap<string, () => Formula>;

/** Paths of everything that {@link explain} knows of a report. */
export const explainable = (of: Explained): readonly string[] => [...formulasOf(of).keys()];

/**
 * Explains a number of a report.
 * @param path such as `energy.macro`, `performance.framesPerSecond` or `layers.conv3_1.cycles`
 * @throws {CimError} (usage) for a path that has no explanation, with near ones
 */
export function explain(of: Explained, path: string): Explanation {
  const formulas = formulasOf(of);
  const key = path.replace(/energy\.perFrame\./, 'energy.');
  const formula = formulas.get(key)?.();
  if (!formula) throw unexplained(of, path, [...formulas.keys()]);
  const { unit, expression } = formula;
  return {
    path: key,
    value: valueOf(expression),
    unit,
    formula: textOf(expression, ({ name }) => name),
    worked: textOf(expression, ({ value }) => plainNumber(value)),
    terms: termsOf(expression).filter(({ name, value }) => name !== String(value)),
  };
}

/** Enough digits to compute with, and no more. */
const plainNumber = (value: number): string =>
  Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(8)));

function unexplained({ report }: Explained, path: string, known: readonly string[]): CimError {
  if (!isFound(path) || report.energy.activity !== 'estimated') return unknownPath(path, known);
  return new CimError('usage', {
    what: `${path} is known only where images are simulated, and this is an estimate`,
    where: 'explain',
    todo: 'run one image or more in the page (mars page), and press the figure there',
  });
}

function unknownPath(path: string, known: readonly string[]): CimError {
  const inside = known.filter((one) => one.startsWith(`${path}.`)).slice(0, 4);
  const near = nearestName(path, known);
  const meant = inside.length > 0 ? inside : near === undefined ? [] : [near];
  const examples = ['energy.macro', 'performance.framesPerSecond', 'area.macros'];
  return new CimError('usage', {
    what: `there is no explanation of "${path}"`,
    where: 'explain',
    todo:
      meant.length > 0
        ? `is it ${meant.join(', ')}?`
        : `for example ${examples.join(', ')}, or layers.<name>.cycles`,
  });
}

function formulasOf(of: Explained): Formulas {
  const { mapping, timeline, report } = of;
  const counts = countsByRow(mapping, timeline, report);
  const formulas = new Map<string, () => Formula>();
  const add: Add = (path, unit, expression) => {
    formulas.set(path, () => ({ unit, expression: expression() }));
  };
  addEnergies(add, mapping.chip, 'energy', () => sumCounts(counts.values()));
  addPowers(add, of);
  addEfficiencies(add, of);
  addPerformance(add, of);
  addAreas(add, of);
  addCompression(add, of);
  addFound(add, of);
  addCounts(add, of);
  for (const { name } of report.layers) {
    const own = counts.get(name);
    if (!own) continue;
    addEnergies(add, mapping.chip, `layers.${name}.energy`, () => own);
    const time = timeline.layers.find(({ layer }) => layer === name);
    if (time)
      add(`layers.${name}.cycles`, 'cycles', () =>
        over(cyclesOf(of, time, name), constant(timeline.images, 'images of a batch')),
      );
  }
  for (const mapped of mapping.layers) if (mapped.kind === 'macro') addLayerWeights(add, mapped);
  return formulas;
}
