// Fields of a few bits in byte arrays, at any bit address; bit 0 of an array is the lowest bit of its first byte.

/** Writes the low `width` bits (1 ... 16) of `value` at bit `at`, where the array is still zero. */
export function writeBits(bytes: Uint8Array, at: number, width: number, value: number): void {
  let rest = (value & (2 ** width - 1)) << (at & 7);
  for (let byte = Math.floor(at / 8); rest !== 0; byte++) {
    bytes[byte] = (bytes[byte] as number) | (rest & 255);
    rest >>>= 8;
  }
}

/** The `width` bits (1 ... 16) at bit `at`, without sign. Beyond the end of the array there are zeros. */
export function readBits(bytes: Uint8Array, at: number, width: number): number {
  const first = Math.floor(at / 8);
  const window =
    (bytes[first] ?? 0) | ((bytes[first + 1] ?? 0) << 8) | ((bytes[first + 2] ?? 0) << 16);
  return (window >>> (at & 7)) & (2 ** width - 1);
}

/** `parts`, one after the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1;
  return rest;
});

/** CRC-32 of `bytes` as PNG, gzip and Ethernet compute it: any change within 32 neighbouring bits changes it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (crcTable[(crc ^ byte) & 255] as number);
  return ~crc >>> 0;
}

/**
 * Transposes eight bytes as a matrix of 8 x 8 bits, in place: before, byte i of words `at` and `at + 1` is row i;
 * afterwards bit i of byte j is what bit j of byte i was. Twice is nothing. (H. S. Warren, Hacker's Delight, 7-3.)
 */
export function transposeBits(words: Uint32Array, at: number): void {
  let low = words[at] as number;
  let high = words[at + 1] as number;
  let swap = (low ^ (low >>> 7)) & 0x00aa00aa;
  low ^= swap ^ (swap << 7);
  swap = (high ^ (high >>> 7)) & 0x00aa00aa;
  high ^= swap ^ (swap << 7);
  swap = (low ^ (low >>> 14)) & 0x0000cccc;
  low ^= swap ^ (swap << 14);
  swap = (high ^ (high >>> 14)) & 0x0000cccc;
  high ^= swap ^ (swap << 14);
  words[at] = (low & 0x0f0f0f0f) | ((high << 4) & 0xf0f0f0f0);
  words[at + 1] = ((low >>> 4) & 0x0f0f0f0f) | (high & 0xf0f0f0f0);
}
