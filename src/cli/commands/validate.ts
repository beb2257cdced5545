// `mars validate`: the model against what was published, as the page docs/validation.md.

import { Command } from 'commander';
import { validationPage } from '../../experiment/validation-page.ts';
import { validate } from '../../experiment/validation.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

/** The command. */
export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'compare the model with the published figures of MARS and with arithmetic; print the page in Markdown',
    )
    .option('--out <file>', 'write the page there')
    .option('--json', 'print the figures as JSON')
    .action((options: { readonly out?: string; readonly json?: boolean }) => {
      if (options.out !== undefined) checkTargets([options.out]);
      const bar = openProgressBar();
      const figures = validate({ onProgress: bar.show });
      bar.stop();
      if (options.out !== undefined) writeWhole(options.out, validationPage(figures));
      if (options.json) {
        const networks = figures.networks.map(({ subject, ...rest }) => ({
          network: subject.title,
          ...rest,
        }));
        print(`${JSON.stringify({ version: 1, ...figures, networks }, null, 2)}\n`);
      } else if (options.out === undefined) print(validationPage(figures));
      else print(`Written: ${options.out}\n`);
    });
}
