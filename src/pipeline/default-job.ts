// What a job does where nobody says otherwise: the same on the command line and in the page.

import type { ChipSpec } from '../chips/index.ts';
import type { FeatureMap } from '../core/feature-map.ts';
import { type ImageSet, spreadImages } from '../datasets/image-set.ts';
import { type Network, networkMacs, type Precision } from '../network/network.ts';

/** Training images on which activation clips are chosen: as many as a few seconds of plain TypeScript can take. */
const calibration = { max: 256, min: 8, macs: 3e9 };

/** Bits of a job: those asked for, else those that the network was trained for, else the chip's. */
export function jobBits(
  asked: { readonly [Bits in keyof Precision]?: number | undefined },
  { precision }: Network,
  chip: ChipSpec,
): Precision {
  const ofChip = chip.precision;
  return {
    weightBits: asked.weightBits ?? precision?.weightBits ?? ofChip.weightBits.value,
    activationBits:
      asked.activationBits ?? precision?.activationBits ?? ofChip.activationBits.value,
  };
}

/** Share of the groups to prune by default. Weights trained as integers are not touched: their zeros are exact. */
export const prunedIn = ({ precision, origin }: Network): number =>
  precision ? 0 : (origin.prunedGroups ?? 0);

/** How many training images `network` is calibrated on. */
export const calibrationCount = (network: Network): number =>
  Math.max(
    calibration.min,
    Math.min(calibration.max, Math.floor(calibration.macs / networkMacs(network))),
  );

/** The images to calibrate on, spread over the training images. */
export const calibrationImages = (network: Network, training: ImageSet): FeatureMap =>
  spreadImages(training, calibrationCount(network));
