// Labelled images as every reader of this folder gives them.

import { CimError } from '../core/errors.ts';
import {
  activationsPerImage,
  type FeatureMap,
  imageSlice,
  lengthFault,
} from '../core/feature-map.ts';

import { formatWhole } from '../core/number-text.ts';
import { countOf } from '../core/words.ts';

/** Classes of images, in 8 bits, or in 16 where there are more than 256 classes. */
export type Labels = Uint8Array | Uint16Array;

/** The bytes of labels, those of 16 bits with the lower half first. */
export function labelBytes(labels: Labels): Uint8Array {
  if (labels instanceof Uint8Array) return labels;
  const bytes = new Uint8Array(2 * labels.length);
  const view = new DataView(bytes.buffer);
  for (const [i, label] of labels.entries()) view.setUint16(2 * i, label, true);
  return bytes;
}

/** Inverse of {@link labelBytes}, for labels of `classes` classes; a last byte alone is left out. */
export function labelsOf(bytes: Uint8Array, classes: number): Labels {
  if (classes <= 256) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint16Array.from({ length: Math.floor(bytes.length / 2) }, (_, i) =>
    view.getUint16(2 * i, true),
  );
}

/** Images with their labels. */
export interface ImageSet {
  /** Name of the data set and part: `mnist test`. */
  readonly name: string;
  /** Number of classes. Labels are 0 ... classes-1. */
  readonly classes: number;
  /** 8-bit pixels, order (image, y, x, channel). */
  readonly images: FeatureMap;
  /** One per image. */
  readonly labels: Labels;
}

/**
 * Puts images and labels together.
 * @throws {CimError} (input) when their counts differ or a label is not a class
 */
export function toImageSet(set: ImageSet, where: string): ImageSet {
  checkPixels(set.images, where);
  if (set.labels.length !== set.images.images)
    throw new CimError('input', {
      what: `${countOf(set.images.images, 'image')} but ${countOf(set.labels.length, 'label')}`,
      where,
      todo: 'use the label file that belongs to the images',
    });
  const bad = set.labels.findIndex((label) => label >= set.classes);
  if (bad >= 0)
    throw new CimError('input', {
      what: `label ${set.labels[bad]} of image ${bad} is not below ${set.classes}`,
      where,
    });
  return set;
}

/**
 * Checks that a feature map has as many values as its shape says.
 * @throws {CimError} (input) when it has not
 */
function checkPixels(map: FeatureMap, where: string): void {
  const what = lengthFault(map);
  if (what !== undefined) throw new CimError('input', { what, where });
}

/**
 * The first `count` images; all of them when count is undefined.
 * @throws {CimError} (input) when the set has fewer
 */
export function firstImages(set: ImageSet, count: number | undefined): ImageSet {
  if (count === undefined) return set;
  if (count > set.images.images)
    throw new CimError('input', {
      what: `${countOf(count, 'image')} asked for, it has ${formatWhole(set.images.images)}`,
      where: set.name,
    });
  return {
    ...set,
    images: imageSlice(set.images, 0, count),
    labels: set.labels.subarray(0, count),
  };
}

/** Every n-th image, so that `count` of them are spread over the whole set. */
export function spreadImages(set: ImageSet, count: number): FeatureMap {
  const { images } = set;
  const size = activationsPerImage(images);
  const taken = Math.min(count, images.images);
  const data = new Uint8Array(taken * size);
  for (let i = 0; i < taken; i++) {
    const from = Math.floor((i * images.images) / taken);
    data.set(images.data.subarray(from * size, (from + 1) * size), i * size);
  }
  return { ...images, images: taken, data };
}
