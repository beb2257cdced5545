// The options of `mars train`, and what they mean on this machine: files that they name.

import { countOf } from '../core/words.ts';
import type { Command } from 'commander';
import { crc32 } from '../core/bits.ts';
import { CimError } from '../core/errors.ts';
import { shapeText } from '../core/feature-map.ts';
import { writeNetworkFile } from '../network/io/network-file.ts';
import type { Network } from '../network/network.ts';
import { loadChip, loadNetwork } from '../settings/load-job.ts';
import { trainOptions } from '../settings/train-options.ts';
import type { TrainSettings } from '../settings/train-settings.ts';
import { readLayerPlans } from '../train/groups/layer-plan.ts';
import { buildTrainable } from '../train/recipes/trainable.ts';
import type { TrainOptions } from '../train/run/train-options.ts';
import { readJson } from './files.ts';
import { nodeSources } from './node-sources.ts';
import { addTrainSettings } from './options.ts';
import { fuse } from '../network/passes/fuse.ts';

/** Options of the command. */
export interface TrainFlags extends TrainSettings {
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Adds the options. */
export const addTrainOptions = (command: Command): Command =>
  addTrainSettings(command)
    .option('--out <file>', 'file to write (default: <network>.safetensors)')
    .option('--resume', 'go on from the checkpoint beside --out, if there is one')
    .option('--json', 'print the result as JSON');

/**
 * What the options ask for.
 * @throws {CimError} for what cannot be
 */
export async function trainOptionsOf(flags: TrainFlags, network: Network): Promise<TrainOptions> {
  const { config } = flags;
  const plans = config === undefined ? new Map() : readLayerPlans(readJson(config), config);
  return trainOptions(flags, { network, chip: await loadChip(flags, nodeSources), plans });
}

const isOnnx = (file: string): boolean => /\.onnx(\.gz)?$/.test(file);

/**
 * The network that training starts from. An ONNX model is trained as it is: `network` then names no more than the network
 * whose default settings apply.
 * @throws {CimError} when there is none, or its file is one of another network
 */
export async function startNetwork(flags: TrainFlags, classes: number): Promise<Network> {
  const { network: name, seed, width, from } = flags;
  const built = buildTrainable({ network: name, classes, seed, width });
  if (from === undefined) return built;
  const found = await loadNetwork({ network: from, seed }, nodeSources);
  if (isOnnx(from)) return withoutScales(found, from);
  if (describe(found) !== describe(built))
    throw new CimError('input', {
      what: `has ${describe(found)}, not ${describe(built)}`,
      where: from,
      todo: `give the --network and --width that it was trained as`,
    });
  return { ...withoutScales(found, from), name: built.name };
}

function withoutScales(network: Network, from: string): Network {
  if (!network.precision) return network;
  throw new CimError('input', {
    what: 'is quantized already',
    where: from,
    todo: 'start from the network before quantization',
  });
}

const describe = (network: Network): string => {
  const { name, input, classes } = network;
  const { layers } = fuse(network);
  return `${name} with ${countOf(layers.length, 'layer')} for ${shapeText(input)} and ${countOf(classes, 'class', 'classes')}`;
};

/** What must stay the same from a checkpoint on. */
export function settledOptions(
  flags: TrainFlags,
  start: Network,
  trainOptions: TrainOptions,
): Readonly<Record<string, unknown>> {
  const { layers, targetDensity, columns, ...options } = trainOptions;
  return {
    network: start.name,
    dataset: start.dataset,
    images: flags.images ?? 'all',
    ...options,
    targetDensity: targetDensity ?? 'none',
    columns: columns ?? 'exact',
    layers: [...(layers ?? [])],
    'start weights': crc32(writeNetworkFile(start)),
  };
}
