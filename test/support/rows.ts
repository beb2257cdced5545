// Hand-made rows of results.

import { figures, type Figures } from '../../src/experiment/figures.ts';
import type { Coordinates } from '../../src/experiment/point.ts';
import type { Row } from '../../src/experiment/point-result.ts';
import { textHash } from '../../src/core/text-hash.ts';

/** A row of these figures; images that are right as hexadecimal bits, of 8 images. */
export function madeRow(
  coordinates: Coordinates,
  given: Partial<Figures>,
  { chipSeed = 1, right = '' }: { readonly chipSeed?: number; readonly right?: string } = {},
): Row {
  const all = Object.fromEntries(figures.map(({ name }) => [name, given[name] ?? null]));
  return {
    version: 1,
    id: textHash(JSON.stringify([coordinates, chipSeed])),
    mars: '0.2.0',
    backend: right === '' ? 'none' : 'wasm',
    coordinates,
    settings: { network: 'mnist-cnn', images: right === '' ? 0 : 8, seed: 1, chipSeed, set: [] },
    dataset: right === '' ? '' : 'mnist test',
    images: right === '' ? 0 : 8,
    figures: all as Figures,
    right,
    error: null,
  };
}
