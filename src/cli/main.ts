// The command `mars`: its commands, and how every error ends.

import { Command, CommanderError } from 'commander';
import { CimError, hasKind } from '../core/errors.ts';
import { shownText } from '../core/shown-text.ts';
import { checkGpuCommand } from './commands/check-gpu.ts';
import { compareCommand } from './commands/compare.ts';
import { compressCommand } from './commands/compress.ts';
import { estimateCommand } from './commands/estimate.ts';
import { explainCommand } from './commands/explain.ts';
import { forwardCommand } from './commands/forward.ts';
import { importCommand } from './commands/import.ts';
import { infoCommand } from './commands/info.ts';
import { mapCommand } from './commands/map.ts';
import { mvmCommand } from './commands/mvm.ts';
import { pageCommand } from './commands/page.ts';
import { plotCommand } from './commands/plot.ts';
import { runCommand } from './commands/run.ts';
import { searchCommand } from './commands/search.ts';
import { sensitivityCommand } from './commands/sensitivity.ts';
import { traceCommand } from './commands/trace.ts';
import { sweepCommand } from './commands/sweep.ts';
import { trainCommand } from './commands/train.ts';
import { tuneCommand } from './commands/tune.ts';
import { validateCommand } from './commands/validate.ts';
import { print, printed } from './output.ts';
import { packageVersion } from './package-root.ts';
import { refuseEmpty } from './refuse-empty.ts';
import { useFastConvolutions } from './wasm-threads.ts';

/**
 * Exit codes: all went well, failure, the command line is wrong. Ctrl-C ends the process as the shell expects; a
 * training stops by itself then, with the exit code of that.
 */
const exitCode = { success: 0, failure: 1, usage: 2, stopped: 130 } as const;

/** The command with all its commands. */
export function marsProgram(): Command {
  const program = new Command('mars')
    .description(
      'Simulates the MARS multi-macro SRAM compute-in-memory accelerator, bit-true, on WebGPU',
    )
    .addCommand(runCommand())
    .addCommand(estimateCommand())
    .addCommand(explainCommand())
    .addCommand(compareCommand())
    .addCommand(sensitivityCommand())
    .addCommand(sweepCommand())
    .addCommand(searchCommand())
    .addCommand(plotCommand())
    .addCommand(validateCommand())
    .addCommand(mapCommand())
    .addCommand(traceCommand())
    .addCommand(mvmCommand())
    .addCommand(importCommand())
    .addCommand(forwardCommand())
    .addCommand(trainCommand())
    .addCommand(compressCommand())
    .addCommand(tuneCommand())
    .addCommand(checkGpuCommand())
    .addCommand(pageCommand())
    .addCommand(infoCommand());
  for (const command of [program, ...program.commands]) {
    command.exitOverride();
    command.version(packageVersion, '--version', 'print the version');
    command.configureOutput({
      writeOut: print,
      outputError: (text, write) => write(text.replace(/^error: /, 'mars: ')),
    });
  }
  program.hook('preAction', async (_, command) => {
    refuseEmpty(command);
    if (!withoutForwardPass.has(command.name())) await useFastConvolutions();
  });
  return program;
}

/** Commands that run no network in real arithmetic. */
const withoutForwardPass: ReadonlySet<string> = new Set([
  'import',
  'info',
  'mvm',
  'page',
  'plot',
  'tune',
]);

/** Runs the command line and gives its exit code. */
export async function main(arguments_: readonly string[]): Promise<number> {
  const code = await marsProgram()
    .parseAsync([...arguments_], { from: 'user' })
    .then(() => exitCode.success, report);
  return await printed().then(
    () => code,
    (error: unknown) => (code === exitCode.success ? report(error) : code),
  );
}

function report(error: unknown): number {
  if (error instanceof CommanderError)
    return error.exitCode === 0 ? exitCode.success : exitCode.usage;
  if (!(error instanceof CimError)) {
    const told = String(error instanceof Error ? error.stack : error);
    const lines = told.split('\n').map(shownText);
    process.stderr.write(
      `mars: this is a bug in mars-cim, please report it: ${lines.join('\n')}\n`,
    );
    return exitCode.failure;
  }
  process.stderr.write(`mars: ${error.message}\n`);
  if (hasKind(error, 'cancelled')) return exitCode.stopped;
  return hasKind(error, 'usage') ? exitCode.usage : exitCode.failure;
}
