// `mars check-gpu`: does this machine's adapter compute right, and how fast is it? Within a time that is given.

import { join } from 'node:path';
import { Command } from 'commander';
import { CimError } from '../../core/errors.ts';
import { checkMarkdown, headline } from '../../measure/check/check-markdown.ts';
import type { CheckReport } from '../../measure/check/check-report.ts';
import { runCheck } from '../../measure/check/run-check.ts';
import { wholeNumber } from '../../settings/kinds.ts';
import { machineText } from '../machine-text.ts';
import { openNodeHost } from '../node-host.ts';
import { option } from '../options.ts';
import { print } from '../output.ts';
import { packageVersion } from '../package-root.ts';
import { checkTargets, writeTogether } from '../write-files.ts';

interface CheckGpuOptions {
  readonly seconds: number;
  readonly out: string;
  readonly json?: boolean;
}

/** A day. */
const mostSeconds = 86_400;

/** The command. */
export function checkGpuCommand(): Command {
  return new Command('check-gpu')
    .description(
      'check that the WebGPU adapter computes right, and measure how fast it is, within a given time; writes check-gpu.json and check-gpu.md after each part',
    )
    .addOption(
      option(
        '--seconds <seconds>',
        'how long it may take; each part has its share, and says what it had no time for',
        wholeNumber(1, mostSeconds),
      ).default(300),
    )
    .option('--out <folder>', 'where the two files go', 'out')
    .option('--json', 'print the report as JSON')
    .action(checkGpu);
}

async function checkGpu({ seconds, out, json }: CheckGpuOptions): Promise<void> {
  const paths = { json: join(out, 'check-gpu.json'), markdown: join(out, 'check-gpu.md') };
  checkTargets(Object.values(paths));
  const host = await openNodeHost();
  const report = await runCheck({
    host,
    seconds,
    about: {
      version: packageVersion,
      date: new Date().toISOString(),
      machine: machineText(),
      runtime: `Node ${process.version}`,
    },
    onReport: (one) =>
      writeTogether([
        { path: paths.json, content: jsonText(one) },
        { path: paths.markdown, content: checkMarkdown(one) },
      ]),
    onLine: (line) => process.stderr.write(`${line}\n`),
  });
  if (json) print(jsonText(report));
  else print(`${host.adapter.name}: ${headline(report)}\n${paths.json}\n${paths.markdown}\n`);
  failOn(report, paths.markdown);
}

const jsonText = (report: CheckReport): string => `${JSON.stringify(report, null, 2)}\n`;

/** @throws {CimError} (environment) where something was wrong */
function failOn({ adapter, fault, parts }: CheckReport, file: string): void {
  const failed = parts.find(({ state }) => state === 'failed');
  if (!failed) return;
  const detail = fault?.first ?? null;
  throw new CimError('environment', {
    what: fault
      ? `the adapter computes wrong: ${fault.what}${detail === null ? '' : `; in the smallest case ${detail}`}`
      : (failed.error ?? 'it failed'),
    where: [adapter.name, failed.name],
    todo: `see ${file}`,
  });
}
