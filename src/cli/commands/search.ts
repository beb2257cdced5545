// `mars search`: the cheapest chip of a plan that keeps an accuracy.

import { join } from 'node:path';
import Table from 'cli-table3';
import { Command } from 'commander';
import pc from 'picocolors';
import { assert, CimError } from '../../core/errors.ts';
import { formatNumber, formatShare } from '../../core/number-text.ts';
import { shownTexts } from '../../core/shown-text.ts';
import { countOf } from '../../core/words.ts';
import { coordinatesText, expandPlan } from '../../experiment/expand-plan.ts';
import { type FigureName, figures } from '../../experiment/figures.ts';
import type { Coordinates } from '../../experiment/point.ts';
import {
  type Bound,
  type Candidate,
  searchCheapest,
  type SearchGoal,
  searchStages,
} from '../../experiment/search.ts';
import { oneOf, realNumber, wholeNumber } from '../../settings/kinds.ts';
import { borderless } from '../borderless.ts';
import { addImageOptions, addJobOptions, option } from '../options.ts';
import { print } from '../output.ts';
import { packageVersion } from '../package-root.ts';
import { openMeasure } from '../search/search-folder.ts';
import { askedPlan, type PlanOptions } from '../sweep/asked-plan.ts';
import { addBackendOptions, listOption } from '../sweep/sweep-options.ts';
import type { SweepBackend } from '../sweep/sweep-work.ts';
import { writeWhole } from '../write-files.ts';

const costs = ['energyPerFrame', 'area', 'averagePower', 'framesPerSecond'] as const;
const bounded = [...costs, 'cyclesPerFrame', 'dramEnergy', 'topsPerWatt', 'storedBits'] as const;

interface SearchOptions extends PlanOptions {
  readonly best: (typeof costs)[number];
  readonly min: readonly string[];
  readonly max: readonly string[];
  readonly minAccuracy?: number;
  readonly maxLoss?: number;
  readonly firstImages: number;
  readonly backend: SweepBackend;
  readonly threads?: number;
  readonly out: string;
  readonly json?: boolean;
}

/** The command. */
export function searchCommand(): Command {
  return addBackendOptions(addImageOptions(addJobOptions(new Command('search'))))
    .description(
      'find the cheapest chip of a plan that keeps an accuracy: candidates in the order of their estimated cost, each on more and more images',
    )
    .argument(
      '[plan]',
      'plan file (JSON) of the candidates; settings on the command line change its base',
    )
    .addOption(listOption('vary', 'path=values', 'add an axis, such as adc.bits=3..6'))
    .addOption(
      option(
        '--chips <count>',
        'chip instances of each candidate (default: 1)',
        wholeNumber(1, 1e6),
      ),
    )
    .addOption(
      option(
        '--min-accuracy <share>',
        'accuracy that the chip must reach, 0 ... 1',
        realNumber(0, 1),
      ),
    )
    .addOption(
      option(
        '--max-loss <share>',
        'accuracy that the chip may lose against the integer network on the same images, 0 ... 1',
        realNumber(0, 1),
      ),
    )
    .addOption(
      option('--best <figure>', 'figure to have the best of', oneOf(costs)).default(
        'energyPerFrame',
      ),
    )
    .addOption(
      listOption(
        'max',
        'figure=value',
        'bound of an estimated figure, such as area=3 (mm²) or averagePower=20 (mW)',
      ),
    )
    .addOption(listOption('min', 'figure=value', 'bound from below, such as framesPerSecond=30'))
    .addOption(
      option(
        '--first-images <count>',
        'images of the first stage; each further stage has four times as many, the last has --images',
        wholeNumber(1, 1e6),
      ).default(50),
    )
    .option('--out <folder>', 'folder of the results; those that are there are taken', 'out/search')
    .option('--json', 'print search.json, and nothing else')
    .action(search);
}

