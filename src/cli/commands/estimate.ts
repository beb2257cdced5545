// `mars estimate`: what a chip would do with a network, without images.

import { Command } from 'commander';
import { estimate } from '../../pipeline/estimate.ts';
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
      const { report, timeline } = estimate(await loadMapJob(options, nodeSources));
      if (options.out !== undefined) writeRun(options.out, { report, timeline, simulation: null });
      print(options.json ? reportText(report) : reportTable(report));
    });
}
