// `mars info`: adapter, limits, versions, models, and a chip with the source of every number.

import { arch, cpus, platform } from 'node:os';
import { Command } from 'commander';
import { chipJsonSchema, type ChipSpec } from '../../chips/index.ts';
import { provenanceOf } from '../../chips/sourced.ts';
import { CimError } from '../../core/errors.ts';
import { shownText, shownTexts } from '../../core/shown-text.ts';
import type { AdapterDescription } from '../../gpu/adapter.ts';
import { checkKnownProduct } from '../../gpu/known-product.ts';
import { openDevice } from '../../gpu/open-gpu.ts';
import { loadChip } from '../../settings/load-job.ts';
import { openDefaultGpu } from '../backends.ts';
import { modelNames, storedNames } from '../model-files.ts';
import { type NodeGpu, openNodeGpu } from '../node-gpu.ts';
import { nodeSources } from '../node-sources.ts';
import { print } from '../output.ts';
import { packageVersion } from '../package-root.ts';

interface InfoOptions {
  readonly chip?: string;
  readonly chipSchema?: boolean;
  readonly json?: boolean;
}

/** Whether a product that is known beforehand comes out right, by which paths, and else what is wrong. */
interface Computes {
  readonly right: boolean;
  readonly paths: readonly string[];
  readonly fault?: string;
}

interface AdapterInfo {
  readonly kind: string;
  readonly computes?: Computes;
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
  const { adapter, fasterAdapter, fault } = await findAdapter();
  const versions = { 'mars-cim': packageVersion, node: process.version };
  const machine = `${platform()} ${arch()}, ${cpus().length} x ${cpus()[0]?.model ?? 'unknown CPU'}`;
  const models = modelNames();
  const shown = { version: 1, versions, machine, adapter, fasterAdapter, models };
  print(json ? `${JSON.stringify(shown, null, 2)}\n` : machineText(shown));
  if (fault) throw fault;
}

interface Machine {
  readonly machine: string;
  readonly adapter: AdapterInfo;
  readonly fasterAdapter: string | null;
  readonly models: readonly string[];
}

function machineText({ machine, adapter, fasterAdapter, models }: Machine): string {
  const stored = storedNames();
  const lines = [
    `mars-cim   ${packageVersion}, Node ${process.version}, ${machine}`,
    `adapter    ${adapter.kind}: ${adapter.description}${adapter.driver === '' ? '' : ` (${adapter.driver})`}`,
    ...computesLine(adapter.computes),
    `faster     ${fasterAdapter ?? 'this is a GPU'}`,
    `limits     ${Object.entries(adapter.limits ?? {})
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    `models     ${models.map((name) => (stored.includes(name) ? `${name} (stored image)` : name)).join(', ')}`,
  ];
  return `${lines.join('\n')}\n`;
}

const computesLine = (computes: Computes | undefined): readonly string[] =>
  computes
    ? [
        `computes   ${computes.right ? `right: a known product of 16 x 16, by ${computes.paths.join(' and by ')}` : 'WRONG'}`,
      ]
    : [];

interface FoundAdapter {
  readonly adapter: AdapterInfo;
  readonly fasterAdapter: string | null;
  /** Why the adapter is of no use. */
  readonly fault?: CimError | undefined;
}

/** Computes the known product on `gpu`. */
async function tryAdapter(
  found: NodeGpu,
): Promise<{ readonly computes: Computes; readonly fault?: CimError }> {
  try {
    const paths = await checkKnownProduct((shortcuts) => openDefaultGpu(found, { shortcuts }));
    return { computes: { right: true, paths } };
  } catch (fault) {
    if (!(fault instanceof CimError)) throw fault;
    return { computes: { right: false, paths: [], fault: fault.what }, fault };
  }
}

async function findAdapter(): Promise<FoundAdapter> {
  try {
    const found = await openNodeGpu();
    const { gpu, kind, description, driver, fasterAdapter } = found;
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
    const { computes, fault } = await tryAdapter(found);
    return {
      adapter: { kind, description, driver, computes, details: adapter, limits, features },
      fasterAdapter,
      fault,
    };
  } catch (error) {
    if (!(error instanceof CimError)) throw error;
    return {
      adapter: { kind: 'none', description: error.what, driver: '' },
      fasterAdapter: error.todo ?? null,
    };
  }
}
