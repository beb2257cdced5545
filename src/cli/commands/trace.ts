// `mars trace`: the controller's timeline of one image, for Perfetto.

import { countOf } from '../../core/words.ts';
import { Command } from 'commander';
import { mapJob } from '../../pipeline/run-job.ts';
import { loadMapJob } from '../../settings/load-job.ts';
import { toChromeTrace } from '../../timeline/chrome-trace.ts';
import { schedule } from '../../timeline/schedule.ts';
import { nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions } from '../options.ts';
import { print } from '../output.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

/** The command. */
export function traceCommand(): Command {
  return addJobOptions(new Command('trace'))
    .description('write the timeline of one image as a trace for ui.perfetto.dev')
    .option('--out <file>', 'where to', 'out/trace.json')
    .option('--json', 'print the trace instead')
    .action(async (options: JobOptions & { readonly out: string; readonly json?: boolean }) => {
      if (!options.json) checkTargets([options.out]);
      const timeline = schedule(mapJob(await loadMapJob(options, nodeSources)));
      const text = JSON.stringify(toChromeTrace(timeline));
      if (options.json) {
        print(`${text}\n`);
        return;
      }
      writeWhole(options.out, text);
      print(
        `${options.out}: ${countOf(timeline.steps.length, 'step')}, ${countOf(timeline.cyclesPerFrame, 'cycle')}; open it in ui.perfetto.dev\n`,
      );
    });
}
