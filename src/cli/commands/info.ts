// `mars info`: adapter, limits, versions, models, and a chip with the source of every number.

import { arch, cpus, platform } from 'node:os';
import { Command } from 'commander';
import { chipJsonSchema, type ChipSpec } from '../../chips/index.ts';
import { provenanceOf } from '../../chips/sourced.ts';
import { CimError } from '../../core/errors.ts';
import { shownText, shownTexts } from '../../core/shown-text.ts';
import type { AdapterDescription } from '../../gpu/adapter.ts';
import { openDevice } from '../../gpu/open-gpu.ts';
import { loadChip } from '../../settings/load-job.ts';
import { modelNames } from '../model-files.ts';
import { openNodeGpu } from '../node-gpu.ts';
import { nodeSources } from '../node-sources.ts';
import { print } from '../output.ts';
import { packageVersion } from '../package-root.ts';

interface InfoOptions {
  readonly chip?: string;
  readonly chipSchema?: boolean;
  readonly json?: boolean;
}

interface AdapterInfo {
  readonly kind: string;
  readonly description: string;
  readonly driver: string;
  readonly details?: AdapterDescription;
  readonly limits?: Readonly<Record<string, number>>;
  readonly features?: readonly string[];
}

/** The command. */
export function infoCommand(): Command {
  return new Command('info')
    .description(
      'show the WebGPU adapter, its limits, versions and models; or a chip and where its numbers come from',
    )
    .option('--chip <name|file>', 'show this chip')
    .option('--chip-schema', 'print the JSON Schema of chip files')
    .option('--json', 'print as JSON')
    .action(async (options: InfoOptions) => {
      if (options.chipSchema) print(`${JSON.stringify(chipJsonSchema(), null, 2)}\n`);
      else if (options.chip !== undefined)
        showChip(
          await loadChip({ chip: options.chip, set: [] }, nodeSources),
          options.json ?? false,
        );
      else await showMachine(options.json ?? false);
    });
}

function showChip(chip: ChipSpec, json: boolean): void {
  if (json) {
    print(`${JSON.stringify(chip, null, 2)}\n`);
    return;
  }
  const rows = shownTexts(provenanceOf(chip)).map(
    ({ parameter, value, unit, evidence, source }) =>
      `${parameter.padEnd(28)}${`${value} ${unit}`.padEnd(20)}${evidence.padEnd(10)}${source}`,
  );
  print(`${shownText(chip.title)}\n\n${rows.join('\n')}\n`);
}

async function showMachine(json: boolean): Promise<void> {
  const { adapter, fasterAdapter } = await findAdapter();
  const versions = { 'mars-cim': packageVersion, node: process.version };
  const machine = `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`;
  const models = modelNames();
  if (json) {
    print(
      `${JSON.stringify({ version: 1, versions, machine, adapter, fasterAdapter, models }, null, 2)}\n`,
    );
    return;
  }
  const lines = [
    `mars-cim   ${packageVersion}, Node ${process.version}, ${machine}`,
    `adapter    ${adapter.kind}: ${adapter.description}${adapter.driver === '' ? '' : ` (${adapter.driver})`}`,
    `faster     ${fasterAdapter ?? 'this is a GPU'}`,
    `limits     ${Object.entries(adapter.limits ?? {})
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    `models     ${models.join(', ')}`,
  ];
  print(`${lines.join('\n')}\n`);
}

async function findAdapter(): Promise<{ adapter: AdapterInfo; fasterAdapter: string | null }> {
  try {
    const { gpu, kind, description, driver, fasterAdapter } = await openNodeGpu();
    const { adapter, device } = await openDevice(gpu);
    const { maxBufferSize, maxStorageBufferBindingSize, maxComputeInvocationsPerWorkgroup } =
      device.limits;
    const limits = {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxComputeInvocationsPerWorkgroup,
    };
    const features = [...device.features].toSorted();
    device.destroy();
    return {
      adapter: { kind, description, driver, details: adapter, limits, features },
      fasterAdapter,
    };
  } catch (error) {
    if (!(error instanceof CimError)) throw error;
    return {
      adapter: { kind: 'none', description: error.what, driver: '' },
      fasterAdapter: error.todo ?? null,
    };
  }
}
