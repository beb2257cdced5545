// Scales and crops pictures with the numbers of torchvision, which are Pillow's: its bilinear filter as wide as a pixel of the
// result, in integers, first along rows, then along columns. No library that runs in browsers and in Node gives the same bytes.
// https://github.com/python-pillow/Pillow/blob/main/src/libImaging/Resample.c

import { CimError } from '../../core/errors.ts';
import { type Size, sizeText } from '../../core/feature-map.ts';
import type { Pixels } from './open-picture.ts';

/** Pillow's weights are whole numbers of this many bits behind the point. */
const precision = 22;

/** The pixels that one pixel of the result is made of, and their weights. */
interface Taps {
  readonly first: number;
  readonly weights: Int32Array;
}

/** What a line of `from` pixels gives for a line of `to`. */
function tapsOf(from: number, to: number): readonly Taps[] {
  const scale = from / to;
  const support = Math.max(scale, 1);
  return Array.from({ length: to }, (_, x) => {
    const center = (x + 0.5) * scale;
    const first = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(from, Math.trunc(center + support + 0.5));
    const weights = Float64Array.from({ length: end - first }, (_, i) =>
      Math.max(0, 1 - Math.abs((i + first - center + 0.5) * (1 / support))),
    );
    const sum = weights.reduce((total, weight) => total + weight, 0);
    return {
      first,
      weights: Int32Array.from(weights, (weight) =>
        Math.trunc(0.5 + (sum === 0 ? weight : weight / sum) * 2 ** precision),
      ),
    };
  });
}

/** Scales along rows; along columns where `isDown`. */
function resample(picture: Pixels, to: number, isDown: boolean): Pixels {
  const { height, width, channels, data } = picture;
  const size = isDown ? { height: to, width } : { height, width: to };
  const result = new Uint8Array(size.height * size.width * channels);
  const step = isDown ? width * channels : channels;
  const lines = tapsOf(isDown ? height : width, to);
  let at = 0;
  for (let y = 0; y < size.height; y++)
    for (let x = 0; x < size.width; x++) {
      const { first, weights } = lines[isDown ? y : x] as Taps;
      const start = (isDown ? x : y * width) * channels + first * step;
      for (let c = 0; c < channels; c++) {
        let sum = 2 ** (precision - 1);
        for (let i = 0; i < weights.length; i++)
          sum += (data[start + i * step + c] as number) * (weights[i] as number);
        result[at++] = Math.min(255, sum >> precision);
      }
    }
  return { ...size, channels, data: result };
}

/** A picture scaled to a size, as `PIL.Image.resize(…, BILINEAR)`. */
export function resize(picture: Pixels, { height, width }: Size): Pixels {
  const wide = picture.width === width ? picture : resample(picture, width, false);
  return wide.height === height ? wide : resample(wide, height, true);
}

/** A picture whose shorter side has `side` pixels, as torchvision's `Resize(side)`. */
export function resizeShorter(picture: Pixels, side: number): Pixels {
  const { height, width } = picture;
  const longer = Math.trunc((side * Math.max(height, width)) / Math.min(height, width));
  return resize(
    picture,
    width <= height ? { height: longer, width: side } : { height: side, width: longer },
  );
}

/** The middle of a picture that is at least as large, as torchvision's `CenterCrop`. */
export function centerCrop(picture: Pixels, { height, width }: Size): Pixels {
  const top = roundHalfEven((picture.height - height) / 2);
  const left = roundHalfEven((picture.width - width) / 2);
  const { channels } = picture;
  const data = new Uint8Array(height * width * channels);
  for (let y = 0; y < height; y++) {
    const from = ((top + y) * picture.width + left) * channels;
    data.set(picture.data.subarray(from, from + width * channels), y * width * channels);
  }
  return { height, width, channels, data };
}

/** As Python rounds: halves to even numbers. */
const roundHalfEven = (value: number): number =>
  value % 1 === 0.5 ? 2 * Math.round(value / 2) : Math.round(value);

/**
 * A picture as a network reads it: scaled so that its shorter side has `side` pixels, then its middle. One that has the size already
 * keeps its pixels where no side is given.
 * @throws {CimError} (input) when it has another size and no side is given
 * @throws {CimError} (usage) when the side is less than what is cut out
 */
export function fitPicture(
  picture: Pixels,
  size: Size,
  side: number | undefined,
  where: string,
): Pixels {
  const wanted = Math.min(size.height, size.width);
  if (side === undefined) {
    if (sizeText(picture) === sizeText(size)) return picture;
    throw new CimError('input', {
      what: `${where} is ${sizeText(picture)}, the network reads ${sizeText(size)}, and nothing says how to make the one of the other`,
      where: 'resize',
      todo: `give resize (--resize ${commonSide(wanted)}): the shorter side is scaled to it, then the middle is taken`,
    });
  }
  const scaled = resizeShorter(picture, side);
  if (scaled.height >= size.height && scaled.width >= size.width) return centerCrop(scaled, size);
  throw new CimError('usage', {
    what: `${side} makes ${where} ${sizeText(scaled)}, less than the ${sizeText(size)} that the network reads`,
    where: 'resize',
    todo: `give ${wanted} or more`,
  });
}

/** What networks of ImageNet are measured with; for small images, their own size. */
const commonSide = (side: number): number => (side < 128 ? side : Math.round((side * 8) / 7));
