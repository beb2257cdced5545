// CIFAR's binary files: per image one or two label bytes, then 1024 bytes each of red, green and blue.
// https://www.cs.toronto.edu/~kriz/cifar.html ("Binary version")

import { countOf } from '../core/words.ts';
import { CimError } from '../core/errors.ts';
import { kindInstead } from '../core/file-kind.ts';
import { type ImageSet, toImageSet } from './image-set.ts';

const side = 32;
const plane = side * side;

/** Superclasses of CIFAR-100. */
const coarseClasses = 20;

/** Which CIFAR a file belongs to. CIFAR-100 has a coarse label before the fine one, which is the class. */
export type CifarKind = 'cifar10' | 'cifar100';

/** Names of CIFAR-10's classes, by number. */
export const cifar10Classes: readonly string[] = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
];

/** Bytes of one image and its labels. */
export const cifarRecord = (kind: CifarKind): number => (kind === 'cifar10' ? 1 : 2) + 3 * plane;

/**
 * Reads a CIFAR binary file.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when its length is not a whole number of images, or a label is out of range
 */
export function readCifar(bytes: Uint8Array, kind: CifarKind, where: string): ImageSet {
  const labelBytes = kind === 'cifar10' ? 1 : 2;
  const record = cifarRecord(kind);
  const images = bytes.length / record;
  if (images === 0 || !Number.isInteger(images))
    throw new CimError('input', {
      what: `${countOf(bytes.length, 'byte')} are not a whole number of ${record}-byte images${kindInstead(bytes)}`,
      where,
      todo: 'use the binary version of the data set, unpacked',
    });
  const labels = new Uint8Array(images);
  const data = new Uint8Array(images * 3 * plane);
  for (let image = 0; image < images; image++) {
    const start = image * record + labelBytes;
    const coarse = kind === 'cifar100' ? (bytes[image * record] as number) : 0;
    if (coarse >= coarseClasses)
      throw new CimError('input', {
        what: `coarse label ${coarse} of image ${image} is not below ${coarseClasses}`,
        where,
      });
    labels[image] = bytes[start - 1] as number;
    for (let pixel = 0; pixel < plane; pixel++)
      for (let c = 0; c < 3; c++)
        data[(image * plane + pixel) * 3 + c] = bytes[start + c * plane + pixel] as number;
  }
  const classes = kind === 'cifar10' ? 10 : 100;
  const map = { images, height: side, width: side, channels: 3, bits: 8, data };
  return toImageSet({ name: kind, classes, images: map, labels }, where);
}
