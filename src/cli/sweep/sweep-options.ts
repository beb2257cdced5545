// Options that commands over plans share.

import type { Command, Option } from 'commander';
import { anyText, oneOf, parseValue, wholeNumber } from '../../settings/kinds.ts';
import { option } from '../options.ts';
import { sweepBackends } from './sweep-work.ts';

/** Adds `--backend` and `--threads`. */
export const addBackendOptions = (command: Command): Command =>
  command
    .addOption(
      option('--backend <name>', 'where macros are computed', oneOf(sweepBackends)).default('auto'),
    )
    .addOption(
      option(
        '--threads <count>',
        'threads of WebAssembly (default: one per processor, at most 16)',
        wholeNumber(1, 256),
      ),
    );

/** An option that may be repeated: its values become a list. */
export const listOption = (name: string, value: string, help: string): Option =>
  option(`--${name} <${value}>`, `${help}; may be repeated`, anyText)
    .argParser((text: string, before: readonly string[]) => [
      ...before,
      parseValue(name, anyText, text),
    ])
    .default([], 'none');
