// `mars validate`: the model against what was published, as the page docs/validation.md.

import { Command } from 'commander';
import { openReference } from '../../reference/reference-backend.ts';
import { marsEffects, parameterPage } from '../../experiment/parameter-page.ts';
import { validationPage } from '../../experiment/validation-page.ts';
import { trainedFigures } from '../../experiment/validation-trained.ts';
import { validate } from '../../experiment/validation.ts';
import { nodeSources } from '../node-sources.ts';
import { print } from '../output.ts';
import { openProgressBar } from '../progress-bar.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

interface ValidateOptions {
  readonly parameters?: boolean;
  readonly out?: string;
  readonly json?: boolean;
}

/** The command. */
export function validateCommand(): Command {
  return new Command('validate')
    .description(
      'compare the model with the published figures of MARS and with arithmetic, or show which number of the chip moves which field of a report; print the page in Markdown',
    )
    .option('--parameters', 'the page about the numbers of the chip instead')
    .option('--out <file>', 'write the page there')
    .option('--json', 'print the figures as JSON')
    .action(async (options: ValidateOptions) => {
      if (options.out !== undefined) checkTargets([options.out]);
      if (options.parameters) {
        await showParameters(options);
        return;
      }
      const bar = openProgressBar();
      const figures = validate(await trainedFigures(nodeSources), { onProgress: bar.show });
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

async function showParameters({ out, json }: ValidateOptions): Promise<void> {
  const effects = await marsEffects(openReference());
  const page = parameterPage(effects);
  if (out !== undefined) writeWhole(out, page);
  if (json) print(`${JSON.stringify({ version: 1, effects }, null, 2)}\n`);
  else print(out === undefined ? page : `Written: ${out}\n`);
}
