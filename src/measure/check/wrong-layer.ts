// Where a network comes out wrong: the first layer whose map differs from that of another backend.

import { assert } from '../../core/errors.ts';
import type { FeatureMap } from '../../core/feature-map.ts';
import { quantizePixels } from '../../core/pixels.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import { imageName } from '../../network/graph.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import { toPrograms } from '../../simulate/to-program.ts';
import { type MacroCase, runCase } from '../run-case.ts';

/** A layer that comes out wrong. */
interface WrongLayer {
  readonly layer: string;
  readonly found: MacroCase;
}

/**
 * Runs a network layer by layer, each on the inputs that `judge` computed.
 * @returns the first macro layer that `backend` computes in another way; undefined where there is none
 */
export async function wrongLayer(
  mapping: Mapping,
  images: FeatureMap,
  backend: MacroBackend,
  judge: MacroBackend,
): Promise<WrongLayer | undefined> {
  const { activationBits: bits } = mapping.network;
  const programs = toPrograms(mapping);
  const maps = new Map<string, FeatureMap>();
  maps.set(imageName, { ...images, bits, data: quantizePixels(images.data, bits) });
  const mapOf = (name: string): FeatureMap => {
    const map = maps.get(name);
    assert(map !== undefined, `feature map ${name}`);
    return map;
  };
  for (const mapped of mapping.layers) {
    const { name, input, outputShape } = mapped.layer;
    let values: Int32Array;
    if (mapped.kind === 'pool') {
      const held = judge.upload(mapOf(input));
      values = await judge.download(judge.runPool(mapped.layer, held));
    } else {
      const program = programs.get(name);
      assert(program !== undefined, `program of ${name}`);
      const { residual } = mapped.layer;
      const added = residual && mapOf(residual.input);
      const found = { program, input: mapOf(input), firstImage: 0, residual: added };
      const [expected, actual] = [await runCase(judge, found), await runCase(backend, found)];
      if (!isSame(expected.values, actual.values)) return { layer: name, found };
      ({ values } = expected);
    }
    maps.set(name, { ...outputShape, images: images.images, bits, data: Uint8Array.from(values) });
  }
  return undefined;
}

const isSame = (a: Int32Array, b: Int32Array): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
