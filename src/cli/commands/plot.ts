// `mars plot`: pictures of the results of a sweep, as SVG.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { CimError } from '../../core/errors.ts';
import { plainValue } from '../../experiment/axis-values.ts';
import { type Figure, type FigureName, figures } from '../../experiment/figures.ts';
import { plotPoints, tornadoOf, tradeOffs } from '../../experiment/plot-data.ts';
import { type Coordinates, pathNamed } from '../../experiment/point.ts';
import { readRows } from '../../experiment/result-file.ts';
import { type ConditionStatistics, statisticsOf } from '../../experiment/statistics.ts';
import { anyText, oneOf } from '../../settings/kinds.ts';
import { readText } from '../files.ts';
import { option } from '../options.ts';
import { print } from '../output.ts';
import type { Drawing } from '../plot/draw-plot.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

const kinds = ['curves', 'heatmap', 'pareto', 'tornado'] as const;
const names = figures.map(({ name }) => name);

interface PlotOptions {
  readonly kind: (typeof kinds)[number];
  readonly x?: string;
  readonly row?: string;
  readonly y?: FigureName;
  readonly center?: string;
  readonly out: string;
}

/** The command. */
export function plotCommand(): Command {
  return new Command('plot')
    .description('draw the results of a sweep as SVG')
    .argument('<results>', 'folder of a sweep, or its results.ndjson')
    .addOption(
      option(
        '--kind <kind>',
        'curves with bands (95 % over chip instances), heat map of two axes, Pareto front of two figures, or what each axis does alone',
        oneOf(kinds),
      ).default('curves'),
    )
    .addOption(
      option(
        '--x <name>',
        'axis of the plan; for pareto a figure (default: the first axis, energyPerFrame)',
        anyText,
      ),
    )
    .addOption(
      option('--row <name>', 'other axis of a heat map (default: the second axis)', anyText),
    )
    .addOption(
      option(
        '--y <figure>',
        'figure (default: accuracy, framesPerSecond of estimates)',
        oneOf(names),
      ),
    )
    .addOption(
      option('--center <values>', 'condition of a tornado, as path=value,path=value', anyText),
    )
    .option('--out <file>', 'where the SVG is written', 'out/plot.svg')
    .action(plot);
}

async function plot(results: string, options: PlotOptions): Promise<void> {
  if (!options.out.endsWith('.svg'))
    throw new CimError('usage', {
      what: `"${options.out}" is no name of an SVG file`,
      where: 'out',
      todo: 'end it with .svg',
    });
  checkTargets([options.out]);
  const path = isFolder(results) ? join(results, 'results.ndjson') : results;
  const rows = readRows(readText(path), path);
  const drawing = drawingOf(statisticsOf(rows, undefined), path, options);
  const { svgText } = await import('../plot/draw-plot.ts');
  writeWhole(options.out, svgText(drawing, `${drawing.kind} of ${path}`));
  print(`Written: ${options.out}\n`);
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

function drawingOf(
  statistics: readonly ConditionStatistics[],
  path: string,
  options: PlotOptions,
): Drawing {
  const paths = [...new Set(statistics.flatMap(({ coordinates }) => Object.keys(coordinates)))];
  const hasAccuracy = statistics.some(({ overChips }) => overChips.accuracy !== null);
  const y = figureNamed(options.y ?? (hasAccuracy ? 'accuracy' : 'framesPerSecond'), 'y');
  if (options.kind === 'pareto') {
    const x = figureNamed(options.x ?? 'energyPerFrame', 'x');
    const directions = {
      moreXIsBetter: x.moreIsBetter ?? true,
      moreYIsBetter: y.moreIsBetter ?? true,
    };
    const points = tradeOffs(statistics, { x: x.name, y: y.name }, directions);
    checkSome(points, path, `${x.name} and ${y.name}`);
    return { kind: 'pareto', x, y, points };
  }
  const points = plotPoints(statistics, y.name);
  checkSome(points, path, y.name);
  if (options.kind === 'tornado')
    return { kind: 'tornado', y, tornado: tornadoOf(statistics, y.name, centerOf(options)) };
  const x = axisNamed(options.x ?? paths[0], paths, 'x');
  if (options.kind === 'curves') return { kind: 'curves', x, y, points };
  const row = axisNamed(options.row ?? paths.find((other) => other !== x), paths, 'row');
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
  return { kind: 'heatmap', x, row, y, points };
}

function centerOf({ center = '' }: PlotOptions): Coordinates {
  const entries = center.split(',').filter((text) => text.trim() !== '');
  return Object.fromEntries(
    entries.map((text) => {
      const [path = '', value = ''] = text.split('=');
      return [pathNamed(path), plainValue(value.trim())];
    }),
  );
}

function figureNamed(name: string, where: string): Figure {
  const figure = figures.find((one) => one.name === name);
  if (figure) return figure;
  throw new CimError('usage', {
    what: `"${name}" is not a figure`,
    where,
    todo: `known: ${names.join(', ')}`,
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
    todo: 'choose another figure (--y)',
  });
}
