// The judge: runs macro layers in plain TypeScript, on any machine, slowly.

import type { PoolLayer } from '../compress/compressed-network.ts';
import { assert } from '../core/errors.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import type { CountedEvents } from '../simulate/activity.ts';
import type { HeldMap, MacroBackend, PreparedLayer } from '../simulate/macro-backend.ts';
import type { MacroProgram } from '../simulate/macro-program.ts';
import { macroMac } from './macro-mac.ts';
import { pool } from './pool.ts';
import { requantize } from './requantize.ts';

interface ReferenceMap extends HeldMap {
  readonly map: FeatureMap | undefined;
  readonly sums: Int32Array | undefined;
}

const noEvents: CountedEvents = { saturatedReads: 0, zeroPhaseReads: 0, overflowedSums: 0 };

/** Opens the reference backend. */
export function openReference(): MacroBackend {
  const events = new Map<PreparedLayer, CountedEvents>();
  return {
    name: 'reference',
    device: 'plain TypeScript, one thread',
    peakMemory: undefined,
    prepare: (program: MacroProgram) => Promise.resolve({ program, path: 'bit lines' }),
    upload: (map: FeatureMap, firstImage = 0): ReferenceMap => ({
      images: map.images,
      firstImage,
      map,
      sums: undefined,
    }),
    runMacro: (
      prepared: PreparedLayer,
      input: HeldMap,
      residual: HeldMap | undefined,
    ): ReferenceMap => {
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
      if (!program.requantize) return { ...held, map: undefined, sums: result.sums };
      const added = residual && featureMapOf(residual);
      const map = requantize(program.requantize, { images, ...program.output }, result.sums, added);
      return { ...held, map, sums: undefined };
    },
    runPool: (layer: PoolLayer, input: HeldMap): ReferenceMap => ({
      images: input.images,
      firstImage: input.firstImage,
      map: pool(layer, featureMapOf(input)),
      sums: undefined,
    }),
    release: () => {},
    download: (held: HeldMap) => {
      const { map, sums } = held as ReferenceMap;
      return Promise.resolve(sums ?? Int32Array.from(map?.data ?? []));
    },
    takeEvents: (prepared: PreparedLayer) => {
      const counted = events.get(prepared) ?? noEvents;
      events.delete(prepared);
      return Promise.resolve(counted);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function featureMapOf(held: HeldMap): FeatureMap {
  const { map } = held as ReferenceMap;
  assert(map !== undefined, 'sums are the result of the last layer; no layer reads them');
  return map;
}
