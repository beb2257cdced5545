// A training under way as a file: a network file whose arrays are those of the moment, with the velocities, the kept
// groups and the learned scales, and where it stands. Random numbers need no state, they are counted.

import { countOf } from '../../core/words.ts';
import { z } from 'zod';
import { CimError } from '../../core/errors.ts';
import { parseJson } from '../../core/json.ts';
import { checkSchema } from '../../core/schema-fault.ts';
import { type FusedNetwork, hasWeights } from '../../network/fused-network.ts';
import { networkOfTensors, networkTensors, trainingKey } from '../../network/io/network-file.ts';
import {
  readTensorFile,
  type Tensor,
  type TensorFile,
  writeTensorFile,
} from '../../network/io/safetensors.ts';
import { epochSchema } from '../../network/epoch-schema.ts';
import { type EpochRecord } from '../../network/epoch-record.ts';
import { parametersOf } from '../graphs/parameters.ts';
import type { ScalesByLayer } from '../scales/scale-learner.ts';
import { fuse } from '../../network/passes/fuse.ts';
import { spellOut } from '../../network/passes/spell-out.ts';

/** Where a training stands within its epochs. */
export interface Position {
  /** Epochs done. */
  readonly epoch: number;
  /** Steps done of the epoch after them, and their sums. */
  readonly step: number;
  readonly lossSum: number;
  readonly right: number;
  /** Seconds that these steps took. */
  readonly seconds: number;
}

/** Everything that a training needs to go on as if nothing had happened. */
export interface Checkpoint {
  /** The network with the arrays of the moment; its batch norms are fused once quantization has begun. */
  readonly network: FusedNetwork;
  readonly velocities: ReadonlyMap<string, Float32Array>;
  /** 1 for each group that may have weights; by layer name. */
  readonly kept: ReadonlyMap<string, Float32Array>;
  /** Set once quantization has begun. */
  readonly scales?: ScalesByLayer | undefined;
  readonly position: Position;
  /** The epochs that are done. */
  readonly epochs: readonly EpochRecord[];
  /** What the training was asked for: a training goes on only with the same settings. */
  readonly settings: Readonly<Record<string, unknown>>;
}

const formatVersion = 1;

const numberSchema = z.strictObject({ value: z.number().positive(), velocity: z.number() });
const count = z.int().nonnegative();
const schema = z.strictObject({
  version: z.literal(formatVersion),
  position: z.strictObject({
    epoch: count,
    step: count,
    lossSum: z.number(),
    right: count,
    seconds: z.number().nonnegative(),
  }),
  epochs: z.array(epochSchema),
  scales: z
    .record(z.string(), z.strictObject({ weight: numberSchema, output: numberSchema.optional() }))
    .optional(),
  settings: z.record(z.string(), z.unknown()),
});

const velocitySuffix = '.velocity';
const keptSuffix = '.kept';

/** The file of a checkpoint. {@link readCheckpoint} gives back an equal one. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { network, velocities, kept, scales, position, epochs, settings } = checkpoint;
  const file = networkTensors(spellOut(network));
  const tensors = new Map<string, Tensor>(file.tensors);
  const addAll = (arrays: ReadonlyMap<string, Float32Array>, suffix: string): void => {
    for (const [name, data] of arrays) tensors.set(name + suffix, { shape: [data.length], data });
  };
  addAll(velocities, velocitySuffix);
  addAll(kept, keptSuffix);
  const description: z.infer<typeof schema> = {
    version: formatVersion,
    position,
    epochs: [...epochs],
    ...(scales ? { scales: Object.fromEntries(scales) } : {}),
    settings: { ...settings },
  };
  const metadata = { ...file.metadata, [trainingKey]: JSON.stringify(description) };
  return writeTensorFile({ metadata, tensors });
}

/**
 * Reads a checkpoint.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when the file is damaged, is no checkpoint, or has parts that do not fit its network
 */
export function readCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const file = readTensorFile(bytes, where);
  const { version: _, scales, ...rest } = readDescription(file.metadata[trainingKey], where);
  const network = fuse(networkOfTensors(file, where));
  const checkpoint = {
    ...rest,
    network,
    velocities: endingWith(file.tensors, velocitySuffix, where),
    kept: endingWith(file.tensors, keptSuffix, where),
    ...(scales ? { scales: new Map(Object.entries(scales)) } : {}),
  };
  checkParts(checkpoint, file, where);
  return checkpoint;
}

const todo = 'start again without --resume';

function readDescription(text: string | undefined, where: string): z.infer<typeof schema> {
  if (text === undefined)
    throw new CimError('input', { what: 'is no checkpoint of a training', where, todo });
  const fail = (what: string, cause?: unknown): CimError =>
    new CimError('input', { what: `its description ${what}`, where, todo, cause });
  return checkSchema(schema, parseJson(text, fail), ({ path, what }) =>
    fail(`is not valid: ${path} ${what}`),
  );
}

/** Checks what no field can tell alone: the arrays are those of the network, the epochs those that are done. */
function checkParts(checkpoint: Checkpoint, file: TensorFile, where: string): void {
  const { network, velocities, kept, scales, position, epochs } = checkpoint;
  const check = (holds: boolean, what: string): void => {
    if (!holds) throw new CimError('input', { what, where, todo });
  };
  const arrays = new Map(parametersOf(network).map(({ name, data }) => [name, data]));
  for (const [name, velocity] of velocities) {
    check(arrays.get(name)?.length === velocity.length, `the velocity of ${name} does not fit it`);
    check(
      velocity.every(Number.isFinite),
      `the velocity of ${name} has a value that is not finite`,
    );
  }
  const layers = new Set(network.layers.filter(hasWeights).map(({ name }) => name));
  for (const [name, groups] of kept)
    check(
      layers.has(name) && groups.every((one) => one === 0 || one === 1),
      `the kept groups of ${name} are not 0 and 1 for a layer with weights`,
    );
  if (scales)
    check(
      scales.size === layers.size && [...scales.keys()].every((name) => layers.has(name)),
      `has scales of ${[...scales.keys()].join(', ')}, not of ${[...layers].join(', ')}`,
    );
  const known = networkTensors(spellOut(network)).tensors;
  for (const name of file.tensors.keys())
    check(
      known.has(name) || name.endsWith(velocitySuffix) || name.endsWith(keptSuffix),
      `tensor ${name} belongs to no layer`,
    );
  check(
    epochs.length === position.epoch && epochs.every(({ epoch }, i) => epoch === i + 1),
    `has records of ${countOf(epochs.length, 'epoch')} and stands after epoch ${position.epoch}`,
  );
}

function endingWith(
  tensors: ReadonlyMap<string, Tensor>,
  suffix: string,
  where: string,
): ReadonlyMap<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const [name, { data }] of tensors) {
    if (!name.endsWith(suffix)) continue;
    if (!(data instanceof Float32Array))
      throw new CimError('input', { what: `tensor ${name} is not F32`, where, todo });
    found.set(name.slice(0, -suffix.length), data);
  }
  return found;
}

/**
 * Checks that a training goes on with what it was begun with.
 * @throws {CimError} (input) naming the first setting that differs
 */
export function checkSettings(
  { settings }: Checkpoint,
  wanted: Readonly<Record<string, unknown>>,
  where: string,
): void {
  for (const [name, value] of Object.entries(wanted)) {
    const [before, now] = [settings[name], value].map((one) => JSON.stringify(one));
    if (before !== now)
      throw new CimError('input', {
        what: `was begun with ${name} ${before}, not ${now}`,
        where,
        todo: 'go on with the same settings, or start again without --resume',
      });
  }
}
