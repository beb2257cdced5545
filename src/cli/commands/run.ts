// `mars run`: the whole pipeline on real images.

import { Command } from 'commander';
import { type CimError, hasKind } from '../../core/errors.ts';
import { firstImages } from '../../datasets/image-set.ts';
import { estimate } from '../../pipeline/estimate.ts';
import { type Job, type JobFigures, runJob, trainedOn } from '../../pipeline/run-job.ts';
import { reportText } from '../../report/report.ts';
import { openBackend } from '../backends.ts';
import { runJobInBrowser } from '../browser-job.ts';
import { loadDataset } from '../load-dataset.ts';
import {
  addJobOptions,
  backendOption,
  type BackendName,
  jobDataset,
  type JobOptions,
  loadJob,
  loadMapJob,
  whole,
} from '../options.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';
import { reportTable } from '../report-table.ts';
import { checkRunFolder, type RunResult, writeRun } from '../run-files.ts';
import { simulationText } from '../simulation-file.ts';

interface RunOptions extends JobOptions {
  readonly images: number;
  readonly backend: BackendName;
  readonly floatImages?: number;
  readonly maxGpuMemory?: number;
  readonly out: string;
  readonly json?: boolean;
}

/** The command. */
export function runCommand(): Command {
  return addJobOptions(new Command('run'))
    .description(
      'compress, map, simulate and schedule a trained network on real images, and report; estimate it where its images are not on this machine and none were asked for',
    )
    .option(
      '--images <count>',
      'test images to simulate; given, they must be there',
      whole(1, 1e7),
      500,
    )
    .addOption(backendOption())
    .option(
      '--float-images <count>',
      'images to run in real arithmetic as well, 0 for none (default: as many as a few seconds take)',
      whole(0, 1e7),
    )
    .option(
      '--max-gpu-memory <MiB>',
      'most device memory to take; batches become smaller to fit (default: what there is)',
      whole(1, 1e6),
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
  let job: Job;
  try {
    job = loadWithImages(options);
  } catch (error) {
    if (!hasKind(error, 'missingData') || wantsImages(command)) throw error;
    finish(estimateInstead(options, error), options);
    return;
  }
  const result = await simulate(job, options);
  finish({ ...result, simulation: simulationText(result) }, options);
}

function loadWithImages(options: RunOptions): Job {
  const part = loadJob(options);
  const { floatImages, images: count, data } = options;
  const tests = loadDataset(jobDataset(options, trainedOn(part)), 'test', data, count);
  return { ...part, images: firstImages(tests, count), floatImages };
}

/** Options that only someone gives who wants images simulated. */
const ofImages = ['images', 'floatImages', 'dataset', 'data'] as const;

const wantsImages = (command: Command): boolean =>
  ofImages.some((name) => command.getOptionValueSource(name) === 'cli');

/** What is known without images; says on stderr why there is no more. */
function estimateInstead(options: RunOptions, { message }: CimError): RunResult {
  const { report, timeline } = estimate(loadMapJob(options));
  const notSimulated = `no image was simulated, because of missing data: ${message}`;
  process.stderr.write(`mars: this is an estimate, without accuracy; ${notSimulated}\n`);
  return { report: { ...report, notSimulated }, timeline, simulation: null };
}

async function simulate(job: Job, options: RunOptions): Promise<JobFigures> {
  const bar = openProgressBar();
  const work = { onProgress: bar.show };
  const maxMemory = options.maxGpuMemory === undefined ? undefined : options.maxGpuMemory * 2 ** 20;
  try {
    return options.backend === 'browser'
      ? await runJobInBrowser(job, work, { maxMemory })
      : await runHere(job, { name: options.backend, maxMemory }, work);
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
  on: { readonly name: 'gpu' | 'reference'; readonly maxMemory: number | undefined },
  work: Parameters<typeof runJob>[2],
): Promise<JobFigures> {
  await using backend = await openBackend(on.name, on.maxMemory);
  return await runJob(job, backend, work);
}
