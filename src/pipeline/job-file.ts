// A job as bytes, so that it can be handed to another process or page: a JSON header, then the arrays.

import { z } from 'zod';
import { checkChip } from '../chips/chip-file.ts';
import { readMaskFile, writeMaskFile } from '../compress/mask-file.ts';
import { InputError } from '../core/errors.ts';
import { toImageSet } from '../datasets/image-set.ts';
import { readNetworkFile, writeNetworkFile } from '../network/network-file.ts';
import { groupShapeOf, type Job } from './run-job.ts';

const mapSchema = z.object({
  images: z.int().positive(),
  height: z.int().positive(),
  width: z.int().positive(),
  channels: z.int().positive(),
  bits: z.int().min(1).max(8),
});
const headerSchema = z.object({
  version: z.literal(1),
  weightBits: z.int(),
  activationBits: z.int(),
  prunedGroups: z.number(),
  /** A mask file. */
  groupMasks: z.string().optional(),
  balance: z.enum(['none', 'sorted', 'lpt']).optional(),
  seed: z.number(),
  chip: z.unknown(),
  imageSet: z.object({ name: z.string(), classes: z.int().positive() }),
  images: mapSchema,
  calibration: mapSchema,
  /** Bytes of network, images, labels, calibration. */
  lengths: z.tuple([z.int(), z.int(), z.int(), z.int()]),
});

/** The bytes of a job. */
export function writeJob(job: Job): Uint8Array {
  const { network, chip, images, calibration, groupMasks: masks, ...numbers } = job;
  const parts = [writeNetworkFile(network), images.images.data, images.labels, calibration.data];
  const { data: _, ...imageShape } = images.images;
  const { data: __, ...calibrationShape } = calibration;
  const shape = groupShapeOf(chip, job.weightBits);
  const header = {
    version: 1,
    ...numbers,
    groupMasks: masks && writeMaskFile({ network: network.name, shape, masks }),
    chip,
    imageSet: { name: images.name, classes: images.classes },
    images: imageShape,
    calibration: calibrationShape,
    lengths: parts.map((part) => part.length),
  };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(4 + head.length + parts.reduce((sum, part) => sum + part.length, 0));
  new DataView(bytes.buffer).setUint32(0, head.length, true);
  bytes.set(head, 4);
  let at = 4 + head.length;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
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
  const { lengths, imageSet, images, calibration, chip, groupMasks, ...rest } = parsed.data;
  const { version: _, ...numbers } = rest;
  const total = lengths.reduce((sum, length) => sum + length, 4 + headBytes);
  if (total !== bytes.length)
    throw new InputError({ what: `has ${bytes.length} bytes, not ${total}`, where });
  let at = 4 + headBytes;
  const [network, pixels, labels, calibrationPixels] = lengths.map((length) => {
    at += length;
    return bytes.subarray(at - length, at);
  }) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  return {
    ...numbers,
    chip: checkChip(chip, where),
    network: readNetworkFile(network, where),
    images: toImageSet({ ...imageSet, images: { ...images, data: pixels }, labels }, where),
    calibration: { ...calibration, data: calibrationPixels },
    groupMasks: groupMasks === undefined ? undefined : readMaskFile(groupMasks, where).masks,
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}
