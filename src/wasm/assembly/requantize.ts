// Sums become activations. Twin of src/reference/requantize.ts.

/** How sums are scaled, rounded and stored; written by src/wasm/layer-fields.ts. */
@unmanaged
export class Requantizer {
  height: i32;
  width: i32;
  channels: i32;
  multiplier: i32;
  shift: i32;
  low: i32;
  high: i32;
  zero: i32;
  fraction: i32;
  /** 256 entries, or 0. */
  table: usize;
  /** Of the residual; its map has `addedChannels`, 0 where there is none. */
  addedHeight: i32;
  addedWidth: i32;
  addedChannels: i32;
  addedStride: i32;
  addedOffset: i32;
  addedMultiplier: i32;
  addedShift: i32;
  addedSigned: i32;
  addedZero: i32;
  /** For each channel multiplier and shift of sums, multiplier and shift of the residual; or 0: those above are everyone's. */
  kernels: usize;
}

/** floor(value * multiplier / 2^shift + 1/2). */
// @ts-ignore: decorator
@inline
function scaled(value: i64, multiplier: i32, shift: i32): i64 {
  const product = value * <i64>multiplier;
  return shift > 0
    ? (product + (<i64>1 << <i64>(shift - 1))) >> <i64>shift
    : product << <i64>(-shift);
}

/**
 * Pixels `first ... end - 1` of one image's `sums`, order (y, x, channel), with that of the residual at `added`, become bytes
 * at `to`.
 */
export function requantizeImage(
  by: Requantizer,
  sums: usize,
  added: usize,
  to: usize,
  first: i32,
  end: i32,
): void {
  const channels = by.channels;
  const last = by.addedOffset + by.addedChannels;
  let at = <usize>(first * channels);
  for (let pixel = first; pixel < end; pixel++) {
    const y = pixel / by.width;
    const x = pixel % by.width;
    const from =
      added +
      <usize>((y * by.addedStride * by.addedWidth + x * by.addedStride) * by.addedChannels);
    for (let channel = 0; channel < channels; channel++, at++) {
      let multiplier = by.multiplier;
      let shift = by.shift;
      let addedMultiplier = by.addedMultiplier;
      let addedShift = by.addedShift;
      if (by.kernels != 0) {
        const own = by.kernels + 16 * <usize>channel;
        multiplier = load<i32>(own);
        shift = load<i32>(own, 4);
        addedMultiplier = load<i32>(own, 8);
        addedShift = load<i32>(own, 12);
      }
      let sum = <i64>load<i32>(sums + 4 * at) << <i64>by.fraction;
      if (channel >= by.addedOffset && channel < last) {
        const place = from + <usize>(channel - by.addedOffset);
        const byte = by.addedSigned != 0 ? <i32>load<i8>(place) : <i32>load<u8>(place);
        sum += scaled(<i64>(byte - by.addedZero), addedMultiplier, addedShift);
      }
      const wide = scaled(sum, multiplier, shift) + <i64>by.zero;
      const code = <i32>min(max(wide, <i64>by.low), <i64>by.high);
      const stored = by.table != 0 ? <i32>load<u8>(by.table + <usize>(code - by.low)) : code;
      store<u8>(to + at, <u8>stored);
    }
  }
}
