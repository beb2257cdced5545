// What to draw of the results of an experiment: from the choice of a person to the data of a plot.

import { CimError } from '../core/errors.ts';
import { type Figure, type FigureName, figures } from './figures.ts';
import {
  plotPoints,
  type PlotPoint,
  silentPaths,
  type Tornado,
  tornadoOf,
  type TradeOff,
  tradeOffs,
} from './plot-data.ts';
import { type Coordinates, pathNamed } from './point.ts';
import type { ConditionStatistics } from './statistics.ts';

/** Kinds of plots of an experiment. */
export const drawingKinds = ['curves', 'heatmap', 'pareto', 'tornado'] as const;

/** What to draw. */
export type Drawing =
  | {
      readonly kind: 'curves';
      readonly x: string;
      readonly y: Figure;
      /** Paths that no name says. */
      readonly unnamed: readonly string[];
      readonly points: readonly PlotPoint[];
    }
  | {
      readonly kind: 'heatmap';
      readonly x: string;
      readonly row: string;
      readonly y: Figure;
      readonly points: readonly PlotPoint[];
    }
  | {
      readonly kind: 'pareto';
      readonly x: Figure;
      readonly y: Figure;
      /** Paths that no name says. */
      readonly unnamed: readonly string[];
      readonly points: readonly TradeOff[];
    }
  | { readonly kind: 'tornado'; readonly y: Figure; readonly tornado: Tornado };

/** What a person asks to see; what is undefined has a default. */
export interface DrawingChoice {
  readonly kind: (typeof drawingKinds)[number];
  /** Axis of the plan, its first one by default; for a Pareto front a figure, `energyPerFrame` by default. */
  readonly x?: string | undefined;
  /** Other axis of a heat map; the second one by default. */
  readonly row?: string | undefined;
  /** `accuracy` by default, `framesPerSecond` of estimates. */
  readonly y?: FigureName | undefined;
  /** Condition of a tornado; what it does not name is that of the first one. */
  readonly center?: Coordinates | undefined;
}

/** The paths of the axes that results have. */
export const axesIn = (statistics: readonly ConditionStatistics[]): readonly string[] => [
  ...new Set(statistics.flatMap(({ coordinates }) => Object.keys(coordinates))),
];

/** The figure that is shown where nobody chooses one. */
export const usualFigure = (statistics: readonly ConditionStatistics[]): FigureName =>
  statistics.some(({ overChips }) => overChips.accuracy !== null) ? 'accuracy' : 'framesPerSecond';

/**
 * The plot of a choice.
 * @param where the results come from, for errors
 * @throws {CimError} (usage) naming an axis or a figure that the results do not have, or a heat map of more than two axes
 * @throws {CimError} (input) when no result has the figure
 */
export function drawingOf(
  statistics: readonly ConditionStatistics[],
  where: string,
  { kind, x: wantedX, row: wantedRow, y: wantedY, center = {} }: DrawingChoice,
): Drawing {
  const paths = axesIn(statistics);
  const unnamed = silentPaths(statistics.map(({ coordinates }) => coordinates));
  const y = figureNamed(wantedY ?? usualFigure(statistics), 'y');
  if (kind === 'pareto') {
    const x = figureNamed(wantedX ?? 'energyPerFrame', 'x');
    const directions = {
      moreXIsBetter: x.moreIsBetter ?? true,
      moreYIsBetter: y.moreIsBetter ?? true,
    };
    const points = tradeOffs(statistics, { x: x.name, y: y.name }, directions);
    checkSome(points, where, `${x.name} and ${y.name}`);
    return { kind, x, y, points, unnamed };
  }
  const points = plotPoints(statistics, y.name);
  checkSome(points, where, y.name);
  if (kind === 'tornado') return { kind, y, tornado: tornadoOf(statistics, y.name, center) };
  const x = axisNamed(wantedX ?? paths[0], paths, 'x');
  if (kind === 'curves') return { kind, x, y, points, unnamed };
  const row = axisNamed(wantedRow ?? paths.find((other) => other !== x), paths, 'row');
  const others = paths.filter((other) => other !== x && other !== row);
  const varied = others.find(
    (other) => new Set(points.map(({ coordinates }) => coordinates[other])).size > 1,
  );
  if (varied !== undefined)
    throw new CimError('usage', {
      what: `a heat map has two axes, and ${varied} varies too`,
      where: 'kind',
      todo: 'plot results of a plan that varies two, or curves',
    });
  return { kind, x, row, y, points };
}

function figureNamed(name: string, where: string): Figure {
  const figure = figures.find((one) => one.name === name);
  if (figure) return figure;
  throw new CimError('usage', {
    what: `"${name}" is not a figure`,
    where,
    todo: `known: ${figures.map((one) => one.name).join(', ')}`,
  });
}

function axisNamed(text: string | undefined, paths: readonly string[], where: string): string {
  const path = text === undefined ? undefined : pathNamed(text);
  if (path !== undefined && paths.includes(path)) return path;
  throw new CimError('usage', {
    what:
      path === undefined
        ? 'the results have too few axes'
        : `${path} is not an axis of the results`,
    where,
    todo: `their axes: ${paths.join(', ') || 'none'}`,
  });
}

function checkSome(points: readonly unknown[], where: string, what: string): void {
  if (points.length > 0) return;
  throw new CimError('input', {
    what: `has no result with ${what}`,
    where,
    todo: 'choose another figure (y) or other conditions',
  });
}
