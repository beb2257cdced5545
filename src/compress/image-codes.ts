// The codes that an image is stored in: pixels in fewer bits, or what training settled, by a table that is applied before the chip.

import type { FeatureMap } from '../core/feature-map.ts';
import { quantizePixels } from '../core/pixels.ts';
import type { FusedNetwork } from '../network/fused-network.ts';
import { codeOf, type QuantizeAttributes } from '../network/ops/quantize.ts';
import { type ActivationScale, scaleOfCodes } from './activation-table.ts';
import type { CompressedNetwork } from './compressed-network.ts';
import { imageScale } from './scales.ts';

/** Codes of 8-bit `images`: nearest in the bits of the image, or what the network's table says. */
export function imageCodes(
  { activationBits, imageTable }: Pick<CompressedNetwork, 'activationBits' | 'imageTable'>,
  { data, channels }: Pick<FeatureMap, 'data' | 'channels'>,
): Uint8Array {
  if (!imageTable) return quantizePixels(data, activationBits);
  return data.map((pixel, i) => imageTable[256 * (i % channels) + pixel] as number);
}

/** How an image is stored in `bits`, and the table of its codes where there is one. */
export function imageOf(
  { imageCodes: codes }: Pick<FusedNetwork, 'imageCodes'>,
  bits: number,
): { readonly image: ActivationScale; readonly imageTable?: Uint8Array } {
  if (!codes) return { image: { scale: imageScale(bits), bits, signed: false, zero: 0 } };
  const { factor, shift } = codes;
  const own = scaleOfCodes(codes).bits <= bits ? codes : inBits(codes, bits);
  const { low } = own;
  const code = codeOf(own);
  const imageTable = new Uint8Array(256 * factor.length);
  imageTable.forEach((_, i) => {
    const [c, pixel] = [i >> 8, Math.fround((i & 255) / 255)];
    const value = Math.fround(pixel * (factor[c] as number) + (shift[c] as number));
    imageTable[i] = code(value) - low;
  });
  return { image: { ...scaleOfCodes(own), bits }, imageTable };
}

/** Codes for the same values in fewer bits than training settled. */
function inBits({ scale, zero, low, high }: QuantizeAttributes, bits: number): QuantizeAttributes {
  const share = (2 ** bits - 1) / (high - low);
  return {
    scale: scale / share,
    zero: Math.round((zero - low) * share),
    low: 0,
    high: 2 ** bits - 1,
  };
}
