// `mars sweep`: many runs that a plan describes, shared between processes, killed and gone on with.

import { Command, Option } from 'commander';
import { CimError } from '../../core/errors.ts';
import { countOf } from '../../core/words.ts';
import { type Experiment, expandPlan } from '../../experiment/expand-plan.ts';
import { planJsonSchema } from '../../experiment/plan.ts';
import { readShard, shareTail, unitsOf, unitsOfShard } from '../../experiment/shard.ts';
import { openStages, type Stages } from '../../experiment/stages.ts';
import { anyText, wholeNumber } from '../../settings/kinds.ts';
import { nodeSources } from '../node-sources.ts';
import { addImageOptions, addJobOptions, option } from '../options.ts';
import { print } from '../output.ts';
import { askedPlan, type PlanOptions } from '../sweep/asked-plan.ts';
import { collect } from '../sweep/collect.ts';
import { dryRun } from '../sweep/dry-run.ts';
import { replay } from '../sweep/replay.ts';
import {
  contentsOf,
  forgetPoints,
  openResultsFolder,
  parquetName,
  readPoint,
  tableNames,
} from '../sweep/results-folder.ts';
import { writeJobScripts } from '../sweep/slurm.ts';
import { inputsOf } from '../sweep/sweep-inputs.ts';
import { addBackendOptions, listOption } from '../sweep/sweep-options.ts';
import { openSweepProgress } from '../sweep/sweep-progress.ts';
import { sweepTable } from '../sweep/sweep-table.ts';
import type { SweepBackend } from '../sweep/sweep-work.ts';
import { doTakenUnits } from '../sweep/taken-units.ts';
import { startWorkers } from '../sweep/workers.ts';

interface SweepOptions extends PlanOptions {
  readonly backend: SweepBackend;
  readonly threads?: number;
  readonly out: string;
  readonly shard?: string;
  readonly parts: number;
  readonly workers: number;
  readonly takeTurns?: boolean;
  readonly retry?: boolean;
  readonly dryRun?: boolean;
  readonly schema?: boolean;
  readonly collect?: string;
  readonly replay?: string;
  readonly slurm?: number;
  readonly parquet?: boolean;
  readonly json?: boolean;
}

/** The command. */
export function sweepCommand(): Command {
  return addBackendOptions(addImageOptions(addJobOptions(new Command('sweep'))))
    .description(
      'run every point of a plan: settings x axes x chip instances; stages that points share are computed once, results that are there are kept',
    )
    .argument('[plan]', 'plan file (JSON); settings on the command line change its base')
    .addOption(
      listOption(
        'vary',
        'path=values',
        'add an axis: a setting or a value of the chip, such as adc.bits=3..6, noise.read=0,0.1,0.2 or network=vgg16,resnet18',
      ),
    )
    .addOption(
      option('--chips <count>', 'chip instances of every point (default: 1)', wholeNumber(1, 1e6)),
    )
    .option('--out <folder>', 'folder of the results', 'out/sweep')
    .addOption(
      option('--shard <k/n>', 'do only the k-th of n shares; they may write one folder', anyText),
    )
    .addOption(
      option(
        '--parts <count>',
        'split the images of each point into so many parts, which --collect adds up',
        wholeNumber(1, 1e5),
      ).default(1),
    )
    .addOption(
      option('--workers <count>', 'processes on this machine', wholeNumber(1, 256)).default(1),
    )
    .addOption(new Option('--take-turns').hideHelp()) // what --workers starts processes with
    .option('--retry', 'compute points that failed again')
    .option('--dry-run', 'only say how many points, how long and how much disk')
    .option('--schema', 'print the JSON Schema of plan files')
    .option('--collect <folder>', 'only gather the results of a folder into its tables')
    .option('--replay <id>', 'compute one point of --out again and compare')
    .addOption(
      option(
        '--slurm <tasks>',
        'only write scripts that run the plan as a Slurm job array of so many tasks',
        wholeNumber(1, 1e5),
      ),
    )
    .option('--parquet', 'write the rows as results.parquet too')
    .option('--json', 'print the statistics as JSON, and nothing else')
    .action(sweep);
}

async function sweep(
  file: string | undefined,
  options: SweepOptions,
  command: Command,
): Promise<void> {
  if (options.schema) {
    print(`${JSON.stringify(planJsonSchema(), null, 2)}\n`);
    return;
  }
  if (options.takeTurns) {
    await doTakenUnits(options);
    return;
  }
  if (options.collect !== undefined) {
    await finish(options.collect, options);
    return;
  }
  if (options.replay !== undefined) {
    print(await replay(options.out, options.replay, options.backend));
    return;
  }
  const shard = options.shard === undefined ? undefined : readShard(options.shard);
  const experiment = expandPlan(askedPlan(file, options, command));
  const units = unitsOf(experiment.points, options.parts);
  const own = shard ? unitsOfShard(units, shard) : units;
  if (options.dryRun) {
    await inputsOf(experiment);
    print(await dryRun(experiment, own, options));
    return;
  }
  if (options.slurm !== undefined) {
    openResultsFolder(options.out, experiment, await inputsOf(experiment));
    print(writeJobScripts(options.out, { ...options, tasks: options.slurm }));
    return;
  }
  const stages = openStages(nodeSources);
  using workers = startWorkers({ ...options, stages });
  openResultsFolder(options.out, experiment, await inputsOf(experiment));
  if (options.retry) retryFailed(options.out);
  const shared = shareTail(own, options.workers);
  const progress = openSweepProgress(shared.length);
  try {
    await workers.work(shared, progress.onUnit);
  } finally {
    progress.stop();
  }
  if (shard) return;
  await finish(options.out, options, stages);
}

/** Failed points count as missing again. */
function retryFailed(folder: string): void {
  const failed = contentsOf(folder).points.filter((id) => readPoint(folder, id).row.error !== null);
  forgetPoints(folder, failed);
}

/** Gathers the tables and prints. What is missing ends with an error, after the tables are written. */
async function finish(
  folder: string,
  { json, parquet }: Pick<SweepOptions, 'json' | 'parquet'>,
  stages?: Stages,
): Promise<void> {
  const collected = await collect(folder, { parquet, stages });
  const files = [...tableNames, ...(parquet ? [parquetName] : [])];
  print(json ? jsonText(collected.experiment, collected) : sweepTable(folder, collected, files));
  if (collected.missing === 0) return;
  throw new CimError('input', {
    what: `${countOf(collected.missing, 'point')} of ${collected.experiment.points.length} have no result yet`,
    where: folder,
    todo: `run mars sweep ${folder}/plan.json --out ${folder} to go on`,
  });
}

const jsonText = (
  { paths, points }: Experiment,
  { rows, missing, statistics }: Awaited<ReturnType<typeof collect>>,
): string =>
  `${JSON.stringify(
    {
      version: 1,
      paths,
      points: points.length,
      failed: rows.filter(({ error }) => error !== null).length,
      missing,
      statistics,
    },
    null,
    2,
  )}\n`;
