// What the first bytes of a picture say, before anything is decoded.

import { imageSize } from 'image-size';
import { CimError } from '../../core/errors.ts';
import { type Size, sizeText } from '../../core/feature-map.ts';
import { kindInstead } from '../../core/file-kind.ts';

/** Kinds of pictures that are decoded. */
export const pictureKinds = ['jpg', 'png', 'webp'] as const;
/** One of {@link pictureKinds}. */
export type PictureKind = (typeof pictureKinds)[number];

/** Larger pictures are refused before they are decoded: their pixels would take 200 MB and more. */
const mostPixels = 50e6;

/** What the first bytes of a picture say. */
interface PictureHeader extends Size {
  readonly kind: PictureKind;
}

/**
 * Kind and size of a picture.
 * @throws {CimError} (input) when it is no JPEG, PNG or WebP picture, or has more than 50 million pixels
 */
export function pictureHeader(bytes: Uint8Array, where: string): PictureHeader {
  const header = headerOf(bytes, where);
  const { height, width } = header;
  if (width * height <= mostPixels) return header;
  throw new CimError('input', {
    what: `is ${sizeText(header)}: ${Math.round((width * height) / 1e6)} million pixels, and ${mostPixels / 1e6} million are the most that is decoded`,
    where,
    todo: 'make it smaller first',
  });
}

function headerOf(bytes: Uint8Array, where: string): PictureHeader {
  try {
    const { type, width, height } = imageSize(bytes);
    const kind = pictureKinds.find((one) => one === type);
    if (kind) return { kind, width, height };
  } catch {
    // Whatever it did not understand is no picture that is read here.
  }
  throw new CimError('input', {
    what: bytes.length === 0 ? 'is empty' : `is no JPEG, PNG or WebP picture${kindInstead(bytes)}`,
    where,
    todo: 'save it as one of these',
  });
}
