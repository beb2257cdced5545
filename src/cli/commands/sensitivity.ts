// `mars sensitivity`: which numbers of the chip move speed and efficiency most.

import { Command } from 'commander';
import pc from 'picocolors';
import type { ChipSpec } from '../../chips/index.ts';
import { shownTexts } from '../../core/shown-text.ts';
import { wholeNumber } from '../../settings/kinds.ts';
import { loadEstimate } from '../../settings/load-job.ts';
import { openEstimator, type Outcome, outcomeOf } from '../../pipeline/estimator.ts';
import {
  sensitivity,
  type Sensitivity,
  type SensitivityRow,
} from '../../experiment/sensitivity.ts';
import { nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions, option } from '../options.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';

interface SensitivityOptions extends JobOptions {
  readonly top: number;
  readonly json?: boolean;
}

/** The command. */
export function sensitivityCommand(): Command {
  return addJobOptions(new Command('sensitivity'))
    .description(
      'halve and double every number of the chip, one at a time, and show what it does (tornado table)',
    )
    .addOption(option('--top <count>', 'rows to print', wholeNumber(1, 100)).default(10))
    .option('--json', 'print every row as JSON')
    .action(async (options: SensitivityOptions) => {
      const { chip, ...job } = await loadEstimate(options, nodeSources);
      const estimator = openEstimator(job);
      const bar = openProgressBar();
      const work = { onProgress: bar.show };
      const { balance, indexCoding = 'absolute' } = options;
      const of = (changed: ChipSpec): Outcome =>
        outcomeOf(estimator(changed, { balance, indexCoding }));
      const result = sensitivity(chip, of, work);
      bar.stop();
      print(
        options.json
          ? `${JSON.stringify({ version: 1, ...result }, null, 2)}\n`
          : text(result, options.top),
      );
    });
}

function text(result: Sensitivity, top: number): string {
  const { base, rows } = shownTexts(result);
  const head = `${'parameter'.padEnd(30)}${'value'.padStart(16)}  ${'frames/s at half, double'.padEnd(28)}${'TOPS/W at half, double'.padEnd(26)}evidence`;
  const lines = rows.slice(0, top).map((row) => {
    const value = `${row.value} ${row.unit}`.trim().padStart(16);
    const of = (key: keyof Outcome): string =>
      `${outcome(row.low, key)}, ${outcome(row.high, key)}`;
    return `${row.parameter.padEnd(30)}${value}  ${of('framesPerSecond').padEnd(28)}${of('topsPerWatt').padEnd(26)}${row.evidence}`;
  });
  const now = `now ${base.framesPerSecond.toFixed(0)} frames/s, ${base.topsPerWatt.toPrecision(3)} TOPS/W dense-equivalent`;
  return `${now}\n\n${pc.dim(head)}\n${lines.join('\n')}\n`;
}

function outcome(tried: SensitivityRow['low'], key: keyof Outcome): string {
  if (!tried) return 'not possible';
  const value = tried.outcome[key];
  return key === 'framesPerSecond' ? value.toFixed(0) : value.toPrecision(3);
}
