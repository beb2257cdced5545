// `mars compare`: chips side by side on the same network.

import Table from 'cli-table3';
import { Command } from 'commander';
import pc from 'picocolors';
import { CimError } from '../../core/errors.ts';
import { formatNumber } from '../../core/number-text.ts';
import { shownTexts } from '../../core/shown-text.ts';
import { estimate } from '../../pipeline/estimate.ts';
import type { Report } from '../../report/report.ts';
import { loadMapJob } from '../../settings/load-job.ts';
import { borderless } from '../borderless.ts';
import { nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions } from '../options.ts';
import { print } from '../output.ts';

interface CompareOptions extends JobOptions {
  readonly json?: boolean;
}

/** A line of the comparison. */
interface Line {
  readonly title: string;
  readonly of: (report: Report) => number;
}

const lines: readonly Line[] = [
  { title: 'weight bits', of: ({ compression }) => compression.weightBits },
  { title: 'activation bits', of: ({ compression }) => compression.activationBits },
  { title: 'frames/s', of: ({ performance }) => performance.framesPerSecond },
  {
    title: 'frames/s before stalls',
    of: ({ performance }) => performance.framesPerSecondBeforeStalls,
  },
  { title: 'cycles per frame', of: ({ performance }) => performance.cyclesPerFrame },
  { title: '  compute', of: ({ performance }) => performance.computeCycles },
  { title: '  load', of: ({ performance }) => performance.loadCycles },
  { title: '  barrier', of: ({ performance }) => performance.stalls.barrier },
  { title: '  port', of: ({ performance }) => performance.stalls.port },
  { title: '  drain', of: ({ performance }) => performance.stalls.drain },
  { title: '  pool', of: ({ performance }) => performance.stalls.pool },
  { title: '  DRAM', of: ({ performance }) => performance.stalls.dram },
  { title: 'energy per frame, µJ', of: ({ energy }) => energy.perFrame.total / 1e6 },
  { title: '  macros', of: ({ energy }) => energy.perFrame.macro / 1e6 },
  { title: '  feature maps', of: ({ energy }) => energy.perFrame.featureMap / 1e6 },
  { title: '  accumulators', of: ({ energy }) => energy.perFrame.accumulate / 1e6 },
  { title: '  requantizing', of: ({ energy }) => energy.perFrame.requantize / 1e6 },
  { title: '  weight path', of: ({ energy }) => energy.perFrame.weightPath / 1e6 },
  { title: '  static', of: ({ energy }) => energy.perFrame.static / 1e6 },
  { title: 'DRAM apart, µJ', of: ({ energy }) => energy.dram / 1e6 },
  { title: 'moved by DRAM, KB', of: ({ dram }) => dram.bytesPerFrame / 1024 },
  { title: 'static power, mW', of: ({ energy }) => energy.staticPower?.total ?? NaN },
  { title: 'average power, mW', of: ({ energy }) => energy.averagePower },
  { title: 'TOPS/W executed', of: ({ topsPerWatt }) => topsPerWatt.executed },
  { title: 'TOPS/W dense-equivalent', of: ({ topsPerWatt }) => topsPerWatt.denseEquivalent },
  { title: 'weights kept, %', of: ({ compression }) => 100 * compression.weightsKept },
  { title: 'MACs kept, %', of: ({ compression }) => 100 * compression.macsKept },
  { title: 'stored, KB', of: ({ compression }) => compression.storedBits / 8192 },
  { title: 'area, mm²', of: ({ area }) => area.total },
];

/** The command. */
export function compareCommand(): Command {
  return addJobOptions(new Command('compare'))
    .description(
      'report two or more chips side by side on the same network (estimated, without images)',
    )
    .argument('<chips...>', 'names or files of chips; --set changes all of them')
    .option('--json', 'print the reports as JSON')
    .action(async (chips: string[], options: CompareOptions) => {
      if (chips.length < 2)
        throw new CimError('usage', {
          what: 'one chip cannot be compared',
          todo: 'name two or more',
        });
      const reports: Report[] = [];
      for (const chip of chips)
        reports.push(estimate(await loadMapJob({ ...options, chip }, nodeSources)).report);
      print(options.json ? `${JSON.stringify({ version: 1, reports }, null, 2)}\n` : text(reports));
    });
}

function text(exact: readonly Report[]): string {
  const reports = shownTexts(exact);
  const head = ['', ...reports.map(({ chip }) => chip), ...(reports.length === 2 ? ['ratio'] : [])];
  const table = new Table({ ...borderless(head.length), head: head.map((cell) => pc.bold(cell)) });
  for (const { title, of } of lines) {
    const values = reports.map(of);
    const [a, b] = values;
    const ratio = a && b !== undefined ? `${(b / a).toFixed(2)}x` : '';
    table.push([title, ...values.map(formatNumber), ...(reports.length === 2 ? [ratio] : [])]);
  }
  return `${reports[0]?.network ?? ''}\n\n${table.toString()}\n`;
}
