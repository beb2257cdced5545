// Pooling of stored activations. Twin of shaders/pool.wgsl.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { floorDivide } from '../core/integer.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { forEachInside, positionsOf } from '../core/window.ts';

/**
 * Maximum over windows, or their mean rounded to the nearest integer, halves up. Only pixels inside the map count, but
 * for a mean that counts padding as zeros.
 */
export function pool(layer: PoolLayer, input: FeatureMap): FeatureMap {
  const { window } = layer;
  const { height, width, channels } = layer.outputShape;
  const data = new Uint8Array(input.images * height * width * channels);
  let to = 0;
  for (let image = 0; image < input.images; image++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) {
          let largest = 0;
          let sum = 0;
          let inside = 0;
          forEachInside(window, input, { y, x }, (_, pixel) => {
            const at = (image * input.height * input.width + pixel) * channels + c;
            const value = input.data[at] as number;
            largest = Math.max(largest, value);
            sum += value;
            inside += 1;
          });
          const pixels = layer.countIncludePad ? positionsOf(window) : inside;
          data[to++] =
            layer.kind === 'maxPool' ? largest : floorDivide(2 * sum + pixels, 2 * pixels);
        }
  return { images: input.images, height, width, channels, bits: input.bits, data };
}
