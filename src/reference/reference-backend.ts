// The judge: runs macro layers in plain TypeScript, on any machine, slowly.

import { assert } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import {
  type HeldMap,
  type MacroBackend,
  type PreparedLayer,
  softwareReads,
} from '../simulate/macro-backend.ts';
import { macroMac } from './macro-mac.ts';
import { pool } from './pool.ts';
import { requantize } from './requantize.ts';

/** A feature map, or the sums of the last layer. */
type ReferenceMap = HeldMap & ({ readonly map: FeatureMap } | { readonly sums: Int32Array });

const noEvents: CountedEvents = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };

/** Opens the reference backend. */
export function openReference(): MacroBackend {
  const events = new Map<PreparedLayer, CountedEvents>();
  const backend: MacroBackend<PreparedLayer, ReferenceMap> = {
    name: 'reference',
    imagesTogether: 1,
    readsPerBatch: softwareReads,
    device: 'plain TypeScript, one thread',
    peakMemory: undefined,
    prepare: (program) => Promise.resolve({ program, path: 'bit lines' }),
    upload: (map, firstImage = 0) => ({ images: map.images, firstImage, map }),
    runMacro: (prepared, input, residual) => {
      const { program } = prepared;
      const { images, firstImage } = input;
      const result = macroMac(program, featureMapOf(input), firstImage);
      const before = events.get(prepared) ?? noEvents;
      events.set(prepared, {
        saturatedReads: before.saturatedReads + result.events.saturatedReads,
        zeroPhaseReads: before.zeroPhaseReads + result.events.zeroPhaseReads,
        overflowedSums: before.overflowedSums + result.events.overflowedSums,
      });
      const held = { images, firstImage };
      if (!program.requantize) return { ...held, sums: result.sums };
      const added = residual && featureMapOf(residual);
      const map = requantize(program.requantize, { images, ...program.output }, result.sums, added);
      return { ...held, map };
    },
    runPool: (layer, input) => ({
      images: input.images,
      firstImage: input.firstImage,
      map: pool(layer, featureMapOf(input)),
    }),
    release: () => {},
    rest: () => {},
    download: (held) =>
      Promise.resolve('sums' in held ? held.sums : Int32Array.from(held.map.data)),
    takeEvents: (prepared) => {
      const counted = events.get(prepared) ?? noEvents;
      events.delete(prepared);
      return Promise.resolve(counted);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return backend;
}

function featureMapOf(held: ReferenceMap): FeatureMap {
  assert('map' in held, 'sums are the result of the last layer; no layer reads them');
  return held.map;
}
