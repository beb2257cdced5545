// Integer arithmetic that TypeScript and WGSL must do alike: floor division, bit counts, the fixed-point scale.

/** Floor of `a / b` for integers, `b > 0`, |a| below 2^53. */
export const floorDivide = (a: number, b: number): number => Math.floor(a / b);

/** Smallest integer not below `a / b`. */
export const ceilDivide = (a: number, b: number): number => Math.ceil(a / b);

/** Bits that are needed to write any of `count` different codes; 0 for one code. */
export const bitsFor = (count: number): number => (count <= 1 ? 0 : 32 - Math.clz32(count - 1));

/** `value` limited to `low ... high`. */
export const clamp = (value: number, low: number, high: number): number =>
  Math.min(high, Math.max(low, value));

/** Number of ones in a 32-bit word. */
export function popcount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return (((v + (v >>> 4)) & 0x0f0f0f0f) * 0x01010101) >>> 24;
}

/** Bits of a requantizer's multiplier: 8, or 16 for scales that are all but exact. */
export type MultiplierBits = 8 | 16;

/**
 * A positive scale as the chip applies it: `multiplier * 2^-shift`. Multipliers of 8 bits are 128 ... 255, shifts -14 ... 39; those
 * of 16 bits 32768 ... 65535, shifts -6 ... 47.
 */
export interface FixedScale {
  readonly multiplier: number;
  readonly shift: number;
}

/**
 * The {@link FixedScale} nearest to `scale`; undefined where none is in its range.
 * @param lowestShift 0 for scales that divide (up to 255), down to -14 for those that multiply; 8 more with 16 bits
 * @param bits of the multiplier
 */
export function toFixedScale(
  scale: number,
  lowestShift = 0,
  bits: MultiplierBits = 8,
): FixedScale | undefined {
  if (!(scale > 0)) return undefined;
  const more = bits - 8;
  let shift = bits - 1 - Math.floor(Math.log2(scale));
  let multiplier = Math.round(scale * 2 ** shift);
  if (multiplier >= 2 ** bits) {
    shift -= 1;
    multiplier = Math.round(scale * 2 ** shift);
  }
  return shift >= lowestShift + more && shift <= 39 + more ? { multiplier, shift } : undefined;
}

/** The real number that a {@link FixedScale} stands for. */
export const scaleValue = (scale: FixedScale): number => scale.multiplier * 2 ** -scale.shift;

/**
 * `floor(value * multiplier / 2^shift + 1/2)`, exactly, for a 32-bit `value`: the requantizer's rounding.
 * Doubles hold the product (48 bits), so this is the plain formula; the shader splits it into words.
 */
export const applyScale = (value: number, scale: FixedScale): number =>
  Math.floor((value * scale.multiplier) / 2 ** scale.shift + 0.5);
