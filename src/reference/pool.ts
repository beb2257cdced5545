// Pooling of stored activations. Twin of shaders/pool.wgsl.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { floorDivide } from '../core/integer.ts';
import type { FeatureMap } from '../core/feature-map.ts';

/** Maximum over windows, or the mean over the whole map rounded to the nearest integer, halves up. */
export function pool(layer: PoolLayer, input: FeatureMap): FeatureMap {
  const { height, width, channels } = layer.outputShape;
  const isMean = layer.kind === 'averagePool';
  const windowHeight = isMean ? input.height : layer.size;
  const windowWidth = isMean ? input.width : layer.size;
  const pixels = windowHeight * windowWidth;
  const data = new Uint8Array(input.images * height * width * channels);
  let to = 0;
  for (let image = 0; image < input.images; image++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let c = 0; c < channels; c++) {
          let largest = 0;
          let sum = 0;
          for (let dy = 0; dy < windowHeight; dy++)
            for (let dx = 0; dx < windowWidth; dx++) {
              const pixel =
                (image * input.height + y * windowHeight + dy) * input.width + x * windowWidth + dx;
              const value = input.data[pixel * channels + c] as number;
              largest = Math.max(largest, value);
              sum += value;
            }
          data[to++] = isMean ? floorDivide(2 * sum + pixels, 2 * pixels) : largest;
        }
  return { images: input.images, height, width, channels, bits: input.bits, data };
}