async function search(
  file: string | undefined,
  options: SearchOptions,
  command: Command,
): Promise<void> {
  const plan = { ...askedPlan(file, options, command), baseline: undefined };
  const experiment = expandPlan(plan);
  const goal = goalOf(options, imagesOf(experiment.points.map(({ settings }) => settings.images)));
  const candidates = [
    ...new Map(
      experiment.points.map(({ coordinates }) => [JSON.stringify(coordinates), coordinates]),
    ).values(),
  ];
  const { out, backend, threads } = options;
  const onMeasured = (coordinates: Coordinates, images: number): void => {
    if (images > 0)
      process.stderr.write(
        `${shownTexts(coordinatesText(coordinates))}: ${countOf(images, 'image')}\n`,
      );
  };
  const measure = openMeasure(plan, { out, backend, threads, onMeasured });
  const found = await searchCheapest(candidates, goal, measure);
  const path = join(out, 'search.json');
  const text = searchText(goal, found);
  writeWhole(path, text);
  print(options.json ? text : searchTable(experiment.paths, goal, found, path));
  if (found.some(({ verdict }) => verdict === 'chosen')) return;
  throw new CimError('input', {
    what: `none of ${countOf(found.length, 'candidate')} keeps the accuracy within the bounds`,
    where: path,
    todo: 'ask for less, or add candidates',
  });
}

/** The images of a plan, which are not searched. */
function imagesOf(all: readonly number[]): number {
  const different = new Set(all);
  if (different.size === 1) return all[0] ?? 0;
  throw new CimError('usage', {
    what: 'cannot be an axis of a search, whose stages set it',
    where: 'images',
    todo: 'use --images and --first-images',
  });
}

function goalOf(options: SearchOptions, images: number): SearchGoal {
  const { best, minAccuracy, maxLoss, firstImages } = options;
  const figure = figures.find(({ name }) => name === best);
  assert(figure !== undefined, `${best} is a figure`);
  const bounds = [
    ...options.min.map((text) => boundOf(text, 'min')),
    ...options.max.map((text) => boundOf(text, 'max')),
  ];
  return { best: figure, bounds, minAccuracy, maxLoss, images: searchStages(firstImages, images) };
}

/** The bound of `area=3`. */
function boundOf(text: string, side: 'min' | 'max'): Bound {
  const [name = '', value = '', ...more] = text.split('=').map((part) => part.trim());
  const figure: FigureName | undefined = bounded.find((one) => one === name);
  if (figure !== undefined && value !== '' && more.length === 0 && Number.isFinite(Number(value)))
    return { figure, [side]: Number(value) };
  throw new CimError('usage', {
    what: `"${text}" is not figure=number`,
    where: side,
    todo: `figures: ${bounded.join(', ')}`,
  });
}

/** `search.json`: the question, and every candidate with what became of it. */
const searchText = ({ best, ...goal }: SearchGoal, candidates: readonly Candidate[]): string =>
  `${JSON.stringify(
    {
      version: 1,
      mars: packageVersion,
      goal: { best: best.name, ...goal },
      chosen: candidates.find(({ verdict }) => verdict === 'chosen')?.coordinates ?? null,
      candidates,
    },
    null,
    2,
  )}\n`;

/** Candidates that are printed; search.json has all. */
const mostLines = 40;

function searchTable(
  paths: readonly string[],
  { best }: SearchGoal,
  candidates: readonly Candidate[],
  path: string,
): string {
  const head = [...paths, best.label, 'images', 'accuracy', '', ''];
  const table = new Table({ ...borderless(head.length), head: head.map((cell) => pc.dim(cell)) });
  for (const one of shownTexts(candidates.slice(0, mostLines)))
    table.push([
      ...paths.map((name) => String(one.coordinates[name] ?? '')),
      one.cost === null ? '–' : formatNumber(one.cost),
      String(one.images),
      one.accuracy === null ? '–' : formatShare(one.accuracy),
      words[one.verdict],
      one.why,
    ]);
  const more = candidates.length - mostLines;
  const rest = more > 0 ? `${pc.dim(`… and ${countOf(more, 'more candidate')}`)}\n` : '';
  return `${table.toString()}\n${rest}Written: ${path}\n`;
}

const words: Readonly<Record<Candidate['verdict'], string>> = {
  failed: 'failed',
  outOfBounds: 'out of bounds',
  rejected: 'rejected',
  chosen: 'chosen',
  notNeeded: 'not needed',
};
