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
import { addBackendOptions, type BackendName } from '../options.ts';
import { print } from '../output.ts';

/** The command. */
export function mvmCommand(): Command {
  return addBackendOptions(new Command('mvm'))
    .description('multiply a matrix with vectors on the macro model')
    .argument(
      '<case.json>',
      'word lines, phases, ADC, weights and inputs; see docs/command-line.md',
    )
    .option('--json', 'print the answer as JSON')
    .action(async (file: string, options: MvmOptions) => {
      const result = await compute(file, options);
      if (options.json) print(`${JSON.stringify(result)}\n`);
      else print(resultText(result));
    });
}

interface MvmOptions {
  readonly backend: BackendName;
  readonly threads?: number;
  readonly json?: boolean;
}

async function compute(
  file: string,
  { backend: name, threads }: MvmOptions,
): Promise<MatrixVectorResult> {
  const one = checkMatrixVectorCase(readJson(file), file);
  if (name === 'browser') return await matrixVectorInBrowser(one, file);
  const { backend } = await openBackend(name, { threads });
  await using _ = backend;
  return await matrixVector(one, backend, file);
}

const resultText = ({ outputs, saturatedReads, columnReads }: MatrixVectorResult): string =>
  `${outputs.map((row) => row.join(' ')).join('\n')}\n${columnReads} column reads, ${saturatedReads} of them saturated\n`;
