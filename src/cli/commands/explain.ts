// `mars explain`: why a number of the report is what it is.

import { Command } from 'commander';
import pc from 'picocolors';
import { largest } from '../../core/extremes.ts';
import { formatNumber } from '../../core/number-text.ts';
import { shownText, shownTexts } from '../../core/shown-text.ts';
import { estimate } from '../../pipeline/estimate.ts';
import { explain, type Explanation } from '../../report/explain/explain.ts';
import { loadMapJob } from '../../settings/load-job.ts';
import { nodeSources } from '../node-sources.ts';
import { addJobOptions, type JobOptions } from '../options.ts';
import { print } from '../output.ts';

/** The command. */
export function explainCommand(): Command {
  return addJobOptions(new Command('explain'))
    .description(
      'show the formula of a number of the report (estimated, without images) with the numbers put in, each with evidence and source',
    )
    .argument(
      '<path>',
      'such as energy.macro, performance.framesPerSecond, area.macros, layers.conv1.cycles',
    )
    .option('--json', 'print as JSON')
    .action(async (path: string, options: JobOptions & { readonly json?: boolean }) => {
      const found = explain(estimate(await loadMapJob(options, nodeSources)), path);
      print(
        options.json ? `${JSON.stringify({ version: 1, ...found }, null, 2)}\n` : textOf(found),
      );
    });
}

function textOf(exact: Explanation): string {
  const { path, value, unit, formula, worked, terms } = shownTexts(exact);
  const width = largest([0, ...terms.map(({ name }) => name.length)]) + 2;
  const rows = terms.map(
    ({ name, value: own, unit: ofTerm, evidence, source }) =>
      `  ${name.padEnd(width)}${`${numberText(own)} ${ofTerm}`.padEnd(20)}${(evidence ?? '').padEnd(10)}${source}`,
  );
  return [
    pc.bold(`${path} = ${numberText(value)} ${unit}`.trim()),
    `  = ${formula}`,
    `  = ${worked}`,
    '',
    ...rows,
    '',
  ].join('\n');
}

/** As the report rounds it, and small numbers in full. */
const numberText = (value: number): string =>
  shownText(
    Math.abs(value) >= 1000
      ? formatNumber(value)
      : String(Number(value.toPrecision(6))).replace('-', '−'),
  );
