// A training under way as a file: a network file whose arrays are those of the moment, with the velocities, the kept
// groups and the learned scales, and where it stands. Random numbers need no state, they are counted.

import { z } from 'zod';
import { InputError } from '../core/errors.ts';
import type { Network } from '../network/network.ts';
import { networkOfTensors, networkTensors } from '../network/network-file.ts';
import { readTensorFile, type Tensor, writeTensorFile } from '../network/safetensors.ts';
import type { ScalesByLayer } from './scale-learner.ts';
import type { EpochRecord } from './train-options.ts';

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
  readonly network: Network;
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

const metadataKey = 'mars-cim-training';
const formatVersion = 1;

const numberSchema = z.object({ value: z.number().positive(), velocity: z.number() });
const count = z.int().nonnegative();
const schema = z.object({
  version: z.literal(formatVersion),
  position: z.object({
    epoch: count,
    step: count,
    lossSum: z.number(),
    right: count,
    seconds: z.number().nonnegative(),
  }),
  epochs: z.array(
    z.object({
      epoch: count,
      stage: z.enum(['dense', 'lasso', 'tune', 'quantize']),
      loss: z.number(),
      accuracy: z.number(),
      density: z.number(),
      learningRate: z.number(),
      imagesPerSecond: z.number(),
      seconds: z.number(),
      testAccuracy: z.number().optional(),
    }),
  ),
  scales: z
    .record(z.string(), z.object({ weight: numberSchema, output: numberSchema.optional() }))
    .optional(),
  settings: z.record(z.string(), z.unknown()),
});

const velocitySuffix = '.velocity';
const keptSuffix = '.kept';

/** The file of a checkpoint. {@link readCheckpoint} gives back an equal one. */
export function writeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const { network, velocities, kept, scales, position, epochs, settings } = checkpoint;
  const file = networkTensors(network);
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
  const metadata = { ...file.metadata, [metadataKey]: JSON.stringify(description) };
  return writeTensorFile({ metadata, tensors });
}

/**
 * Reads a checkpoint.
 * @param where name of the file, for errors
 * @throws {InputError} when the file is damaged or is no checkpoint
 */
export function readCheckpoint(bytes: Uint8Array, where: string): Checkpoint {
  const file = readTensorFile(bytes, where);
  const text = file.metadata[metadataKey];
  const parsed = schema.safeParse(text === undefined ? undefined : parseJson(text));
  if (!parsed.success)
    throw new InputError({
      what: text === undefined ? 'is no checkpoint of a training' : 'its description is not valid',
      where,
      todo: 'start again without --resume',
    });
  const network = networkOfTensors(file, where);
  const { version: _, scales, ...rest } = parsed.data;
  return {
    ...rest,
    network,
    velocities: endingWith(file.tensors, velocitySuffix),
    kept: endingWith(file.tensors, keptSuffix),
    ...(scales ? { scales: new Map(Object.entries(scales)) } : {}),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function endingWith(
  tensors: ReadonlyMap<string, Tensor>,
  suffix: string,
): ReadonlyMap<string, Float32Array> {
  return new Map(
    [...tensors].flatMap(([name, { data }]) =>
      name.endsWith(suffix) ? [[name.slice(0, -suffix.length), data] as const] : [],
    ),
  );
}

/**
 * Checks that a training goes on with what it was begun with.
 * @throws {InputError} naming the first setting that differs
 */
export function checkSettings(
  { settings }: Checkpoint,
  wanted: Readonly<Record<string, unknown>>,
  where: string,
): void {
  for (const [name, value] of Object.entries(wanted)) {
    const [before, now] = [settings[name], value].map((one) => JSON.stringify(one));
    if (before !== now)
      throw new InputError({
        what: `was begun with ${name} ${before}, not ${now}`,
        where,
        todo: 'go on with the same settings, or start again without --resume',
      });
  }
}
