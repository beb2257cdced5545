// Pictures for tests, as arrays of NumPy.

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

/** A grey picture of 8 bits, `height` x `width`, in NumPy's format; all pixels are `value`, or what `value` gives for their number. */
export function pixelFile(
  height: number,
  width: number,
  value: number | ((pixel: number) => number),
): Uint8Array {
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${height}, ${width}), }`;
  const padded = `${header.padEnd(117)}\n`;
  const pixels = Uint8Array.from({ length: height * width }, (_, i) =>
    typeof value === 'number' ? value : value(i),
  );
  return Uint8Array.of(0x93, ...text('NUMPY'), 1, 0, 118, 0, ...text(padded), ...pixels);
}
