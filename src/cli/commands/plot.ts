// `mars plot`: pictures of the results of a sweep, and of a report, as SVG or PNG.

import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { CimError } from '../../core/errors.ts';
import { plainValue } from '../../experiment/axis-values.ts';
import { drawingKinds, drawingOf } from '../../experiment/drawing.ts';
import { type FigureName, figures } from '../../experiment/figures.ts';
import { type Coordinates, pathNamed } from '../../experiment/point.ts';
import { readRows } from '../../experiment/result-file.ts';
import { type ConditionStatistics, statisticsOf } from '../../experiment/statistics.ts';
import { anyText, oneOf } from '../../settings/kinds.ts';
import { readReport } from '../../report/read-report.ts';
import { rooflineOf } from '../../report/roofline.ts';
import { loadChip } from '../../settings/load-job.ts';
import { readBytes, readText } from '../files.ts';
import { nodeSources } from '../node-sources.ts';
import { option } from '../options.ts';
import { print } from '../output.ts';
import type { AnyDrawing } from '../plot/draw-plot.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

const kinds = [...drawingKinds, 'roofline'] as const;
const names = figures.map(({ name }) => name);

interface PlotOptions {
  readonly kind: (typeof kinds)[number];
  readonly x?: string;
  readonly row?: string;
  readonly y?: FigureName;
  readonly center?: string;
  readonly only?: string;
  readonly chip?: string;
  readonly out: string;
}

/** The command. */
export function plotCommand(): Command {
  return new Command('plot')
    .description('draw the results of a sweep, or the layers of a report, as SVG or PNG')
    .argument(
      '<results>',
      'folder of a sweep, or its results.ndjson; for roofline the report.json of a run, or what mars estimate --json prints',
    )
    .addOption(
      option(
        '--kind <kind>',
        'curves with bands (95 % over chip instances), heat map of two axes, Pareto front of two figures, what each axis does alone, or layers of a report under the roofs of macros and DRAM',
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
    .addOption(
      option('--only <values>', 'draw only these conditions, as path=value,path=value', anyText),
    )
    .addOption(
      option(
        '--chip <name|file>',
        'for roofline, the chip of the report (default: the one that the report names)',
        anyText,
      ),
    )
    .option('--out <file>', 'where the picture is written, .svg or .png', 'out/plot.svg')
    .action(plot);
}

async function plot(results: string, options: PlotOptions): Promise<void> {
  if (!/\.(svg|png)$/.test(options.out))
    throw new CimError('usage', {
      what: `"${options.out}" is no name of an SVG or PNG file`,
      where: 'out',
      todo: 'end it with .svg or .png',
    });
  checkTargets([options.out]);
  const path = isFolder(results) ? join(results, 'results.ndjson') : results;
  const drawing =
    options.kind === 'roofline'
      ? await rooflineDrawing(path, options)
      : drawingOf(chosenStatistics(path, options), path, {
          ...options,
          kind: options.kind,
          center: valuesOf(options.center),
        });
  const { svgText } = await import('../plot/draw-plot.ts');
  const svg = svgText(drawing, `${drawing.kind} of ${path}`);
  writeWhole(
    options.out,
    options.out.endsWith('.svg') ? svg : await (await import('../plot/png.ts')).pngOf(svg),
  );
  print(`Written: ${options.out}\n`);
}

/** The conditions of the results that `--only` names. */
function chosenStatistics(path: string, { only }: PlotOptions): readonly ConditionStatistics[] {
  const rows = readRows(readText(path), path);
  const wanted = Object.entries(valuesOf(only));
  const chosen = rows.filter(({ coordinates }) =>
    wanted.every(([name, value]) => String(coordinates[name]) === String(value)),
  );
  if (chosen.length === 0)
    throw new CimError('input', {
      what: `has no result with ${rows.length > 0 && only !== undefined ? only : 'any row'}`,
      where: path,
      todo: 'choose other conditions (--only)',
    });
  return statisticsOf(chosen, undefined);
}

/** The layers of a report; its numbers of the chip count, so that those of `--set` do. */
async function rooflineDrawing(path: string, options: PlotOptions): Promise<AnyDrawing> {
  const report = readReport(readBytes(path), path);
  const set = report.provenance.map(({ parameter, value }) => `${parameter}=${value}`);
  const chip = await loadChip({ chip: options.chip ?? report.chip, set }, nodeSources);
  return { kind: 'roofline', roofline: rooflineOf(report, chip) };
}

const isFolder = (path: string): boolean => existsSync(path) && statSync(path).isDirectory();

/** The values of a text `path=value,path=value`. */
function valuesOf(text = ''): Coordinates {
  const entries = text.split(',').filter((entry) => entry.trim() !== '');
  return Object.fromEntries(
    entries.map((entry) => {
      const [path = '', value = ''] = entry.split('=');
      return [pathNamed(path), plainValue(value.trim())];
    }),
  );
}
