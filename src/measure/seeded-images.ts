// Images from a seed, for machines without data sets: blocks of one value, a third of them dark.

import type { FeatureMap } from '../core/feature-map.ts';
import { randomWord } from '../core/random.ts';
import type { ImageSet } from '../datasets/image-set.ts';
import type { Network } from '../network/network.ts';
import type { Dataset } from './question.ts';

const seed = 20;
const stream = 700;
/** Pixels along a side of a block. */
const block = 4;
const classes = 10;

/** `count` images of this size; the same on every machine. */
export function seededImages(
  { height, width, channels }: Network['input'],
  count: number,
): FeatureMap {
  const data = new Uint8Array(count * height * width * channels);
  let to = 0;
  for (let image = 0; image < count; image++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        for (let channel = 0; channel < channels; channel++) {
          const place = [image, Math.floor(y / block), Math.floor(x / block), channel];
          const word = randomWord(
            seed,
            stream,
            place.reduce((sum, one) => sum * 64 + one, 0),
          );
          data[to++] = word % 3 === 0 ? 0 : word >>> 24;
        }
  return { images: count, height, width, channels, bits: 8, data };
}

const sizes: Readonly<Record<Dataset, Network['input']>> = {
  mnist: { height: 28, width: 28, channels: 1 },
  cifar10: { height: 32, width: 32, channels: 3 },
};

/** {@link seededImages} in place of those of a data set. */
export function seededSet(name: Dataset, count: number): ImageSet {
  const images = seededImages(sizes[name], count);
  const labels = Uint8Array.from({ length: count }, (_, i) => i % classes);
  return { name: 'seeded images', classes, images, labels };
}
