// Pooling of stored activations. Twin of src/reference/pool.ts.

/** A pool; written by src/wasm/layer-fields.ts. */
@unmanaged
export class Pool {
  inputHeight: i32;
  inputWidth: i32;
  channels: i32;
  height: i32;
  width: i32;
  windowHeight: i32;
  windowWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
  dilationY: i32;
  dilationX: i32;
  isMax: i32;
  countsPadding: i32;
  /** Room for a sum per channel. */
  sums: usize;
}

/** Pools one image. */
export function poolImage(pool: Pool, image: usize, to: usize): void {
  const channels = pool.channels;
  for (let y = 0; y < pool.height; y++)
    for (let x = 0; x < pool.width; x++) {
      const inside = gather(pool, image, y, x);
      const pixels = pool.countsPadding != 0 ? pool.windowHeight * pool.windowWidth : inside;
      for (let channel = 0; channel < channels; channel++) {
        const sum = load<i32>(pool.sums + 4 * <usize>channel);
        const value = pool.isMax != 0 ? sum : (2 * sum + pixels) / (2 * pixels);
        store<u8>(to + <usize>channel, <u8>value);
      }
      to += <usize>channels;
    }
}

/** Sums, or largest values, of a window's pixels inside the map; gives how many there are. */
function gather(pool: Pool, image: usize, y: i32, x: i32): i32 {
  const channels = pool.channels;
  const isMax = pool.isMax != 0;
  let inside = 0;
  memory.fill(pool.sums, 0, 4 * <usize>channels);
  for (let row = 0; row < pool.windowHeight; row++) {
    const fromY = y * pool.strideY - pool.top + row * pool.dilationY;
    if (fromY < 0 || fromY >= pool.inputHeight) continue;
    for (let column = 0; column < pool.windowWidth; column++) {
      const fromX = x * pool.strideX - pool.left + column * pool.dilationX;
      if (fromX < 0 || fromX >= pool.inputWidth) continue;
      const from = image + <usize>((fromY * pool.inputWidth + fromX) * channels);
      for (let channel = 0; channel < channels; channel++) {
        const place = pool.sums + 4 * <usize>channel;
        const value = <i32>load<u8>(from + <usize>channel);
        const before = load<i32>(place);
        store<i32>(place, isMax ? max(before, value) : before + value);
      }
      inside += 1;
    }
  }
  return inside;
}
