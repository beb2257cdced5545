// The bundled networks on the chip, at the densities that mars is validated at.

import { assert } from '../../src/core/errors.ts';
import { type FeatureMap, imageSlice } from '../../src/core/feature-map.ts';
import type { Mapping } from '../../src/mapping/map-to-chip.ts';
import { quantizePixels } from '../../src/core/pixels.ts';
import type { Network } from '../../src/network/network.ts';
import { mapJob } from '../../src/pipeline/run-job.ts';
import { integerForward } from '../../src/reference/integer-network.ts';
import { addCalibration, mapJobOf } from '../../src/settings/load-job.ts';
import { defaultSettings } from '../../src/settings/run-settings.ts';
import type { HeldMap, MacroBackend } from '../../src/simulate/macro-backend.ts';
import { simulate } from '../../src/simulate/simulate.ts';
import { toPrograms } from '../../src/simulate/to-program.ts';
import { equal } from './layer-case.ts';
import type { Dataset, Host } from './question.ts';

/**
 * Which groups are kept: all; a random share by the size of the map, `profile 1.1` (see `densityProfileMasks`); or
 * those that are largest, `pruned 0.5`.
 */
export type Density = 'dense' | `profile ${number}` | `pruned ${number}`;

/** Every bundled network, with the densities of its row in docs/validation.md. */
export const bundled: readonly {
  readonly network: string;
  readonly densities: readonly Density[];
}[] = [
  { network: 'mnist-cnn', densities: ['dense', 'pruned 0.5', 'pruned 0.8'] },
  { network: 'resnet20', densities: ['dense', 'profile 0.5'] },
  {
    network: 'vgg16',
    densities: ['dense', 'profile 3', 'profile 1.4', 'profile 1.1', 'profile 1'],
  },
  { network: 'resnet18', densities: ['dense', 'profile 1.2', 'profile 0.6', 'profile 0.5'] },
];

/** The data set of a bundled network. */
export const datasetOf = (network: Network): Dataset =>
  network.dataset === 'mnist' ? 'mnist' : 'cifar10';

/** Was it trained, or does it have the weights that training starts from? */
export const isTrained = (network: Network): boolean => network.origin.testAccuracy !== null;

/** Compresses a network to 8 bits and maps it onto MARS. Clips of untrained networks are guessed from batch norm. */
export async function mapNetwork(
  host: Host,
  network: Network,
  density: Density,
  set: readonly string[] = [],
): Promise<Mapping> {
  const [how, amount] = density.split(' ');
  const scale = Number(amount);
  const pruning =
    how === 'profile' ? { densityProfile: scale } : { prunedGroups: how === 'pruned' ? scale : 0 };
  const settings = { ...defaultSettings, set, weightBits: 8, activationBits: 8, ...pruning };
  const job = await mapJobOf({ network }, settings, host.sources);
  return mapJob(isTrained(network) ? await addCalibration(job, settings, host.sources) : job);
}

/** Compares `count` images on `backend` with the integer network, which an ADC that loses nothing must equal. */
export async function checkNetwork(
  mapping: Mapping,
  images: FeatureMap,
  backend: MacroBackend,
  count: number,
): Promise<string> {
  const few = imageSlice(images, 0, count);
  const { outputs } = await simulate(mapping, few, { backend });
  equal(outputs, integerForward(mapping.network, few), `outputs of ${mapping.network.name}`);
  return `${outputs.length} outputs of ${count} images with the integer network`;
}

/** The stored output of a layer, as the next one reads it. The backend keeps all maps: it is disposed afterwards. */
export async function activationsOf(
  mapping: Mapping,
  images: FeatureMap,
  layerName: string,
  backend: MacroBackend,
): Promise<FeatureMap> {
  const { activationBits: bits } = mapping.network;
  const programs = toPrograms(mapping);
  const maps = new Map<string, HeldMap>();
  maps.set('image', backend.upload({ ...images, bits, data: quantizePixels(images.data, bits) }));
  const held = (name: string): HeldMap => {
    const map = maps.get(name);
    assert(map !== undefined, `feature map ${name}`);
    return map;
  };
  for (const mapped of mapping.layers) {
    const { name, input } = mapped.layer;
    if (mapped.kind === 'pool') maps.set(name, backend.runPool(mapped.layer, held(input)));
    else {
      const program = programs.get(name);
      assert(program !== undefined, `program of ${name}`);
      const prepared = await backend.prepare(program);
      const { residual } = mapped.layer;
      maps.set(name, backend.runMacro(prepared, held(input), residual && held(residual.input)));
    }
    if (name !== layerName) continue;
    const data = Uint8Array.from(await backend.download(held(name)));
    return { ...mapped.layer.outputShape, images: images.images, bits, data };
  }
  throw new Error(`${mapping.network.name} has no layer ${layerName}`);
}
