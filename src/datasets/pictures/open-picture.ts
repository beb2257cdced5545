// From the bytes of a picture file to pixels, with what a network reads: grey, or red, green and blue.

import { CimError } from '../../core/errors.ts';
import type { Shape } from '../../core/feature-map.ts';
import { decoderOf, type Decoded } from './codecs.ts';
import { pictureHeader } from './picture-header.ts';

/** 8-bit pixels of one image, order (y, x, channel). */
export interface Pixels extends Shape {
  readonly data: Uint8Array;
}

/**
 * Opens a JPEG, PNG or WebP file; its first bytes say which. Its opacity is left out, as torchvision leaves it out: colours behind
 * transparent pixels show. Of 16 bits the upper 8 are taken.
 * @param channels 1: grey, `(19595 red + 38470 green + 7471 blue + 32768) / 65536`, rounded down, as Pillow computes it; 3: red,
 * green, blue, three times the grey of a grey picture
 * @param where name of the file, for errors
 * @throws {CimError} (input) when it is none of these, is damaged, or has more than 50 million pixels
 */
export async function openPicture(
  bytes: Uint8Array,
  channels: 1 | 3,
  where: string,
): Promise<Pixels> {
  const { kind } = pictureHeader(bytes, where);
  const decoder = await decoderOf(kind);
  let decoded: Decoded;
  try {
    decoded = await decoder(bytes);
  } catch (cause) {
    throw new CimError('input', {
      what: `is a damaged ${kind === 'jpg' ? 'JPEG' : kind === 'png' ? 'PNG' : 'WebP'} picture (${reasonOf(cause)})`,
      where,
      todo: 'take it out, or get it again',
      cause,
    });
  }
  return { height: decoded.height, width: decoded.width, channels, data: pick(decoded, channels) };
}

/** What a decoder says, where it says anything that helps. */
const reasonOf = (cause: unknown): string =>
  cause instanceof Error && !/unwrap_throw|Decoding error/.test(cause.message)
    ? cause.message
    : 'it cannot be decoded';

function pick({ data, width, height }: Decoded, channels: 1 | 3): Uint8Array {
  const pixels = new Uint8Array(width * height * channels);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += channels) {
    const red = data[from] as number;
    const green = data[from + 1] as number;
    const blue = data[from + 2] as number;
    pixels[to] = channels === 1 ? greyOf(red, green, blue) : red;
    if (channels === 1) continue;
    pixels[to + 1] = green;
    pixels[to + 2] = blue;
  }
  return pixels;
}

/** Brightness by ITU-R BT.601, in integers. */
const greyOf = (red: number, green: number, blue: number): number =>
  (19595 * red + 38470 * green + 7471 * blue + 32768) >> 16;

/** The same pixels with so many channels, by the rules of {@link openPicture}. */
export function withChannels({ height, width, channels, data }: Pixels, wanted: number): Pixels {
  if (wanted === 3 && channels === 1) {
    const colours = new Uint8Array(3 * data.length);
    for (let i = 0; i < colours.length; i++) colours[i] = data[Math.floor(i / 3)] as number;
    return { height, width, channels: wanted, data: colours };
  }
  const grey = Uint8Array.from({ length: height * width }, (_, i) =>
    greyOf(data[3 * i] as number, data[3 * i + 1] as number, data[3 * i + 2] as number),
  );
  return { height, width, channels: wanted, data: grey };
}
