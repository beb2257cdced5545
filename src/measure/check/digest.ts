// Networks that every adapter must compute alike: outputs and event counts of some seeded images as a digest, which
// digests.json keeps.

import { at } from '../../core/errors.ts';
import { textHash } from '../../core/text-hash.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import { mapJob } from '../../pipeline/run-job.ts';
import { loadNetworkOrImage, mapJobOf } from '../../settings/load-job.ts';
import { defaultSettings } from '../../settings/run-settings.ts';
import type { MacroBackend } from '../../simulate/macro-backend.ts';
import { simulate } from '../../simulate/simulate.ts';
import { mapNetwork } from '../networks.ts';
import type { Host } from '../question.ts';
import { seededImages } from '../seeded-images.ts';

/** A network on a chip with seeded images. */
export interface DigestCase {
  readonly network: string;
  /** As `--set` takes them. */
  readonly set: readonly string[];
  readonly images: number;
}

const noiseKinds = [
  ['noise.read=0.15'],
  ['noise.offset=0.2'],
  ['noise.gain=0.03'],
  ['noise.cell=0.03'],
  ['noise.read=0.15', 'noise.offset=0.2', 'noise.gain=0.03', 'noise.cell=0.03'],
];

/** Every trained network, ADCs that clip, and every kind of noise, alone and together. */
export const digestCases: readonly DigestCase[] = [
  { network: 'mnist-cnn', set: [], images: 4 },
  { network: 'mnist-cnn', set: ['adc.bits=4'], images: 4 },
  { network: 'mnist-cnn', set: ['adc.bits=3', 'adc.step=4'], images: 4 },
  ...noiseKinds.map((set) => ({ network: 'mnist-cnn', set, images: 2 })),
  ...[
    'resnet20-4b',
    'resnet20-float',
    'vgg16-w0.25-4b',
    'vgg16-w0.25-d0.1-4b',
    'vgg16-d0.1-8b',
    'resnet18-d0.07-8b',
  ].map((network) => ({ network, set: [], images: 1 })),
  { network: 'resnet20-4b', set: ['adc.bits=5'], images: 1 },
  { network: 'resnet20-4b', set: at(noiseKinds, 4), images: 1 },
];

/** The name of a case in digests.json. */
export const digestName = ({ network, set, images }: DigestCase): string =>
  [network, ...set, `${images} seeded images`].join(' ');

/** Networks are calibrated on seeded images as well, where training did not settle their scales. */
export const onSeededImages = (host: Host): Host => ({
  ...host,
  sources: {
    ...host.sources,
    calibrationImages: ({ input }, count) => Promise.resolve(seededImages(input, count)),
  },
});

/**
 * Maps the network of a case.
 * @throws {CimError} where the network is not on this machine
 */
export async function mapDigestCase(host: Host, { network, set }: DigestCase): Promise<Mapping> {
  const seeded = onSeededImages(host);
  const loaded = await loadNetworkOrImage({ network, seed: 1 }, seeded.sources);
  if ('network' in loaded) return await mapNetwork(seeded, loaded.network, 'dense', set);
  return mapJob(await mapJobOf(loaded, { ...defaultSettings, network, set }, seeded.sources));
}

/** The digest of a case on a backend: 16 hexadecimal digits. */
export async function digestOf(
  mapping: Mapping,
  { images }: DigestCase,
  backend: MacroBackend,
): Promise<string> {
  const { network } = mapping;
  const run = await simulate(mapping, seededImages(network.input, images), { backend });
  const events = run.activity.map(({ saturatedReads, zeroPhaseReads, overflowedSums }) =>
    [saturatedReads, zeroPhaseReads, overflowedSums].join(' '),
  );
  return textHash([[...run.outputs].join(' '), ...events].join('\n'));
}
