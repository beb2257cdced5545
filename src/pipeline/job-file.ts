// A job as bytes, so that it can be handed to another process or page: a JSON header, then the arrays.

import { z } from 'zod';
import { checkChip } from '../chips/chip-file.ts';
import { readMaskFile, writeMaskFile } from '../compress/mask-file.ts';
import { joinBytes } from '../core/bits.ts';
import { CimError } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, shapeText } from '../core/feature-map.ts';
import { parseJson } from '../core/json.ts';
import { checkSchema } from '../core/schema-fault.ts';
import { formatWhole } from '../core/number-text.ts';
import { countOf } from '../core/words.ts';
import { labelBytes, labelsOf, toImageSet } from '../datasets/image-set.ts';
import { indexCodings } from '../mapping/index-coding.ts';
import { balances } from '../mapping/place-tiles.ts';
import { groupShapeOf } from '../mapping/layer-groups.ts';
import { readStoredImage, writeStoredImage } from '../mapping/stored-image.ts';
import { readNetworkFile, writeNetworkFile } from '../network/io/network-file.ts';
import type { Network } from '../network/network.ts';
import type { Job, TrainedSource } from './run-job.ts';

const mapSchema = z.strictObject({
  images: z.int().positive(),
  height: z.int().positive(),
  width: z.int().positive(),
  channels: z.int().positive(),
  bits: z.literal(8),
});
const length = z.int().nonnegative();
const commonSchema = z.strictObject({
  version: z.literal(1),
  seed: z
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  floatImages: z.int().nonnegative().optional(),
  balance: z.enum(balances).optional(),
  chip: z.unknown(),
  imageSet: z.strictObject({ name: z.string(), classes: z.int().positive() }),
  images: mapSchema,
  /** Images that ADCs are fitted to; left out where all layers have the chip's. */
  adcImages: mapSchema.optional(),
  /**
   * Bytes of network, images, labels, calibration images; a stored network has none of the last. Then those of the images for
   * ADCs, where there are any.
   */
  lengths: z.array(length).min(4).max(5),
});
const headerSchema = z.discriminatedUnion('stored', [
  commonSchema.extend({
    stored: z.literal(false),
    weightBits: z.int().min(2).max(8),
    activationBits: z.int().min(1).max(8),
    prunedGroups: z.number().min(0).max(1),
    /** A mask file. */
    groupMasks: z.string().optional(),
    indexCoding: z.enum(indexCodings).optional(),
    /** Left out where training settled all scales. */
    calibration: mapSchema.optional(),
  }),
  commonSchema.extend({ stored: z.literal(true) }),
]);

/** What errors call it: it has no file. */
const where = 'job';

/** The bytes of a job. */
export function writeJob(job: Job): Uint8Array {
  const { images, chip, seed, balance, floatImages, adcImages } = job;
  const { said, network, calibration } = sourceParts(job);
  const common = [network, images.images.data, labelBytes(images.labels), calibration];
  const parts = adcImages ? [...common, adcImages.data] : common;
  const header = {
    version: 1,
    ...said,
    seed,
    floatImages,
    balance,
    chip,
    imageSet: { name: images.name, classes: images.classes },
    images: shapeOf(images.images),
    adcImages: adcImages && shapeOf(adcImages),
    lengths: parts.map((part) => part.length),
  };
  const head = new TextEncoder().encode(JSON.stringify(header));
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, head.length, true);
  return joinBytes([length, head, ...parts]);
}

/**
 * Inverse of {@link writeJob}.
 * @throws {CimError} (input) when the bytes are not a whole job
 */
export function readJob(bytes: Uint8Array): Job {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headBytes = bytes.length < 4 ? Infinity : view.getUint32(0, true);
  if (headBytes > bytes.length - 4)
    throw new CimError('input', {
      what: `is cut off after ${countOf(bytes.length, 'byte')}`,
      where,
    });
  const header = readHeader(bytes.subarray(4, 4 + headBytes), where);
  const { network, pixels, labels, calibration, adcData } = partsOf(bytes, header, 4 + headBytes);
  const images = {
    ...header.imageSet,
    images: withData(header.images, pixels),
    labels: labelsOf(labels, header.imageSet.classes),
  };
  const common = {
    chip: checkChip(header.chip, where),
    images: toImageSet(images, where),
    seed: header.seed,
    ...(header.floatImages === undefined ? {} : { floatImages: header.floatImages }),
    ...(header.balance ? { balance: header.balance } : {}),
    ...(header.adcImages ? { adcImages: withData(header.adcImages, adcData) } : {}),
  };
  if (header.stored) return { ...common, stored: readStoredImage(network, where) };
  return { ...common, ...trainedSource(header, readNetworkFile(network, where), calibration) };
}

