// `mars estimate`: what a chip would do with a network, without images.

import { Command } from 'commander';
import { countOf } from '../../core/words.ts';
import { leaveOutNorms } from '../../network/passes/leave-out-norms.ts';
import { estimate } from '../../pipeline/estimate.ts';
import type { MapJob } from '../../pipeline/run-job.ts';
import { reportText } from '../../report/report.ts';
import { loadMapJob } from '../../settings/load-job.ts';
import { nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions } from '../options.ts';
import { print } from '../output.ts';
import { reportTable } from '../report-table.ts';
import { checkRunFolder, writeRun } from '../run-files.ts';

interface EstimateOptions extends JobOptions {
  readonly out?: string;
  readonly json?: boolean;
}

/** The command. */
export function estimateCommand(): Command {
  return addJobOptions(new Command('estimate'))
    .description(
      'map and schedule a network and report cycles and energy, without simulating images',
    )
    .option(
      '--out <folder>',
      'write report.json and trace.json there, and remove simulation.json of an earlier run',
    )
    .option('--json', 'print the report as JSON, and nothing else')
    .action(async (options: EstimateOptions) => {
      if (options.out !== undefined) checkRunFolder(options.out);
      const job = withoutNorms(await loadMapJob(options, nodeSources));
      const { report, timeline } = estimate(job);
      if (options.out !== undefined) writeRun(options.out, { report, timeline, simulation: null });
      print(options.json ? reportText(report) : reportTable(report));
    });
}

/** A job whose network the chip has layers for but for local response normalisation, and a line that says what is not counted. */
function withoutNorms<Job extends MapJob>(job: Job): Job {
  if ('stored' in job) return job;
  const { network, leftOut } = leaveOutNorms(job.network);
  if (leftOut.length === 0) return job;
  process.stderr.write(
    `note: the estimate leaves out ${countOf(leftOut.length, 'LRN')} (${leftOut.join(', ')}): the chip has no unit for it, so mars run refuses this network\n`,
  );
  return { ...job, network };
}
