// `mars run`: the whole pipeline on real images.

import { Command } from 'commander';
import { type CimError, hasKind } from '../../core/errors.ts';
import type { LongWork } from '../../core/progress.ts';
import { estimate } from '../../pipeline/estimate.ts';
import { type Job, type JobFigures, type MapJob, runJob } from '../../pipeline/run-job.ts';
import { reportText } from '../../report/report.ts';
import { wholeNumber } from '../../settings/kinds.ts';
import { addImages, loadMapJob } from '../../settings/load-job.ts';
import type { RunSettings } from '../../settings/run-settings.ts';
import { type BackendOptions, openBackend } from '../backends.ts';
import { runJobInBrowser } from '../browser-job.ts';
import { nodeSources } from '../node-sources.ts';
import {
  addBackendOptions,
  addImageOptions,
  addJobOptions,
  type BackendName,
  option,
} from '../options.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';
import { reportTable } from '../report-table.ts';
import { checkRunFolder, type RunResult, writeRun } from '../run-files.ts';
import { simulationText } from '../simulation-file.ts';

interface RunOptions extends RunSettings {
  readonly backend: BackendName;
  readonly threads?: number;
  readonly maxMemory?: number;
  readonly out: string;
  readonly json?: boolean;
}

/** The command. */
export function runCommand(): Command {
  return addBackendOptions(addImageOptions(addJobOptions(new Command('run'))))
    .description(
      'compress, map, simulate and schedule a trained network on real images, and report; estimate it where its images are not on this machine and none were asked for',
    )
    .addOption(
      option(
        '--max-memory <MiB>',
        'max. memory of the device, or of each thread; batches become smaller to fit (default: what there is)',
        wholeNumber(1, 1e6),
      ),
    )
    .option(
      '--out <folder>',
      'where report.json, trace.json and simulation.json are written',
      'out',
    )
    .option('--json', 'print the report as JSON, and nothing else')
    .action(run);
}

async function run(options: RunOptions, command: Command): Promise<void> {
  checkRunFolder(options.out);
  const mapJob = await loadMapJob(options, nodeSources);
  if (options.images === 0) {
    finish({ ...estimate(mapJob), simulation: null }, options);
    return;
  }
  let job: Job;
  try {
    job = await addImages(mapJob, options, nodeSources);
  } catch (error) {
    if (!hasKind(error, 'missingData') || wantsImages(command)) throw error;
    finish(estimateInstead(mapJob, error), options);
    return;
  }
  const result = await simulate(job, options);
  finish({ ...result, simulation: simulationText(result) }, options);
}

/** Options that only someone gives who wants images simulated. */
const ofImages = ['images', 'floatImages', 'dataset', 'data'] as const;

const wantsImages = (command: Command): boolean =>
  ofImages.some((name) => command.getOptionValueSource(name) === 'cli');

/** What is known without images; says on stderr why there is no more. */
function estimateInstead(job: MapJob, { message }: CimError): RunResult {
  const { report, timeline } = estimate(job);
  const notSimulated = `no image was simulated, because of missing data: ${message}`;
  process.stderr.write(`mars: this is an estimate, without accuracy; ${notSimulated}\n`);
  return { report: { ...report, notSimulated }, timeline, simulation: null };
}

async function simulate(job: Job, options: RunOptions): Promise<JobFigures> {
  const bar = openProgressBar();
  const work = { onProgress: bar.show };
  const maxMemory = options.maxMemory === undefined ? undefined : options.maxMemory * 2 ** 20;
  try {
    return options.backend === 'browser'
      ? await runJobInBrowser(job, work, { maxMemory })
      : await runHere(job, options.backend, { maxMemory, threads: options.threads }, work);
  } finally {
    bar.stop();
  }
}

/** Writes the files, then prints. */
function finish(result: RunResult, { out, json }: RunOptions): void {
  writeRun(out, result);
  if (json) {
    print(reportText(result.report));
    return;
  }
  print(reportTable(result.report));
  const simulation = result.simulation === null ? '' : ', simulation.json';
  print(`Written: ${out}/report.json, trace.json (open it in ui.perfetto.dev)${simulation}\n`);
}

async function runHere(
  job: Job,
  name: Exclude<BackendName, 'browser'>,
  options: BackendOptions,
  work: LongWork,
): Promise<JobFigures> {
  const { backend, choice, openCheck } = await openBackend(name, options);
  await using _ = backend;
  return await runJob(job, backend, { ...work, openCheck, backendChoice: choice });
}
