// Settings as options of commands. A wrong option is a CimError (usage), exit code 2.

import { type Command, Option } from 'commander';
import { chips } from '../chips/index.ts';
import { CimError } from '../core/errors.ts';
import { type Kind, oneOf, parseValue, wholeNumber } from '../settings/kinds.ts';
import { type MapSettings, untrainedNetworks } from '../settings/load-job.ts';
import { type RunSettings, runSettings } from '../settings/run-settings.ts';
import { type AnySetting, settingsIn } from '../settings/setting.ts';
import { trainSettings } from '../settings/train-settings.ts';
import { trainable } from '../train/recipes/trainable.ts';
import { modelNames, storedNames } from './model-files.ts';

/** Where the macros are computed; `auto`: on a GPU if there is one, else `wasm`. All give the same numbers. */
export const backendNames = ['auto', 'gpu', 'wasm', 'reference', 'browser'] as const;
/** One of {@link backendNames}. */
export type BackendName = (typeof backendNames)[number];

/** Options of every command that needs a mapped network. */
export type JobOptions = MapSettings;

/** Settings that only commands have which simulate images. */
const ofImages: readonly string[] = ['images', 'floatImages'] satisfies (keyof RunSettings)[];

/** Adds the options of {@link JobOptions}. */
export function addJobOptions(command: Command): Command {
  for (const setting of settingsIn(runSettings, 'command line'))
    if (!ofImages.includes(setting.key))
      command.addOption(settingOption(setting, `${setting.help}${namesOf(setting.key)}`));
  return command;
}

/** The names that a setting knows on this machine, for help. */
function namesOf(key: string): string {
  if (key === 'chip') return `: ${Object.keys(chips).join(', ')}`;
  if (key !== 'network') return '';
  const [all, stored] = [modelNames(), storedNames()];
  const trained = all.filter((name) => !stored.includes(name));
  const images = stored.length === 0 ? '' : `; stored images: ${stored.join(', ')}`;
  return `; trained: ${trained.join(', ')}${images}; untrained: ${untrainedNetworks(all).join(', ')}`;
}

/** What pixels mean to an ONNX network. */
export function addInputOptions(command: Command): Command {
  for (const setting of settingsIn(runSettings, 'command line'))
    if (setting.key.startsWith('input')) command.addOption(settingOption(setting));
  return command;
}

/** Which data set, and how its pictures are read. */
export function addDatasetOptions(command: Command): Command {
  const names: readonly string[] = [
    'dataset',
    'data',
    'resize',
    'labels',
  ] satisfies (keyof RunSettings)[];
  for (const setting of settingsIn(runSettings, 'command line'))
    if (names.includes(setting.key)) command.addOption(settingOption(setting));
  return command;
}

/** Options of the images of a run. */
export function addImageOptions(command: Command): Command {
  for (const setting of settingsIn(runSettings, 'command line'))
    if (ofImages.includes(setting.key)) command.addOption(settingOption(setting));
  return command;
}

/** The settings of a training. */
export function addTrainSettings(command: Command): Command {
  for (const setting of settingsIn(trainSettings, 'command line')) {
    const names = setting.key === 'network' ? `: ${Object.keys(trainable).join(', ')}` : '';
    const ofChip = setting.key === 'chip' ? namesOf('chip') : '';
    command.addOption(settingOption(setting, `${setting.help}${names}${ofChip}`));
  }
  return command;
}

function settingOption(setting: AnySetting, help = setting.help): Option {
  const { name, placeholder, kind, isList, defaultText } = setting;
  const ofDefault = defaultText === undefined || isList ? '' : ` (default: ${defaultText})`;
  const added = option(`--${name} <${placeholder}>`, `${help}${rangeText(kind)}${ofDefault}`, kind);
  if (isList)
    return added
      .argParser((text, before: readonly unknown[]) => [...before, parseValue(name, kind, text)])
      .default(setting.default, defaultText);
  return setting.default === undefined ? added : added.default(setting.default);
}

/** Ranges longer than this say nothing that a person would not try anyway. */
const longestRange = 1000;

const rangeText = ({ range }: Kind<unknown>): string =>
  range === undefined || range.max > longestRange ? '' : `, ${range.min} … ${range.max}`;

/**
 * An option of one command, read as settings are.
 * @param flags such as `--top <count>`
 */
export function option<Value>(flags: string, help: string, kind: Kind<Value>): Option {
  const made = new Option(flags, help);
  // The choices are for help alone: the parser that comes with them has words of its own.
  if (kind.choices) made.choices(kind.choices);
  return made.argParser((text) => parseValue(made.name(), kind, text));
}

/** `--backend` and `--threads`. */
export const addBackendOptions = (command: Command): Command =>
  command
    .addOption(
      option(
        '--backend <name>',
        'where macros are computed; auto: on a GPU if there is one, else in WebAssembly',
        oneOf(backendNames),
      ).default('auto'),
    )
    .addOption(
      option(
        '--threads <count>',
        'threads of WebAssembly (default: one per processor, at most 16)',
        wholeNumber(1, maxThreadsAsked),
      ),
    );

/** More threads than any machine has use for are a mistake. */
const maxThreadsAsked = 256;

/** Says that a combination of options is not possible. */
export const usage = (what: string, todo: string): CimError =>
  new CimError('usage', { what, todo });
