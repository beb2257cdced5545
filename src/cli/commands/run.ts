// `mars run`: the whole pipeline on real images.

import { join } from 'node:path';
import { Command } from 'commander';
import { firstImages } from '../../datasets/image-set.ts';
import { type Job, type JobFigures, runJob, trainedOn } from '../../pipeline/run-job.ts';
import { layerPower } from '../../report/layer-power.ts';
import { reportText } from '../../report/report.ts';
import { toChromeTrace } from '../../timeline/chrome-trace.ts';
import { openBackend } from '../backends.ts';
import { runJobInBrowser } from '../browser-job.ts';
import { checkWritable, writeWhole } from '../files.ts';
import { loadDataset } from '../load-dataset.ts';
import {
  addJobOptions,
  backendOption,
  type BackendName,
  jobDataset,
  type JobOptions,
  loadJob,
  whole,
} from '../options.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';
import { reportTable } from '../report-table.ts';
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
      'compress, map, simulate and schedule a trained network on real images, and report',
    )
    .option('--images <count>', 'test images to simulate', whole(1, 1e7), 500)
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

async function run(options: RunOptions): Promise<void> {
  checkWritable(options.out);
  const part = loadJob(options);
  const { floatImages, images: count, data } = options;
  const tests = loadDataset(jobDataset(options, trainedOn(part)), 'test', data, count);
  const job: Job = { ...part, images: firstImages(tests, count), floatImages };
  const bar = openProgressBar();
  const work = { onProgress: bar.show };
  const maxMemory = options.maxGpuMemory === undefined ? undefined : options.maxGpuMemory * 2 ** 20;
  let result: JobFigures;
  try {
    result =
      options.backend === 'browser'
        ? await runJobInBrowser(job, work, { maxMemory })
        : await runHere(job, { name: options.backend, maxMemory }, work);
  } finally {
    bar.stop();
  }
  const { report, timeline } = result;
  const text = reportText(report);
  writeWhole(join(options.out, 'simulation.json'), simulationText(result));
  writeWhole(
    join(options.out, 'trace.json'),
    JSON.stringify(toChromeTrace(timeline, { power: layerPower(report) })),
  );
  writeWhole(join(options.out, 'report.json'), text);
  if (options.json) print(text);
  else {
    print(reportTable(report));
    print(
      `Written: ${options.out}/report.json, trace.json (open it in ui.perfetto.dev), simulation.json\n`,
    );
  }
}

async function runHere(
  job: Job,
  on: { readonly name: 'gpu' | 'reference'; readonly maxMemory: number | undefined },
  work: Parameters<typeof runJob>[2],
): Promise<JobFigures> {
  await using backend = await openBackend(on.name, on.maxMemory);
  return await runJob(job, backend, work);
}