/** What follows the header, from byte `start` on. */
interface Parts {
  readonly network: Uint8Array;
  readonly pixels: Uint8Array;
  readonly labels: Uint8Array;
  readonly calibration: Uint8Array;
  readonly adcData: Uint8Array;
}

function partsOf(bytes: Uint8Array, header: Header, start: number): Parts {
  const total = header.lengths.reduce((sum, length) => sum + length, start);
  if (total !== bytes.length)
    throw new CimError('input', {
      what: `has ${countOf(bytes.length, 'byte')}, not ${formatWhole(total)}`,
      where,
    });
  let at = start;
  const none = new Uint8Array();
  const [network = none, pixels = none, labels = none, calibration = none, adcData = none] =
    header.lengths.map((length) => {
      at += length;
      return bytes.subarray(at - length, at);
    });
  const isCalibrated = !header.stored && header.calibration !== undefined;
  const spare = (isCalibrated ? 0 : calibration.length) + (header.adcImages ? 0 : adcData.length);
  if (spare > 0)
    throw new CimError('input', {
      what: `has ${countOf(spare, 'byte')} that belong to nothing`,
      where,
    });
  return { network, pixels, labels, calibration, adcData };
}

type Header = z.infer<typeof headerSchema>;

function readHeader(bytes: Uint8Array, where: string): Header {
  const json = parseJson(
    bytes,
    (what, cause) => new CimError('input', { what: `its header ${what}`, where, cause }),
  );
  return checkSchema(
    headerSchema,
    json,
    ({ path, what, todo }) =>
      new CimError('input', { what: `its header is not valid: ${path} ${what}`, where, todo }),
  );
}

function trainedSource(
  header: Extract<Header, { stored: false }>,
  network: Network,
  calibration: Uint8Array,
): TrainedSource {
  const { weightBits, activationBits, prunedGroups, groupMasks: text, indexCoding } = header;
  const masks = text === undefined ? undefined : readMaskFile(text, where);
  if (masks && (masks.network !== network.name || prunedGroups !== 0))
    throw new CimError('input', {
      what: `has masks for ${masks.network} beside ${network.name} with ${prunedGroups} of its groups pruned`,
      where,
    });
  return {
    network,
    ...(header.calibration ? { calibration: withData(header.calibration, calibration) } : {}),
    weightBits,
    activationBits,
    prunedGroups,
    ...(masks ? { groupMasks: masks.masks } : {}),
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
      network: writeStoredImage(job.stored, (bits) => groupShapeOf(job.chip, bits)),
      calibration: new Uint8Array(),
    };
  const { network, chip, calibration, groupMasks: masks } = job;
  const { weightBits, activationBits, prunedGroups, indexCoding } = job;
  const shape = groupShapeOf(chip, weightBits);
  const groupMasks = masks && writeMaskFile({ network: network.name, shape, masks });
  const compression = { weightBits, activationBits, prunedGroups, groupMasks, indexCoding };
  return {
    said: { stored: false, ...compression, calibration: calibration && shapeOf(calibration) },
    network: writeNetworkFile(network),
    calibration: calibration?.data ?? new Uint8Array(),
  };
}

function withData(shape: z.infer<typeof mapSchema>, data: Uint8Array): FeatureMap {
  const wanted = shape.images * activationsPerImage(shape);
  if (data.length !== wanted)
    throw new CimError('input', {
      what: `${countOf(data.length, 'pixel')} are not ${countOf(shape.images, 'image')} of ${shapeText(shape)}`,
      where,
    });
  return { ...shape, data };
}

const shapeOf = ({
  images,
  height,
  width,
  channels,
  bits,
}: FeatureMap): Omit<FeatureMap, 'data'> => ({ images, height, width, channels, bits });
