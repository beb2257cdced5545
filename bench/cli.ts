// The command line of the benches: which questions, where, how long; or two results side by side.

import { join } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { CimError, hasKind } from '../src/core/errors.ts';
import { largest } from '../src/core/extremes.ts';
import { readText } from '../src/cli/files.ts';
import { print, printed } from '../src/cli/output.ts';
import { openNodeHost } from '../src/cli/node-host.ts';
import { packageRoot } from '../src/cli/package-root.ts';
import { refuseEmpty } from '../src/cli/refuse-empty.ts';
import { checkTargets } from '../src/cli/write-files.ts';
import { openHeadless } from './headless.ts';
import { questions } from './questions.ts';
import { compareResults } from './support/compare.ts';
import { ask } from '../src/measure/measure.ts';
import {
  type BackendName,
  backendNames,
  type Question,
  type Settings,
} from '../src/measure/question.ts';
import { readResult } from '../src/measure/result.ts';
import { withWasmBound } from './support/wasm-roofline.ts';
import { comparisonTable, resultTable, rowLine } from './support/tables.ts';
import { type Asked, resultFile, writeResult } from './support/write-result.ts';

interface Options {
  readonly list?: boolean;
  readonly compare?: readonly string[];
  readonly backend: readonly BackendName[];
  readonly headless?: boolean;
  readonly repetitions: number;
  readonly seconds: number;
  readonly cases?: string;
  readonly out: string;
}

/** Runs the command line; gives 0, 1 for a failure, 2 for a wrong command line. */
export async function main(arguments_: readonly string[]): Promise<number> {
  const program = new Command('npm run bench --')
    .description(
      'Asks the questions of bench/. Each case is checked bit for bit before it is timed; results go to bench/results.',
    )
    .argument('[questions...]', `${questions.map(({ name }) => name).join(', ')} (default: all)`)
    .option('--list', 'list the questions')
    .option(
      '--backend <names>',
      `where layers and networks run, one after the other: ${backendNames.join(',')}`,
      backendsFrom,
      ['gpu'],
    )
    .option('--headless', 'ask in a page of headless Chrome')
    .option('--compare <files...>', 'compare two result files: A.json B.json')
    .option('--repetitions <number>', 'repetitions of each case', numberFrom(1), 10)
    .option('--seconds <seconds>', 'least seconds of a repetition', numberFrom(0), 0.3)
    .option('--cases <pattern>', 'only cases whose key matches, such as "ADC bits 5"')
    .option('--out <folder>', 'where results go', join(packageRoot, 'bench', 'results'))
    .exitOverride()
    .configureOutput({
      writeOut: print,
      outputError: (text, write) => write(text.replace(/^error: /, 'bench: ')),
    })
    .hook('preAction', (command) => refuseEmpty(command))
    .action(async (names: readonly string[], options: Options) => {
      await run(names, options);
    });
  const code = await program.parseAsync([...arguments_], { from: 'user' }).then(() => 0, report);
  return await printed().then(
    () => code,
    (error: unknown) => (code === 0 ? report(error) : code),
  );
}

async function run(names: readonly string[], options: Options): Promise<void> {
  if (options.list) return list();
  if (options.compare) return compare(options.compare);
  const wanted = names.length === 0 ? questions : names.map(questionNamed);
  const today = new Date().toISOString();
  const where = options.headless ? 'headless' : 'Node';
  checkTargets(wanted.map((question) => resultFile(question, where, today, options.out)));
  const { repetitions, seconds, cases } = options;
  const settings = {
    backends: options.backend,
    repetitions,
    seconds,
    cases: cases === undefined ? undefined : pattern(cases),
  };
  const askOne = options.headless ? await openHeadless() : await openHere();
  try {
    for (const question of wanted) {
      const asked = await askOne.ask(question, settings, (row) => {
        process.stderr.write(`${question.name}: ${rowLine(row)}\n`);
      });
      const result = writeResult(question, settings, asked, options.out);
      print(`\n${resultTable(result, question)}\n`);
    }
  } finally {
    await askOne.close();
  }
}

/** Asks in this process. */
async function openHere(): Promise<Awaited<ReturnType<typeof openHeadless>>> {
  const host = withWasmBound(await openNodeHost());
  const runtime = `Node ${process.version}`;
  return {
    ask: async (question, settings, onRow): Promise<Asked> => ({
      ...(await ask(question, host, settings, onRow)),
      where: 'Node',
      runtime,
      adapter: host.adapter,
    }),
    close: () => Promise.resolve(),
  };
}

function list(): void {
  const width = largest(questions.map(({ name }) => name.length));
  for (const { name, asks } of questions) print(`${name.padEnd(width)}  ${asks}\n`);
}

function compare(files: readonly string[]): void {
  const [a, b] = files;
  if (a === undefined || b === undefined || files.length !== 2)
    throw new CimError('usage', {
      what: `${files.length} files are not two`,
      where: '--compare',
      todo: 'give A.json B.json',
    });
  const comparison = compareResults(readResult(readText(a), a), readResult(readText(b), b));
  for (const warning of comparison.warnings) process.stderr.write(`bench: warning: ${warning}\n`);
  print(`${comparisonTable(comparison, a, b)}\n`);
}

function questionNamed(name: string): Question {
  const found = questions.find((question) => question.name === name);
  if (found) return found;
  throw new CimError('usage', {
    what: `no question is called "${name}"`,
    todo: `known: ${questions.map((question) => question.name).join(', ')}`,
  });
}

function pattern(text: string): Settings['cases'] {
  try {
    return new RegExp(text);
  } catch (cause) {
    throw new CimError('usage', { what: `"${text}" is no pattern`, where: '--cases', cause });
  }
}

function backendsFrom(text: string): readonly BackendName[] {
  const names = text.split(',');
  const known = backendNames.filter((name) => names.includes(name));
  if (known.length === names.length) return known;
  throw new InvalidArgumentError(`wanted: ${backendNames.join(', ')}, or both with a comma.`);
}

const numberFrom =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() !== '' && value >= least && value < Infinity) return value;
    throw new InvalidArgumentError(`wanted: a number from ${least}.`);
  };

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const isOurs = error instanceof CimError;
  const text = error instanceof Error ? (isOurs ? error.message : error.stack) : String(error);
  process.stderr.write(`bench: ${text}\n`);
  return hasKind(error, 'usage') ? 2 : 1;
}
