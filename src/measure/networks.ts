// The bundled networks on the chip, at the densities that mars is validated at.

import { assert } from '../core/errors.ts';
import { activationsPerImage, type FeatureMap, imageSlice } from '../core/feature-map.ts';
import type { Mapping } from '../mapping/map-to-chip.ts';
import { quantizePixels } from '../core/pixels.ts';
import { uniform } from '../core/random.ts';
import type { Network } from '../network/network.ts';
import { mapJob } from '../pipeline/run-job.ts';
import { integerForward } from '../reference/integer-network.ts';
import { addCalibration, mapJobOf } from '../settings/load-job.ts';
import { defaultSettings } from '../settings/run-settings.ts';
import type { HeldMap, MacroBackend } from '../simulate/macro-backend.ts';
import { simulate } from '../simulate/simulate.ts';
import { toPrograms } from '../simulate/to-program.ts';
import { losesNothing } from '../core/adc-table.ts';
import { largestSum } from '../simulate/macro-program.ts';
import { equal } from './equal.ts';
import { openJudge } from './judge.ts';
import type { Host } from './question.ts';

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
  { network: 'vgg16-w0.25-4b', densities: ['dense'] },
  { network: 'resnet18', densities: ['dense', 'profile 1.2', 'profile 0.6', 'profile 0.5'] },
];

/** Networks of ImageNet, which have no data set here and are seeded: they take noise, which costs what pictures cost. */
export const large: typeof bundled = [{ network: 'resnet50-224', densities: ['dense'] }];

/** At most `count` test images for a network: of its data set, or a few of uniform noise, as many as fit 2 MiB. */
export async function imagesOf(host: Host, network: Network, count: number): Promise<FeatureMap> {
  if (network.dataset === 'mnist' || network.dataset === 'cifar10')
    return (await host.images(network.dataset, 'test', count)).images;
  const { input } = network;
  const each = activationsPerImage(input);
  const images = Math.max(2, Math.min(count, Math.floor(2 ** 21 / each)));
  const data = Uint8Array.from({ length: images * each }, (_, i) => 256 * uniform(1, 0, i));
  return { ...input, images, bits: 8, data };
}

/** Was it trained, or does it have the weights that training starts from? */
export const isTrained = (network: Network): boolean => network.origin.testAccuracy !== null;

/** Compresses a network, to 8 bits or those that it was trained for, and maps it onto MARS. Clips of untrained networks are guessed from batch norm. */
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
  const { weightBits = 8, activationBits = 8 } = network.precision ?? {};
  const settings = { ...defaultSettings, set, weightBits, activationBits, ...pruning };
  const job = await mapJobOf({ network }, settings, host.sources);
  return mapJob(isTrained(network) ? await addCalibration(job, settings, host.sources) : job);
}

/**
 * Compares images on `backend` with the integer network, which an ADC that loses nothing must equal; where it loses something,
 * or there is noise, one image with another backend.
 * @param count of images, where the integer network tells
 * @returns what was compared with what
 */
export async function checkNetwork(
  mapping: Mapping,
  images: FeatureMap,
  backend: MacroBackend,
  count: number,
): Promise<string> {
  const { name } = mapping.network;
  const few = imageSlice(images, 0, isExact(mapping) ? count : 1);
  const { outputs } = await simulate(mapping, few, { backend });
  if (isExact(mapping)) {
    equal(outputs, integerForward(mapping.network, few), `outputs of ${name}`);
    return `${outputs.length} outputs of ${count} images with the integer network`;
  }
  await using judge = await openJudge();
  const expected = await simulate(mapping, few, { backend: judge });
  equal(outputs, expected.outputs, `outputs of ${name}`);
  return `${outputs.length} outputs of an image with ${judge.name}`;
}

/** Whether every code of a chip is the sum itself. */
const isExact = (mapping: Mapping): boolean =>
  [...toPrograms(mapping).values()].every(
    (program) => !program.noise && losesNothing(program.adc, largestSum(program)),
  );

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
