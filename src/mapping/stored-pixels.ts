// What the header of a stored image says of pixels: the table of their codes, and the border around them.

import { z } from 'zod';
import type { CompressedNetwork } from '../compress/compressed-network.ts';
import { CimError } from '../core/errors.ts';
import { shapeText } from '../core/feature-map.ts';
import { type ImageBorder, imageShape } from '../core/image-border.ts';

const pad = z.int().nonnegative().max(65536);
/** A border as it is written. */
export const borderSchema: z.ZodType<ImageBorder> = z.strictObject({
  pads: z.tuple([pad, pad, pad, pad]),
  pixels: z.array(z.int().min(0).max(255)),
});

/**
 * The table of an image's codes: 256 for each channel, in the bits of the image.
 * @throws {CimError} (input) when it is another
 */
export function checkedTable(
  table: readonly number[],
  { input, activationBits }: Pick<CompressedNetwork, 'input' | 'activationBits'>,
  where: string,
): Uint8Array {
  const isFit = table.length === 256 * input.channels;
  if (isFit && table.every((code) => code < 2 ** activationBits)) return Uint8Array.from(table);
  throw new CimError('input', {
    what: isFit
      ? `its imageTable has codes of more than ${activationBits} bits`
      : `its imageTable has ${table.length} codes, and ${input.channels} channels have 256 each`,
    where,
  });
}

/**
 * Checks that a border leaves an image, and has a pixel for each channel.
 * @throws {CimError} (input) when it does not
 */
export function checkBorder(
  network: Pick<CompressedNetwork, 'input' | 'border'>,
  where: string,
): void {
  const { height, width, channels } = imageShape(network);
  const { pixels } = network.border ?? {};
  if (height > 0 && width > 0 && (pixels?.length ?? channels) === channels) return;
  throw new CimError('input', {
    what: `has a border of ${JSON.stringify(network.border)} inside ${shapeText(network.input)}`,
    where,
  });
}
