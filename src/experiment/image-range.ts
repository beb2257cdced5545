// Parts of a run: ranges of its images, and one bit per image that adds up to the whole.

/** Images `first ... first+count-1` of a run. */
export interface ImageRange {
  readonly first: number;
  readonly count: number;
}

/** Whether all images of a range are in another. */
export const isWithin = (range: ImageRange, other: ImageRange): boolean =>
  range.first >= other.first && range.first + range.count <= other.first + other.count;

/** Ranges begin at multiples of this, so that bits of parts follow each other as whole bytes. */
const step = 8;

/** `images` in at most `parts` ranges of about the same size; a run without images is one range. */
export function imageRanges(images: number, parts: number): readonly ImageRange[] {
  const start = (part: number): number =>
    part === parts ? images : Math.floor((images * part) / parts / step) * step;
  const ranges = Array.from({ length: parts }, (_, part) => ({
    first: start(part),
    count: start(part + 1) - start(part),
  })).filter(({ count }) => count > 0);
  return ranges.length === 0 ? [{ first: 0, count: images }] : ranges;
}

/**
 * Ranges that follow each other from image 0 to the last, chosen from `available`, which may overlap; undefined where an
 * image is missing.
 */
export function tiling<T extends ImageRange>(
  available: readonly T[],
  images: number,
): readonly T[] | undefined {
  // From each range to those that end where it begins: parts of another division may lie between.
  const tilingTo = new Map<number, readonly T[]>([[0, []]]);
  for (const range of available.toSorted((a, b) => a.first - b.first || a.count - b.count)) {
    const before = tilingTo.get(range.first);
    const end = range.first + range.count;
    if (before && !tilingTo.has(end)) tilingTo.set(end, [...before, range]);
  }
  return tilingTo.get(images);
}

/** One bit per image as hexadecimal digits: image 0 is the lowest bit of the first byte. */
export function bitText(bits: readonly boolean[]): string {
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, i) => {
    if (bit) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  });
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Inverse of {@link bitText}. */
export const bitsOf = (text: string, count: number): Uint8Array =>
  Uint8Array.from(
    { length: count },
    (_, i) => (Number.parseInt(text.slice((i >> 3) * 2, (i >> 3) * 2 + 2), 16) >> (i & 7)) & 1,
  );

/** Bits that are 1. */
export function countBits(text: string): number {
  let count = 0;
  for (let i = 0; i < text.length; i += 2)
    for (let byte = Number.parseInt(text.slice(i, i + 2), 16); byte > 0; byte >>= 1)
      count += byte & 1;
  return count;
}
