// Pixels of images as networks take them.

/** 8-bit pixels in `bits`: nearest, halves up, by integer arithmetic alone. */
export function quantizePixels(pixels: Uint8Array, bits: number): Uint8Array {
  if (bits === 8) return pixels;
  const highest = 2 ** bits - 1;
  return pixels.map((pixel) => Math.floor((2 * pixel * highest + 255) / 510));
}
