// `mars mvm`: one matrix-vector product on the macro model, for test vectors.

import { Command } from 'commander';
import {
  checkMatrixVectorCase,
  matrixVector,
  type MatrixVectorResult,
} from '../../pipeline/matrix-vector.ts';
import { openBackend } from '../backends.ts';
import { matrixVectorInBrowser } from '../browser-job.ts';
import { readJson } from '../files.ts';
import { backendOption, type BackendName } from '../options.ts';
import { print } from '../output.ts';

/** The command. */
export function mvmCommand(): Command {
  return new Command('mvm')
    .description('multiply a matrix with vectors on the macro model')
    .argument('<case.json>', 'word lines, phases, ADC, weights and inputs; see docs in README.md')
    .addOption(backendOption())
    .option('--json', 'print the answer as JSON')
    .action(
      async (file: string, options: { readonly backend: BackendName; readonly json?: boolean }) => {
        const result = await compute(file, options.backend);
        if (options.json) print(`${JSON.stringify(result)}\n`);
        else print(resultText(result));
      },
    );
}

async function compute(file: string, name: BackendName): Promise<MatrixVectorResult> {
  const one = checkMatrixVectorCase(readJson(file), file);
  if (name === 'browser') return await matrixVectorInBrowser(one, file);
  await using backend = await openBackend(name);
  return await matrixVector(one, backend, file);
}

const resultText = ({ outputs, saturatedReads, columnReads }: MatrixVectorResult): string =>
  `${outputs.map((row) => row.join(' ')).join('\n')}\n${columnReads} column reads, ${saturatedReads} of them saturated\n`;
