// A job as bytes, so that it can be handed to another process or page: a JSON header, then the arrays.

import { z } from 'zod';
import { checkChip } from '../chips/chip-file.ts';
import { readMaskFile, writeMaskFile } from '../compress/mask-file.ts';
import { joinBytes } from '../core/bits.ts';
import { InputError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, shapeText } from '../core/feature-map.ts';
import { toImageSet } from '../datasets/image-set.ts';
import { indexCodings } from '../mapping/index-coding.ts';
import { balances } from '../mapping/place-tiles.ts';
import { readStoredImage, writeStoredImage } from '../mapping/stored-image.ts';
import { readNetworkFile, writeNetworkFile } from '../network/network-file.ts';
import { groupShapeOf, type Job } from './run-job.ts';

const mapSchema = z.object({
  images: z.int().positive(),
  height: z.int().positive(),
  width: z.int().positive(),
  channels: z.int().positive(),
  bits: z.int().min(1).max(8),
});
const length = z.int().nonnegative();
const commonSchema = z.object({
  version: z.literal(1),
  seed: z.number(),
  floatImages: z.int().nonnegative().optional(),
  balance: z.enum(balances).optional(),
  chip: z.unknown(),
  imageSet: z.object({ name: z.string(), classes: z.int().positive() }),
  images: mapSchema,
  /** Bytes of network, images, labels, calibration images; a stored network has none of the last. */
  lengths: z.tuple([length, length, length, length]),
});
const headerSchema = z.discriminatedUnion('stored', [
  commonSchema.extend({
    stored: z.literal(false),
    weightBits: z.int(),
    activationBits: z.int(),
    prunedGroups: z.number(),
    /** A mask file. */
    groupMasks: z.string().optional(),
    indexCoding: z.enum(indexCodings).optional(),
    calibration: mapSchema,
  }),
  commonSchema.extend({ stored: z.literal(true) }),
]);

/** The bytes of a job. */
export function writeJob(job: Job): Uint8Array {
  const { images, chip, seed, balance, floatImages } = job;
  const { said, network, calibration } = sourceParts(job);
  const parts = [network, images.images.data, images.labels, calibration];
  const header = {
    version: 1,
    ...said,
    seed,
    floatImages,
    balance,
    chip,
    imageSet: { name: images.name, classes: images.classes },
    images: shapeOf(images.images),
    lengths: parts.map((part) => part.length),
  };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length, true);
  return joinBytes([length, head, ...parts]);
}

/**
 * Inverse of {@link writeJob}.
 * @throws {InputError} when the bytes are not a whole job
 */
export function readJob(bytes: Uint8Array): Job {
  const where = 'job';
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headBytes = bytes.length < 4 ? bytes.length : view.getUint32(0, true);
  const parsed = headerSchema.safeParse(parse(bytes.subarray(4, 4 + headBytes)));
  if (!parsed.success) throw new InputError({ what: 'its header is not valid', where });
  const header = parsed.data;
  const total = header.lengths.reduce((sum, length) => sum + length, 4 + headBytes);
  if (total !== bytes.length)
    throw new InputError({ what: `has ${bytes.length} bytes, not ${total}`, where });
  let at = 4 + headBytes;
  const [network, pixels, labels, calibration] = header.lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const images = { ...header.imageSet, images: withData(header.images, pixels), labels };
  const common = {
    chip: checkChip(header.chip, where),
    images: toImageSet(images, where),
    seed: header.seed,
    ...(header.floatImages === undefined ? {} : { floatImages: header.floatImages }),
    ...(header.balance ? { balance: header.balance } : {}),
  };
  if (header.stored) return { ...common, stored: readStoredImage(network, where) };
  const { weightBits, activationBits, prunedGroups, groupMasks, indexCoding } = header;
  return {
    ...common,
    network: readNetworkFile(network, where),
    calibration: withData(header.calibration, calibration),
    weightBits,
    activationBits,
    prunedGroups,
    ...(groupMasks === undefined ? {} : { groupMasks: readMaskFile(groupMasks, where).masks }),
    ...(indexCoding ? { indexCoding } : {}),
  };
}

interface SourceParts {
  /** What the header says. */
  readonly said: object;
  readonly network: Uint8Array;
  readonly calibration: Uint8Array;
}

function sourceParts(job: Job): SourceParts {
  if ('stored' in job)
    return {
      said: { stored: true },
      network: writeStoredImage(job.stored),
      calibration: new Uint8Array(),
    };
  const { network, chip, calibration, groupMasks: masks } = job;
  const { weightBits, activationBits, prunedGroups, indexCoding } = job;
  const shape = groupShapeOf(chip, weightBits);
  const groupMasks = masks && writeMaskFile({ network: network.name, shape, masks });
  const compression = { weightBits, activationBits, prunedGroups, groupMasks, indexCoding };
  return {
    said: { stored: false, ...compression, calibration: shapeOf(calibration) },
    network: writeNetworkFile(network),
    calibration: calibration.data,
  };
}

function withData(shape: z.infer<typeof mapSchema>, data: Uint8Array): FeatureMap {
  const wanted = shape.images * activationsPerImage(shape);
  if (data.length !== wanted)
    throw new InputError({
      what: `${data.length} pixels are not ${shape.images} images of ${shapeText(shape)}`,
      where: 'job',
    });
  return { ...shape, data };
}

const shapeOf = ({
  images,
  height,
  width,
  channels,
  bits,
}: FeatureMap): z.infer<typeof mapSchema> => ({
  images,
  height,
  width,
  channels,
  bits,
});

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
