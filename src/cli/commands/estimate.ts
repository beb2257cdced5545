// `mars estimate`: what a chip would do with a network, without images.

import { join } from 'node:path';
import { Command } from 'commander';
import { estimate } from '../../pipeline/estimate.ts';
import { layerPower } from '../../report/layer-power.ts';
import { reportText } from '../../report/report.ts';
import { toChromeTrace } from '../../timeline/chrome-trace.ts';
import { checkWritable, writeWhole } from '../files.ts';
import { addJobOptions, type JobOptions, loadMapJob } from '../options.ts';
import { print } from '../output.ts';
import { reportTable } from '../report-table.ts';

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
    .option('--out <folder>', 'write report.json and trace.json there')
    .option('--json', 'print the report as JSON, and nothing else')
    .action((options: EstimateOptions) => {
      if (options.out !== undefined) checkWritable(options.out);
      const { report, timeline } = estimate(loadMapJob(options));
      const text = reportText(report);
      if (options.out !== undefined) {
        const trace = toChromeTrace(timeline, { power: layerPower(report) });
        writeWhole(join(options.out, 'trace.json'), JSON.stringify(trace));
        writeWhole(join(options.out, 'report.json'), text);
      }
      print(options.json ? text : reportTable(report));
    });
}
